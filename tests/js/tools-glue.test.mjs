import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutFinalisers } from '../../tools/build/glue.mjs';

const glue = `class Session {
    free() {
        SessionFinalization.unregister(this);
        wasm.__wbg_session_free(this.__wbg_ptr, 0);
    }
    constructor() {
        SessionFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
}
if (Symbol.dispose) Session.prototype[Symbol.dispose] = Session.prototype.free;

const SessionFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_session_free(ptr, 1));
`;

describe('the glue without finalisers', () => {
  it('frees by hand alone', () => {
    assert.equal(withoutFinalisers(glue), `class Session {
    free() {
        wasm.__wbg_session_free(this.__wbg_ptr, 0);
    }
    constructor() {
        return this;
    }
}

`);
  });

  it('stops the build when wasm-bindgen writes them in another way', () => {
    assert.throws(() => withoutFinalisers(glue.replace('const Session', 'let Session')), /FinalizationRegistry/);
    assert.throws(() => withoutFinalisers(glue.replace('SessionFinalization.register(this', 'void SessionFinalization.register(this')), /SessionFinalization/);
    assert.throws(() => withoutFinalisers(glue.replace('if (Symbol.dispose)', 'if (globalThis.Symbol.dispose)')), /Symbol\.dispose/);
    assert.throws(() => withoutFinalisers('let wasm;'), /there are none/);
  });
});
