// Bundled into dist/index.js: turns the text that encode.mjs wrote back into the module's bytes. Small rather than pretty.

/** @param {string} text @param {number} length how many bytes it holds */
export function decode(text, length) {
  const bytes = new Uint8Array(length);
  let plane = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = (code === 33 ? 92 : code) - 35;
    if (digit > 89) {
      plane = (digit - 89) * 90;
    } else {
      bytes[at++] = plane + digit;
      plane = 0;
    }
  }
  return bytes;
}
