import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renameGlue } from '../../tools/build/names.mjs';

const glue = `
    const import0 = {
        __proto__: null,
        __wbg_abort_f8d1589eb0c65ee2: function(arg0) {
            wasm.__wbindgen_malloc(arg0.memory);
        },
    };
    return {
        "./session_keepalive_bg.js": import0,
    };
export { initSync, __wbg_init as default };
`;
const printed = (imports, exports) => JSON.stringify({
  imports: imports.map(([long, short]) => ['./session_keepalive_bg.js', long, short]),
  exports,
});

describe('short names between module and glue', () => {
  it('are the same on both sides', () => {
    const renamed = renameGlue(glue, printed([['__wbg_abort_f8d1589eb0c65ee2', '$a']], [['__wbindgen_malloc', 'Fb'], ['memory', 'ob']]));
    assert.match(renamed, /^\s+\$a: function\(arg0\) \{$/m);
    assert.match(renamed, /wasm\.Fb\(arg0\.memory\)/);
    assert.match(renamed, /a: import0/);
    assert.match(renamed, /export \{ __wbg_get_imports as imports, __wbg_finalize_init as finish \}/);
    assert.doesNotMatch(renamed, /__wbg_abort|__wbindgen_malloc|session_keepalive_bg/);
  });

  it('stop the build when the module imports what the glue lacks', () => {
    assert.throws(() => renameGlue(glue, printed([['__wbg_new_0', 'b']], [['__wbindgen_malloc', 'c']])), /has no __wbg_new_0/);
  });

  it('stop the build when the glue uses what the module does not export', () => {
    assert.throws(() => renameGlue(glue, printed([], [])), /wasm\.__wbindgen_malloc/);
  });

  it('stop the build when the glue does not end as it used to', () => {
    const other = glue.replace('__wbg_init as default', '__wbg_init');
    assert.throws(() => renameGlue(other, printed([['__wbg_abort_f8d1589eb0c65ee2', 'a']], [['__wbindgen_malloc', 'c']])), /exports/);
  });

  it('stop the build when wasm-bindgen writes its import object in another way', () => {
    const other = glue.replace('import0,', 'imports,');
    assert.throws(() => renameGlue(other, printed([], [['__wbindgen_malloc', 'c']])), /import object/);
  });
});
