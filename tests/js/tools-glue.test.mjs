import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asFactory, withoutFinalisers } from '../../tools/build/glue.mjs';

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

describe('the glue as a factory', () => {
  const module = `export class Session {
    ptr() { return wasm.memory; }
}
function __wbg_get_imports() { return { made: true }; }
let wasm;
function __wbg_finalize_init(instance) { wasm = instance.exports; }
export { __wbg_get_imports as imports, __wbg_finalize_init as finish };
`;
  const load = (text) => import(`data:text/javascript,${encodeURIComponent(text)}`);

  it('gives each instance a glue of its own', async () => {
    const { createGlue } = await load(asFactory(module));
    const [one, two] = [createGlue(), createGlue()];
    assert.deepEqual(one.imports(), { made: true });
    one.finish({ exports: { memory: 'one' } });
    two.finish({ exports: { memory: 'two' } });
    assert.deepEqual([new one.Session().ptr(), new two.Session().ptr()], ['one', 'two']);
    assert.notEqual(one.Session, two.Session);
  });

  it('stops the build when wasm-bindgen writes its exports in another way', () => {
    assert.throws(() => asFactory(module.replace('export class', 'class')), /classes/);
    assert.throws(() => asFactory(module.replace('as finish', 'as done')), /loader/);
    assert.throws(() => asFactory(`${module}export const more = 1;\n`), /more than was expected/);
    assert.throws(() => asFactory(`import './snippet.js';\n${module}`), /more than was expected/);
  });
});
