//! The vendors' ways, a folder each: how a request is written and signed, and what an answer means.
//!
//! | dialect | what it is |
//! |---|---|
//! | [`standard`] | [Standard Webhooks 1.0.0](https://www.standardwebhooks.com) to the letter |
//!
//! A new vendor is a folder, a `mod` line, a line in [`all`], and nothing else. Each folder has a `README.md` that
//! says what is honoured and what is not, golden files, and its tests. What vendors share of HTTP stands in
//! [`http_rules`].

use std::sync::Arc;

use klingel_engine::deliver::Dialect;

pub mod http_rules;
pub mod standard;

/// Every dialect, each name once. The first is the one of applications that name none.
pub fn all() -> Vec<Arc<dyn Dialect>> {
    vec![Arc::new(standard::Standard)]
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn every_name_stands_once() {
        let mut names: Vec<_> = all().iter().map(|dialect| dialect.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().len());
    }
}
