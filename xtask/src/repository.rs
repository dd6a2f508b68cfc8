//! Where the repository is, and cargo's description of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::Failure;

/// The repository's root folder. Cargo sets the variable for `cargo run`; without it the folder at compile time is used.
pub fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_path_buf)
}

/// The cargo that started this chore, so that a chosen toolchain stays chosen.
pub fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The folder that cargo builds into, which need not be `target`.
pub fn target_folder() -> Result<PathBuf, Failure> {
    let metadata = metadata()?;
    let folder = metadata["target_directory"].as_str().map(PathBuf::from);
    folder.ok_or_else(|| Failure::new("cargo names no target directory"))
}

/// `cargo metadata` of the workspace's own packages; touches no network.
pub fn metadata() -> Result<Value, Failure> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(Failure::while_doing("start `cargo metadata`"))?;
    if !output.status.success() {
        return Err(Failure::new(format!(
            "`cargo metadata` ended with {}; its message is above",
            output.status
        )));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(Failure::while_doing("read the output of `cargo metadata`"))
}
