//! Every parser of bytes that strangers write, as a function that panics when it finds something.
//!
//! - [`TARGETS`]: all of them; `corpus/<name>/` holds inputs worth trying again
//! - [`mutate()`]: seeded mutations of the corpus, for ordinary tests on every toolchain
//!
//! `cargo xtask fuzz` builds `fuzz_targets/` with libFuzzer and runs each for a minute, guided by coverage.

pub mod cursor;
pub mod endpoint_body;
pub mod filter;
mod house;
mod mutate;
pub mod publish_body;
pub mod publish_call;
pub mod registration;
pub mod response_head;
pub mod retry_after;

pub use mutate::mutate;

/// A target: panics when the input shows a defect.
pub type Target = fn(&[u8]);

/// Every target, under the name of its module, its program and its folder of inputs.
pub const TARGETS: [(&str, Target); 8] = [
    ("cursor", cursor::run),
    ("endpoint_body", endpoint_body::run),
    ("filter", filter::run),
    ("publish_body", publish_body::run),
    ("publish_call", publish_call::run),
    ("registration", registration::run),
    ("response_head", response_head::run),
    ("retry_after", retry_after::run),
];
