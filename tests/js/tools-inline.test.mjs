import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { decode } from '../../tools/build/decode.mjs';
import { encode } from '../../tools/build/encode.mjs';

describe('the inlined module', () => {
  for (const [name, bytes] of [
    ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ['nothing', new Uint8Array()],
    ['random bytes', randomBytes(100_000)],
  ]) {
    it(`survives the way through the text: ${name}`, () => {
      assert.deepEqual(Buffer.from(decode(encode(bytes), bytes.length)), Buffer.from(bytes));
    });
  }

  it('needs no escape in a JavaScript string and is plain ASCII', () => {
    const text = encode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
    assert.match(text, /^[!#-[\]-~]+$/);
    assert.equal(JSON.stringify(text), `"${text}"`);
  });
});
