//! Pages of lists, by keyset only: the same cost for the last page as for the first.

/// Direction of a list by its key. Keys grow with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

impl Order {
    /// The other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<K> {
    /// Most items, at least 1.
    pub limit: usize,
    /// Begin behind this key, in the list's direction; `None`: at its beginning.
    pub after: Option<K>,
    /// The list's direction.
    pub order: Order,
}

/// Rows that one page looks at, at most, when a filter lets few of them through.
pub const SCAN_ROWS_MAX: usize = 10_000;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan<T, K> {
    /// The items, in the list's direction.
    pub items: Vec<T>,
    /// Where to go on; `None`: the end was reached. A filtered list may go on behind an empty part
    /// (after [`SCAN_ROWS_MAX`] rows were looked at).
    pub resume: Option<K>,
}
