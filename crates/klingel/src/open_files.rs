//! How many files and connections the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limit in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFiles {
    /// What holds now; `None`: no limit.
    pub soft: Option<u64>,
    /// How far it can be raised; `None`: no limit.
    pub hard: Option<u64>,
}

/// The limit as it stands.
pub fn limit() -> OpenFiles {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    OpenFiles { soft: current, hard: maximum }
}

/// Raises the soft limit to the hard one: every connection is a file, and the usual 1024 is kept low only for
/// programs that cannot count further. A refusal leaves the limit as it was; `klingel doctor` tells.
pub fn raise_limit() -> OpenFiles {
    let OpenFiles { hard, .. } = limit();
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
    limit()
}
