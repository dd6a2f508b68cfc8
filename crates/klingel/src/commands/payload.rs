//! Texts that a flag gives directly, as `@FILE`, or as `-` for standard input.

use std::io::Read as _;

use crate::failure::Failure;

/// Bytes that are read at most.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The bytes that `given` stands for. `flag` is named in failures; the bytes are not.
pub fn read(flag: &str, given: &str) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |what: &str, error: std::io::Error| Failure::new(format!("{flag}: {what} cannot be read: {error}"));
    let mut bytes = Vec::new();
    if given == "-" {
        let mut input = std::io::stdin().lock().take(BYTES_MAX + 1);
        input.read_to_end(&mut bytes).map_err(|error| unreadable("standard input", error))?;
    } else if let Some(path) = given.strip_prefix('@') {
        let file = std::fs::File::open(path).map_err(|error| unreadable(path, error))?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    } else {
        bytes.extend_from_slice(given.as_bytes());
    }
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Failure::new(format!("{flag}: more than {BYTES_MAX} bytes")));
    }
    Ok(bytes)
}
