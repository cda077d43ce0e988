//! Sessions in this process.
/// The memory store.
#[derive(Debug, Default)]
pub struct MemoryStore {}
