// The Wasm as the text of a JavaScript string, for the entry that needs no second file.
//
// base64 would hide the module's repetitions from every compressor, because three bytes share four letters. Here a byte is
// always the same one or two printable ASCII letters, so what repeats in the module repeats in the text. The 92 letters from
// '#' to '~' are digits; '!' stands in for the backslash among them, and '"' is not one, so nothing is ever escaped. A byte
// below 90 is one digit; a greater one is the digit 90 or 91 ("add 90" or "add 180 to what follows") and a second digit.
//
// A page's script with a module of 27,599 bytes in it (`node tools/build/measure-inline.mjs` prints this for the module as it
// is now), without the code that each way needs to read it:
//                                          raw    gzip -9  brotli 11
//   two files, for comparison          46.9 kB    21.7 kB    19.5 kB
//   this encoding                      50.3 kB    22.3 kB    19.6 kB
//   base64                             56.1 kB    26.1 kB    22.8 kB
//   base64 of deflate-raw              37.4 kB    22.8 kB    21.0 kB
//   this encoding of deflate-raw       41.7 kB    23.9 kB    21.6 kB
//
// So the module is not compressed here. That would save 13 kB where a server sends scripts as they are, and cost 0.5 kB under
// gzip and 1.4 kB under brotli, because a compressor finds more in the module together with the script than in what deflate
// has left; and a page would need DecompressionStream (Safari 16.4, Firefox 113), or code of its own in its place.

const base = 90;
const first = 35; // '#'
const backslash = 92;
const standIn = 33; // '!'

/** Encodes bytes for `decode` (decode.mjs). */
export function encode(bytes) {
  const letter = (digit) => {
    const code = first + digit;
    return String.fromCharCode(code === backslash ? standIn : code);
  };
  let text = '';
  for (const byte of bytes) {
    const plane = Math.floor(byte / base);
    if (plane > 0) text += letter(base - 1 + plane);
    text += letter(byte % base);
  }
  return text;
}
