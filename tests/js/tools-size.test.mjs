import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import binaryen from 'binaryen';
import { measure, perPackage, plain, stale, together, withTable } from '../../tools/lib/size.mjs';
import { readModule } from '../../tools/size/module.mjs';
import { owner, packages, rows as named } from '../../tools/size/packages.mjs';

const rows = [
  { name: 'Wasm', raw: 40_123, gzip: 14_000, brotli: 12_345 },
  { name: '`slim`, both', raw: 52_000, gzip: 18_000, brotli: 15_300 },
];
const readme = `# Title\n\n<!-- size:begin -->\nold\n<!-- size:end -->\n\nThe end.\n`;

describe('sizes', () => {
  it('are those of the bytes, gzip -9 and brotli 11', () => {
    const text = 'keepalive '.repeat(1000);
    const { raw, gzip, brotli } = measure(text);
    assert.equal(raw, 10_000);
    assert.ok(brotli < gzip && gzip < 100, `${gzip}, ${brotli}`);
    assert.equal(measure('é').raw, 2);
  });

  it('add up for files that are loaded together', () => {
    assert.deepEqual(together({ raw: 1, gzip: 2, brotli: 3 }, { raw: 10, gzip: 20, brotli: 30 }), { raw: 11, gzip: 22, brotli: 33 });
  });
});

