//! The vendors' ways, a folder each: how a request is written and signed, what an answer means, and the doors, records
//! and forms that belong to it.
//!
//! | dialect | what it is |
//! |---|---|
//! | [`standard`] | [Standard Webhooks 1.0.0](https://www.standardwebhooks.com) to the letter |
//! | [`eventinsight`] | `EventInsight`, also sold as Let's Get Digital: users and companies of trade fairs |
//! | [`signinapp`] | Sign In App: visitors who sign in and out |
//!
//! A new vendor is a folder, a `mod` line, a line in [`vendors`], and nothing else. Each folder has a `README.md` that
//! says what is honoured and what is not, golden files, and its tests; [`complaints()`] checks what every vendor owes.
//! What vendors share of HTTP stands in [`http_rules`]; what they show in `klingel demo` is played on a [`demo`] stage.

use std::sync::Arc;

use klingel_engine::deliver::Dialect;

mod complaints;
pub mod demo;
pub mod eventinsight;
pub mod http_rules;
pub mod lina;
pub mod signinapp;
pub mod standard;
mod vendor;

pub use complaints::complaints;
pub use vendor::{Command, CommandRun, CommandWorld, Golden, Signature, Vendor};

/// Every vendor, each name once. The first is that of applications that name none.
pub fn vendors() -> Vec<Vendor> {
    vec![standard::vendor(), eventinsight::vendor(), lina::vendor(), signinapp::vendor()]
}

/// Every dialect, in the same order.
pub fn all() -> Vec<Arc<dyn Dialect>> {
    vendors().into_iter().map(|vendor| vendor.dialect).collect()
}
