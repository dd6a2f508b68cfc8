//! Running a command as a person would see it.

use std::process::{Command, Stdio};

use crate::failure::Failure;

/// Runs a command without standard input and with everything it prints on standard output.
/// `advice` says what to do if it ends with an error.
pub fn run_command(mut command: Command, advice: &str) -> Result<(), Failure> {
    let shown = shown(&command);
    println!("$ {shown}");
    let status = command
        .stdin(Stdio::null())
        .stderr(Stdio::from(std::io::stdout()))
        .status()
        .map_err(Failure::while_doing(format!("start `{shown}`")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{shown}` ended with {status}: {advice}")))
}

fn shown(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_advice() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exit 3"]);
        let failure = run_command(command, "do better").expect_err("exit code 3 is a failure").to_string();
        assert!(failure.contains("`sh -c exit 3`"), "{failure}");
        assert!(failure.contains('3') && failure.ends_with("do better"), "{failure}");
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        let failure =
            run_command(Command::new("/nowhere/no-such-tool"), "").expect_err("there is no such tool");
        assert!(failure.to_string().contains("no-such-tool"), "{failure}");
    }
}
