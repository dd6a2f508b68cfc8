//! Standard output, for what a command was asked for. A reader that has gone away (`| head`) ends the command with a
//! sentence instead of a crash.

use std::fmt::Arguments;
use std::io::Write as _;

use crate::failure::Failure;

/// Writes a line, at once.
pub fn line(text: Arguments<'_>) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{text}")
        .and_then(|()| output.flush())
        .map_err(|error| Failure::new(format!("standard output cannot be written to: {error}")))
}
