//! Klingel, the webhook server.
fn main() {}
