//! The step that looks at the portal as people do: a real browser against the real binary (`e2e/`).

use std::process::Command;

use super::tools;
use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// Installs what `e2e/package-lock.json` names, builds the binary and runs every flow.
pub fn run() -> Result<(), Failure> {
    for program in ["npm", "chromium"] {
        if !tools::answers(program, &["--version"]) {
            let advice = "on Debian `apt-get install nodejs npm chromium`";
            return Err(Failure::new(format!(
                "{program} is not installed, which the portal's flows need; {advice}"
            )));
        }
    }
    let folder = repository::root().join("e2e");
    let mut install = Command::new("npm");
    install.args(["ci", "--no-fund", "--no-audit"]).current_dir(&folder);
    run_command(install, "look at e2e/package.json; npm comes with Debian's packages nodejs and npm")?;
    let mut build = repository::cargo();
    build.args(["build", "--locked", "--package", "klingel"]);
    run_command(build, "mend what does not compile")?;
    let binary = repository::target_folder()?.join("debug/klingel");
    let mut flows = Command::new("npm");
    flows.args(["test", "--silent"]).current_dir(&folder).env("KLINGEL_BINARY", binary);
    run_command(flows, "run `npm test` in e2e/ and look at the flow it names")
}
