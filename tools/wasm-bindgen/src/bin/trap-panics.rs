//! `trap-panics IN OUT`: replaces the code that words panic messages by the trap that follows it anyway.
//!
//! In the browser a panic of this module ends in an `unreachable` trap, and the message that the standard library words
//! before it goes nowhere; the code for it is an eighth of the module. A panic is the same trap afterwards.
//!
//! All text formatting counts as part of that code, because the module formats no text. Should it ever begin to, this
//! fails and names the function: what is left may enter the trapped code only by way of a panic.

use std::collections::HashSet;

use anyhow::{Context, ensure};
use walrus::ir::{Call, Visitor, dfs_in_order};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module, ModuleConfig};

/// Where a panic begins: what every other function may call.
const ENTRIES: [&str; 16] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already",
    "core::slice::index::slice_",
    "core::str::slice_error_fail",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::alloc::handle_alloc_error",
    "std::thread::local::panic_access_error",
    "::assert_failed",
    // wasm-bindgen's own: a use after `free()`, say. Its message would bring a text decoder along.
    "wasm_bindgen::throw_str",
    // js-sys' tasks for stacks that suspend (JSPI), which no export of this module asks for.
    "js_sys::futures::jspi::spawn_promising",
    "js_sys::futures::jspi::SpawnedTask",
    "__wbg_jspi_task_poll",
];
/// What only a panic uses.
const BEHIND: [&str; 6] =
    ["core::fmt::", "std::panicking::", "PanicPayload", "rust_panic", "rust_begin_unwind", "alloc_error_handler"];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: trap-panics IN.wasm OUT.wasm");
    };
    let mut module = ModuleConfig::new().parse_file(&input).with_context(|| format!("cannot read {input}"))?;
    let entries = named(&module, &ENTRIES);
    let behind = named(&module, &BEHIND);
    ensure!(!entries.is_empty(), "{input} has no function names: the panics in it cannot be told from the rest");
    for (id, function) in module.funcs.iter_local() {
        let stray = callees(function).into_iter().find(|callee| behind.contains(callee) && !entries.contains(callee));
        if let (Some(callee), false) = (stray, entries.contains(&id) || behind.contains(&id)) {
            anyhow::bail!(
                "`{}` calls `{}`, which is trapped: format no text in the module",
                name(&module, id),
                name(&module, callee)
            );
        }
    }
    for id in entries.union(&behind) {
        trap(&mut module, *id);
    }
    let segments: Vec<_> = module.data.iter().map(|segment| segment.id()).collect();
    for segment in segments {
        let bytes = &mut module.data.get_mut(segment).value;
        blank_paths(bytes);
        blank_messages(bytes);
    }
    module.emit_wasm_file(&output).with_context(|| format!("cannot write {output}"))
}

/// The local functions with one of these in their names.
fn named(module: &Module, patterns: &[&str]) -> HashSet<FunctionId> {
    let wanted = |id| patterns.iter().any(|pattern| name(module, id).contains(pattern));
    module.funcs.iter_local().map(|(id, _)| id).filter(|id| wanted(*id)).collect()
}

fn name(module: &Module, id: FunctionId) -> String {
    let mangled = module.funcs.get(id).name.as_deref().unwrap_or("?");
    format!("{:#}", rustc_demangle::demangle(mangled))
}

fn callees(function: &LocalFunction) -> Vec<FunctionId> {
    struct Calls(Vec<FunctionId>);
    impl Visitor<'_> for Calls {
        fn visit_call(&mut self, call: &Call) {
            self.0.push(call.func);
        }
    }
    let mut calls = Calls(Vec::new());
    dfs_in_order(&mut calls, function, function.entry_block());
    calls.0
}

/// How the paths in a panic's location begin: the standard library, the crates (as the build renames their folder), this
/// workspace.
const SOURCE_ROOTS: [&str; 5] = ["/rustc/", "cargo/registry/", "src/engine/", "src/browser/", "src/wire"];

/// Blanks where in the sources a panic began: nobody can read it any more. A path ends in a zero byte but may follow other
/// text without a break.
fn blank_paths(bytes: &mut [u8]) {
    const END: &[u8] = b".rs\0";
    let ends: Vec<usize> =
        bytes.windows(END.len()).enumerate().filter(|(_, window)| *window == END).map(|(at, _)| at).collect();
    let mut from = 0;
    for end in ends {
        let before = bytes.get(from..end).unwrap_or_default();
        let last = |root: &&str| before.windows(root.len()).rposition(|window| window == root.as_bytes());
        let start = SOURCE_ROOTS.iter().filter_map(last).max();
        if let Some(path) = start.and_then(|start| bytes.get_mut(from + start..end + END.len())) {
            path.fill(0);
        }
        from = end + END.len();
    }
}

/// What a panic would have said; the text stays behind when its function is gone.
const MESSAGES: [&str; 10] = [
    "attempted to take ownership of Rust value while it was borrowed",
    "null pointer passed to rust",
    "recursive use of an object detected which would lead to unsafe aliasing in rust",
    "FnOnce called more than once",
    "closure invoked recursively or after being dropped",
    "called `Result::unwrap_throw()` on an `Err` value",
    "Tried to shrink to a larger capacity",
    "capacity overflow",
    "RefCell already mutably borrowed",
    "RefCell already borrowed",
];

fn blank_messages(bytes: &mut [u8]) {
    for message in MESSAGES {
        let found = |bytes: &[u8]| bytes.windows(message.len()).position(|window| window == message.as_bytes());
        while let Some(at) = found(bytes) {
            let Some(text) = bytes.get_mut(at..at + message.len()) else { return };
            text.fill(0);
        }
    }
}

fn trap(module: &mut Module, id: FunctionId) {
    let signature = module.types.get(module.funcs.get(id).ty());
    let (parameters, results) = (signature.params().to_vec(), signature.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    builder.func_body().unreachable();
    let arguments = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
}