describe('the size table of a document', () => {
  const written = withTable(readme, rows);

  it('is put between its markers, and nothing else changes', () => {
    assert.match(written, /^# Title\n\n<!-- size:begin -->\n\| \|[^]+\n<!-- size:end -->\n\nThe end\.\n$/);
    assert.match(written, /\| Wasm \| 40\.1 kB \| 14\.0 kB \| 12\.3 kB \|/);
    assert.equal(withTable(written, rows), written);
  });

  it('needs its markers', () => {
    assert.equal(withTable('# Title\n', rows), null);
    assert.equal(stale('# Title\n', rows), null);
  });

  it('is up to date within the tolerance', () => {
    assert.deepEqual(stale(written, rows), []);
    const grown = (by) => rows.map((row) => ({ ...row, brotli: row.brotli * by }));
    assert.deepEqual(stale(written, grown(1.01)), []);
    assert.deepEqual(stale(written, grown(1.05)).length, 2);
  });

  it('is out of date when a row is missing, unreadable or left over', () => {
    assert.deepEqual(stale(readme, rows.slice(0, 1)), ['no row for Wasm']);
    assert.deepEqual(stale(written.replace('12.3 kB', 'tiny'), rows), ['Wasm: the table says tiny, it is 12.3 kB']);
    assert.deepEqual(stale(written, rows.slice(0, 1)), ['a row for `slim`, both, which no longer exists']);
  });
});

describe('the table of packages', () => {
  const markers = '<!-- packages:begin -->\n<!-- packages:end -->\n';
  const rows = [{ name: '`serde`', raw: 4_000, share: 0.25, imports: 20 }, { name: 'data', raw: 300, share: 0.019, imports: 0 }];
  const changed = (change) => [{ ...rows[0], ...change }, rows[1]];
  const written = withTable(readme + markers, rows, perPackage);

  it('has its own columns and its own markers', () => {
    assert.ok(written.startsWith(readme), 'the other table is left alone');
    assert.match(written, /^\| \| raw \| share \| imports \|\n\|---\|--:\|--:\|--:\|\n\| `serde` \| 4\.0 kB \| 25\.0 % \| 20 \|$/m);
    assert.match(plain(rows, perPackage), /^`serde` +4\.0 kB +25\.0 % +20$/m);
  });

  it('is up to date within the tolerance of each column', () => {
    assert.deepEqual(stale(written, rows, perPackage), []);
    assert.deepEqual(stale(written, changed({ raw: 4_400, share: 0.27, imports: 23 }), perPackage), []);
    assert.deepEqual(stale(written, changed({ raw: 5_000 }), perPackage), ['`serde`: the table says 4.0 kB, it is 5.0 kB']);
    assert.deepEqual(stale(written, changed({ share: 0.3 }), perPackage), ['`serde`: the table says 25.0 %, it is 30.0 %']);
    assert.deepEqual(stale(written, changed({ imports: 30 }), perPackage), ['`serde`: the table says 20, it is 30']);
  });
});

describe('the parts of a module', () => {
  const text = `(module
    (import "a" "b" (func $js_sys::Date::now (result f64)))
    (import "a" "c" (func $gloo_timers::callback::set_timeout))
    (memory 1)
    (data (i32.const 0) "twelve bytes")
    (func $session_keepalive::engine::one (export "one") (call $gloo_timers::callback::set_timeout))
    (func $postcard::ser::two (export "two") (result f64) (f64.add (call $js_sys::Date::now) (f64.const 1))))`;
  const emit = (names) => {
    binaryen.setDebugInfo(names);
    const module = binaryen.parseText(text);
    const bytes = module.emitBinary();
    module.dispose();
    return bytes;
  };
  const module = readModule(emit(true));

  it('are its functions by name, its data, and the rest', () => {
    assert.deepEqual(module.imports, ['js_sys::Date::now', 'gloo_timers::callback::set_timeout']);
    // The length, no locals, what it does, the end.
    assert.deepEqual(module.functions, [
      { name: 'session_keepalive::engine::one', size: 1 + 1 + 2 + 1 },
      { name: 'postcard::ser::two', size: 1 + 1 + 2 + 9 + 1 + 1 },
    ]);
    // One segment: its kind, where it goes, its length, its bytes.
    assert.equal(module.data, 1 + 1 + 3 + 1 + 12);
  });

  it('weigh together what the module weighs without its names', () => {
    assert.equal(module.total, emit(false).length);
    const table = packages(module);
    assert.equal(table.reduce((sum, { raw }) => sum + raw, 0), module.total);
    assert.ok(Math.abs(table.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
  });

  it('count for the package that they carry the name of', () => {
    const found = new Map(packages(module).map(({ name, raw, imports }) => [name, [raw, imports]]));
    const [one, two] = module.functions;
    assert.deepEqual(found.get(named.engine), [one.size, 0]);
    assert.deepEqual(found.get(named.postcard), [two.size, 0]);
    assert.deepEqual(found.get(named.jsSys), [0, 1]);
    assert.deepEqual(found.get(named.timers), [0, 1]);
    assert.deepEqual(found.get(named.data), [module.data, 0]);
    assert.deepEqual(found.get(named.wire), [0, 0], 'a row without bytes is there');
  });
});

describe('the package of a function', () => {
  const owners = {
    'session_keepalive::browser::driver::Driver::feed::h3473248d9862bda0': named.browser,
    'session_keepalive::engine::machine::page::<impl session_keepalive::engine::machine::Machine>::catch_up::h9fea99fbddb146f3': named.engine,
    '<session_keepalive::browser::host::Listeners as session_keepalive::browser::host::Audience>::emit::hef010341cffe5c38': named.browser,
    'session_keepalive::wire::check::h9fea99fbddb146f3': named.wire,
    'session_keepalive::later::h9fea99fbddb146f3': '`session_keepalive::later`',
    'session_received externref shim': named.browser,
    session_start: named.browser,
    'session_keepalive::engine::verdict::_::<impl serde_core::ser::Serialize for session_keepalive::engine::verdict::Verdict>::serialize': named.serde,
    '<core::marker::PhantomData<T> as serde_core::de::DeserializeSeed>::deserialize': named.serde,
    '<&mut postcard::ser::serializer::Serializer<F> as serde_core::ser::SerializeTuple>::serialize_element': named.postcard,
    '<&serde_wasm_bindgen::ser::Serializer as serde_core::ser::Serializer>::serialize_str': named.serdeBindgen,
    'js_sys::futures::queue::Queue::schedule_task': named.futures,
    '<js_sys::futures::JsFuture<T,E> as core::future::future::Future>::poll': named.futures,
    'wasm_bindgen_futures::spawn_local': named.futures,
    'js_sys::JSON::parse': named.jsSys,
    'web_sys::features::gen_Url::Url::hash': named.webSys,
    '<gloo_timers::callback::Timeout as core::ops::drop::Drop>::drop': named.timers,
    'wasm_bindgen::convert::closures::_::invoke::h2c1ba11b8505873a': named.bindgen,
    __externref_table_alloc: named.bindgen,
    'F64 -> Externref': named.bindgen,
    '<lol_alloc::locked_allocator::LockedAllocator<T> as core::alloc::global::GlobalAlloc>::alloc': named.allocator,
    '__rustc[b7974e8690430dd9]::__rust_alloc': named.allocator,
    '<alloc[3ca501edff3f0c7c]::raw_vec::RawVec<u8>>::grow_one': named.std,
    '<&str as core[c5930c85a12de822]::any::Any>::type_id': named.std,
    memcmp: named.std,
    'core::ptr::drop_in_place<session_keepalive::browser::page::PageListeners>': named.drops,
    'core[c5930c85a12de822]::ptr::drop_in_place::<alloc[3ca501edff3f0c7c]::string::String>': named.drops,
    'core::ops::function::FnOnce::call_once{{vtable.shim}}::h5849e03c8d778313': named.shims,
    'js_sys::Array::new::__wbg_new_37eb45aaf5eeb820 externref shim': named.shims,
    '': named.merged,
    'once_cell::imp::initialize': '`once_cell`',
    strange: '`strange`',
  };
  for (const [name, expected] of Object.entries(owners)) it(`${name || 'without a name'}: ${expected}`, () => assert.equal(owner(name), expected));
});
