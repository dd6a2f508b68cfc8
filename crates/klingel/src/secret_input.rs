//! Reading a secret: from the terminal without showing it, or a line of standard input. Never from an argument, which
//! every user of the machine can read while the program runs.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Stdin, Write as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::failure::Failure;

/// Bytes of a line that are read; what is longer is refused by whoever checks the secret.
const LINE_BYTES_MAX: u64 = 4096;

/// Reads a secret that is set anew. At a terminal it is asked for twice, so that a slip of the fingers locks nobody out.
pub fn read_new(what: &str) -> Result<String, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return line(&input);
    }
    let _quiet = Quiet::begin(&input)?;
    let secret = ask(&input, &format!("{what}: "))?;
    if ask(&input, &format!("{what} again: "))? != secret {
        return Err(Failure::new("the two are not the same; nothing was done"));
    }
    Ok(secret)
}

fn ask(input: &Stdin, question: &str) -> Result<String, Failure> {
    let unusable = |error| Failure::new(format!("the terminal cannot be written to: {error}"));
    let mut terminal = std::io::stderr();
    write!(terminal, "{question}").and_then(|()| terminal.flush()).map_err(unusable)?;
    let answer = line(input)?;
    writeln!(terminal).map_err(unusable)?;
    Ok(answer)
}

fn line(input: &Stdin) -> Result<String, Failure> {
    let mut text = String::new();
    input
        .lock()
        .take(LINE_BYTES_MAX)
        .read_line(&mut text)
        .map_err(|error| Failure::new(format!("standard input cannot be read as UTF-8: {error}")))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// A terminal that does not show what is typed, until this is dropped.
struct Quiet<'a> {
    terminal: &'a Stdin,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn begin(terminal: &'a Stdin) -> Result<Self, Failure> {
        let unusable =
            |error| Failure::new(format!("the terminal cannot be told to hide what is typed: {error}"));
        let before = tcgetattr(terminal).map_err(unusable)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &quiet).map_err(unusable)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // A terminal that has gone away shows nothing any more.
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}
