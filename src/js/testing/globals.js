// @ts-check
/**
 * What of a browser the module looks at, and a test decides. The build puts the module's own code into a function that has
 * these as its parameters: so each fake tab runs what is shipped, in a browser of its own, and the real globals stay as they are.
 */
export const GLOBALS = [
  'BroadcastChannel', 'Date', 'Math', 'WebAssembly', 'clearTimeout', 'document', 'fetch', 'globalThis', 'indexedDB', 'localStorage',
  'location', 'navigator', 'performance', 'reportError', 'sessionStorage', 'setTimeout', 'window',
];
