//! Pages of lists.
//!
//! `iterator` is the key of the last item that was seen; `prevIterator` the same of the first one, with a `-` before
//! it, and leads back. Both are texts to be handed on, not to be read. `done` says whether the end was reached in the
//! direction of the request. A filtered page may be short or empty and yet not be the last one.

use klingel_model::id::Kind;
use klingel_model::{EventTypeName, Id};
use klingel_store::{Order, Page, Scan};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::problem::Problem;
use crate::query::Query;

/// Items of a page when the request does not say.
const LIMIT_DEFAULT: usize = 50;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListResponse)]
pub(crate) struct List<T> {
    /// The items, in the order of the list.
    pub(crate) data: Vec<T>,
    /// Give this as `iterator` for the items behind these.
    pub(crate) iterator: Option<String>,
    /// Give this as `iterator` for the items before these.
    #[serde(rename = "prevIterator")]
    pub(crate) prev_iterator: Option<String>,
    /// Whether the end of the list was reached.
    pub(crate) done: bool,
}

/// A key by which a list goes on, as text.
pub(crate) trait Key: Sized + Clone {
    /// Reads it; `None` if it is none.
    fn read(text: &str) -> Option<Self>;
    /// Writes it; never begins with `-`.
    fn text(&self) -> String;
}

impl<K: Kind> Key for Id<K> {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Key for EventTypeName {
    fn read(text: &str) -> Option<Self> {
        Self::new(text.strip_prefix('~').unwrap_or(text)).ok()
    }

    fn text(&self) -> String {
        // A name may begin with the mark that turns the direction; no name holds a tilde.
        if self.as_str().starts_with('-') { format!("~{self}") } else { self.to_string() }
    }
}

/// Which page is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<K> {
    /// For the store: in the direction to read.
    pub(crate) page: Page<K>,
    backwards: bool,
}

impl<K: Key> Wanted<K> {
    /// Reads `limit`, `iterator` and, if the list can be turned, `order`.
    pub(crate) fn of(api: &ApiState, query: &mut Query, default: Order, turnable: bool) -> Self {
        let items_max = api.engine().settings().limits.page_items_max;
        let limit = query.text("limit").map(str::parse::<usize>);
        let limit = match limit {
            None => LIMIT_DEFAULT.min(items_max),
            Some(Ok(limit)) if (1..=items_max).contains(&limit) => limit,
            Some(_) => {
                query
                    .fault("limit", format!("must be a whole number from 1 to {items_max} (page_items_max)"));
                1
            }
        };
        let order = match query.text("order").filter(|_| turnable) {
            None => default,
            Some("ascending") => Order::Ascending,
            Some("descending") => Order::Descending,
            Some(_) => {
                query.fault("order", "must be ascending or descending");
                default
            }
        };
        let iterator = query.text("iterator").map(|text| match text.strip_prefix('-') {
            Some(rest) => (K::read(rest), true),
            None => (K::read(text), false),
        });
        let (after, backwards) = match iterator {
            None => (None, false),
            Some((Some(key), backwards)) => (Some(key), backwards),
            Some((None, _)) => {
                query.fault("iterator", "must be an iterator or prevIterator that this list gave");
                (None, false)
            }
        };
        let order = if backwards { order.reversed() } else { order };
        Self { page: Page { limit, after, order }, backwards }
    }

    /// A page without items.
    pub(crate) fn empty<T>() -> List<T> {
        List { data: Vec::new(), iterator: None, prev_iterator: None, done: true }
    }

    /// Puts the page together from what the store found.
    pub(crate) fn list<T, O>(
        &self,
        scan: Scan<T, K>,
        key: impl Fn(&T) -> K,
        mut out: impl FnMut(T) -> Result<O, Problem>,
    ) -> Result<List<O>, Problem> {
        let Scan { mut items, resume } = scan;
        if self.backwards {
            items.reverse();
        }
        let mut first = items.first().map(&key);
        let mut last = items.last().map(&key);
        let done = resume.is_none();
        // Where the store stopped looking may lie behind the last item that it let through.
        if let Some(resume) = resume {
            *(if self.backwards { &mut first } else { &mut last }) = Some(resume);
        }
        let data = items.into_iter().map(&mut out).collect::<Result<_, _>>()?;
        Ok(List {
            data,
            iterator: last.map(|key| key.text()),
            prev_iterator: first.map(|key| format!("-{}", key.text())),
            done,
        })
    }
}
