//! stub
use crate::failure::Failure;
/// a
#[derive(clap::Args)]
pub struct Args {}
/// a
pub fn run(_: &Args) -> Result<(), Failure> {
    Ok(())
}
