//! The release builds that a measurement needs, and the parts of it that are programs of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::server::{Home, Program};
use crate::failure::Failure;
use crate::repository;

/// Where the builds are that are measured.
#[derive(Clone, Debug)]
pub struct Programs {
    release: PathBuf,
}

impl Programs {
    /// Finds cargo's folder of the release build, or of the one that is handed out.
    pub fn find(dist: bool) -> Result<Self, Failure> {
        Ok(Self { release: repository::target_folder()?.join(profile(dist)) })
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.release
    }

    /// The product.
    pub fn klingel(&self) -> Program {
        Program::Klingel(self.release.join("klingel"))
    }

    /// What it is compared with.
    pub fn least_code(&self) -> Program {
        Program::LeastCode(self.release.join("examples/least_code"))
    }

    /// An empty store. It lies beside the build, because a temporary folder is often kept in memory, where writing
    /// durably costs nothing.
    pub fn home(&self) -> Result<Home, Failure> {
        Home::new(&self.release)
    }

    /// Fills the store of a server that has stopped, without going through the server.
    pub fn seed(&self, home: &Home, arguments: &[(&str, u64)]) -> Result<(), Failure> {
        let mut seed = Command::new(self.release.join("examples/seed"));
        seed.arg(home.store()).stdin(Stdio::null());
        for (flag, number) in arguments {
            seed.arg(format!("--{flag}")).arg(number.to_string());
        }
        let status = seed.status().map_err(Failure::while_doing("start the program that fills the store"))?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("filling the store ended with {status}; its message is above")))
        }
    }

    /// Builds everything and runs this chore again with its release build: a debug build of the driver would take the
    /// processor time that the server needs.
    pub fn build_and_hand_over(dist: bool) -> Result<(), Failure> {
        // One call: cargo chooses the features of the libraries for all of it, and would build them again for another.
        let status = repository::cargo()
            .args(["build", "--profile", profile(dist), "--locked", "-p", "xtask", "-p", "klingel", "--bins"])
            .args(["-p", "klingel-store-sqlite", "--example", "least_code", "--example", "seed"])
            .status()
            .map_err(Failure::while_doing("start `cargo build`"))?;
        if !status.success() {
            return Err(Failure::new(format!("the release build ended with {status}; its message is above")));
        }
        hand_over(&Self::find(dist)?.release.join("xtask"))
    }
}

/// The profile's name, which is its folder's.
fn profile(dist: bool) -> &'static str {
    if dist { "dist" } else { "release" }
}

fn hand_over(program: &Path) -> Result<(), Failure> {
    let measured = Command::new(program)
        .args(std::env::args_os().skip(1))
        .arg("--built")
        .stdin(Stdio::null())
        .status()
        .map_err(Failure::while_doing(format!("start {}", program.display())))?;
    if measured.success() {
        Ok(())
    } else {
        Err(Failure::new("the measurement failed; its message is above"))
    }
}
