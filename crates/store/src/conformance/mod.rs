//! One list of cases that every backend passes, the in-memory reference model included.
//!
//! A backend's test goes through [`all`], makes a fresh store for each case and awaits it; a case that finds something
//! wrong panics. Cases ask only through the verbs, wait for nothing but their answers, and take their instants and ids
//! from a counter, so that they go the same way every time.

mod access;
mod applications;
mod audit;
mod backlog;
mod calls;
mod cancel;
mod destinations;
mod due;
mod endpoints;
mod environments;
mod event_types;
mod filters;
mod health;
mod intake;
mod lanes;
mod lists;
mod manual;
mod once;
mod overview;
mod records;
mod replay;
mod retention;
mod scene;
mod settle;
mod stats;
mod walls;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use crate::Store;

/// A case under way.
pub type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One thing that every backend does.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What is expected, as a name.
    pub name: &'static str,
    /// Tries it on a fresh store. Panics when it is not so.
    pub run: fn(Arc<dyn Store>) -> Running,
}

/// Makes the list of a file's cases, each named as its function.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        pub(super) const CASES: &[super::Case] = &[
            $(super::Case {
                name: concat!(module_path!(), "::", stringify!($case)),
                run: |store| Box::pin($case(super::scene::Scene::new(store))),
            }),+
        ];
    };
}
use cases;

/// All cases.
pub fn all() -> &'static [Case] {
    static ALL: LazyLock<Vec<Case>> = LazyLock::new(|| {
        [
            intake::CASES,
            once::CASES,
            lanes::CASES,
            due::CASES,
            settle::CASES,
            manual::CASES,
            health::CASES,
            environments::CASES,
            applications::CASES,
            event_types::CASES,
            endpoints::CASES,
            walls::CASES,
            lists::CASES,
            filters::CASES,
            destinations::CASES,
            overview::CASES,
            backlog::CASES,
            replay::CASES,
            cancel::CASES,
            records::CASES,
            retention::CASES,
            access::CASES,
            audit::CASES,
            stats::CASES,
        ]
        .concat()
    });
    &ALL
}
