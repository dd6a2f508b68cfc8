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

impl<T, K: Clone> Scan<T, K> {
    /// Collects one page of at most `limit` items (at least 1).
    ///
    /// `rows` begin behind the page's cursor and come in the list's direction: a key, and the item if it passes the
    /// filter. They are read only as far as needed, one row beyond the page at most.
    pub fn collect<E>(
        rows: impl IntoIterator<Item = Result<(K, Option<T>), E>>,
        limit: usize,
    ) -> Result<Self, E> {
        let mut items = Vec::new();
        let (mut last_item, mut last_row) = (None, None);
        for (looked_at, row) in rows.into_iter().enumerate() {
            let (key, item) = row?;
            if looked_at == SCAN_ROWS_MAX {
                return Ok(Self { items, resume: last_row });
            }
            if let Some(item) = item {
                if items.len() >= limit.max(1) {
                    return Ok(Self { items, resume: last_item });
                }
                items.push(item);
                last_item = Some(key.clone());
            }
            last_row = Some(key);
        }
        Ok(Self { items, resume: None })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn scan(rows: std::ops::Range<usize>, every: usize, limit: usize) -> Scan<usize, usize> {
        let rows = rows.map(|n| Ok::<_, Infallible>((n, n.is_multiple_of(every).then_some(n))));
        Scan::collect(rows, limit).unwrap()
    }

    #[test]
    fn a_full_last_page_knows_that_it_is_the_last() {
        assert_eq!(scan(0..3, 1, 3), Scan { items: vec![0, 1, 2], resume: None });
        assert_eq!(scan(0..4, 1, 3), Scan { items: vec![0, 1, 2], resume: Some(2) });
        assert_eq!(scan(0..6, 5, 1), Scan { items: vec![0], resume: Some(0) });
        assert_eq!(scan(0..5, 5, 1), Scan { items: vec![0], resume: None });
    }

    #[test]
    fn a_filter_that_lets_nothing_through_stops_and_says_where() {
        assert_eq!(scan(1..SCAN_ROWS_MAX + 1, 1_000_000, 5), Scan { items: vec![], resume: None });
        assert_eq!(
            scan(1..SCAN_ROWS_MAX + 2, 1_000_000, 5),
            Scan { items: vec![], resume: Some(SCAN_ROWS_MAX) }
        );
    }
}
