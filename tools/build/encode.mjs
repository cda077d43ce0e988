// The Wasm as the text of a JavaScript string, for the entry that needs no second file.
//
// base64 would hide the module's repetitions from every compressor, because three bytes share four letters. Here a byte is
// always the same one or two printable ASCII letters, so what repeats in the module repeats in the text. The 92 letters from
// '#' to '~' are digits; '!' stands in for the backslash among them, and '"' is not one, so nothing is ever escaped. A byte
// below 90 is one digit; a greater one is the digit 90 or 91 ("add 90" or "add 180 to what follows") and a second digit.
//
// Brotli 11 of the whole entry (`node tools/build/measure-inline.mjs` prints this for the module as it is now), for a module
// of 34,631 bytes:
//   two files, for comparison   21.7 kB
//   this encoding               22.0 kB (gzip 25.2 kB); works wherever the Wasm itself does
//   base64                      26.1 kB (gzip 29.8 kB)
//   base64 of deflate-raw       23.8 kB (gzip 25.6 kB); needs DecompressionStream (Safari 16.4, Firefox 113)

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
