//! What can happen to a server under load, and what becomes of it: what its publishers see, that nothing is lost, and how
//! much comes twice. The figures are printed.

mod busy;
mod clock;
mod crash;
mod crowd;
mod full_disk;
mod open_files;
mod read_only;

/// How a server gets file systems of its own, which are gone with it: as root plainly, for others as root of a user
/// namespace.
fn own_mounts() -> [&'static str; 2] {
    ["unshare", if rustix::process::geteuid().is_root() { "--mount" } else { "-rm" }]
}
