// What the build puts in the place of these imports (tools/build/bundle.mjs). For the check of src/js alone; it is not published.

declare module '#glue' {
  /** What wasm-bindgen wrote, anew for each instance of the module. */
  export function createGlue(): {
    Session: import('./keepalive.js').RunningModule['Session'];
    imports(): WebAssembly.Imports;
    finish(instance: { exports: WebAssembly.Exports }): void;
  };
}

declare module '#wasm' {
  /** The bytes of the module. */
  export default function wasm(): Promise<Uint8Array<ArrayBuffer>>;
}

declare module '#page' {
  /** The shipped code in a page of its own: `globals` stand before the real ones (`testing/globals.js`). */
  export default function runPage(globals: Record<string, unknown>): typeof import('./load.js');
}
