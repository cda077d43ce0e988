//! The embedded sample database of the demo.

use std::{io, path::Path};

/// Writes the sample database to `file`, whole or not at all. An existing file is left as it is.
///
/// # Errors
/// When the folder can't be written.
pub fn write(file: &Path) -> io::Result<()> {
    let _ = file;
    Err(io::Error::other("the sample database is not built yet"))
}
