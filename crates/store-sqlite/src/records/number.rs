//! Pages by number. Counts of records by spans of time lead to the page: see the migration `record_spans`.

use std::cell::Cell;

use klingel_model::Micros;
use klingel_store::{RecordPage, RecordRange};
use rusqlite::{Connection, params};

use super::{COLUMNS, all};
use crate::fault::Fault;

/// By how many bits an instant in microseconds is shifted to give its span, on each level.
pub(super) const SHIFTS: [u32; 4] = [16, 24, 32, 40];

/// A page of a range, newest first.
pub(super) fn page(db: &Connection, range: &RecordRange) -> Result<RecordPage, Fault> {
    Search { db, range, rows: Cell::new(0) }.page()
}

/// The search for a page.
struct Search<'a> {
    db: &'a Connection,
    range: &'a RecordRange,
    /// Rows that were looked at: what the page costs.
    rows: Cell<u64>,
}

/// What a span of time holds, and where the page begins in it.
#[derive(Default)]
struct Found {
    total: u64,
    /// The newest instant from which to read, and how many records to pass over from there.
    start: Option<(i64, u64)>,
}

impl Search<'_> {
    fn page(&self) -> Result<RecordPage, Fault> {
        let range = self.range;
        let from = range.from.map_or(i64::MIN, Micros::as_unix_us);
        let to = range.to.map_or(i64::MAX, Micros::as_unix_us);
        if from > to {
            return Ok(RecordPage::default());
        }
        let Found { total, start } = self.find(SHIFTS.len(), from, to, range.offset)?;
        let Some((newest, skip)) = start else { return Ok(RecordPage { records: Vec::new(), total }) };
        let sql = format!(
            "SELECT {COLUMNS} FROM record
             WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND at BETWEEN ?4 AND ?5
                 AND EXISTS (SELECT 1 FROM application WHERE id = ?1)
             ORDER BY at DESC, key DESC LIMIT ?6 OFFSET ?7"
        );
        let limit = i64::try_from(range.limit).unwrap_or(i64::MAX);
        let app_id = range.app_id.to_bytes();
        let skipped = skip.cast_signed();
        let records =
            all(self.db, &sql, params![app_id, range.kind, range.partition, from, newest, limit, skipped])?;
        self.looked_at(skip + records.len() as u64);
        Ok(RecordPage { records, total })
    }

    /// Counts the records from `from` to `to`, and finds the one before which `offset` newer ones lie, by the spans of
    /// the levels below `levels`. Goes down only into spans that are not wholly in the range (two at most), and into the
    /// one where the page begins.
    fn find(&self, levels: usize, from: i64, to: i64, offset: u64) -> Result<Found, Fault> {
        let Some(level) = levels.checked_sub(1) else {
            let total = self.count(from, to)?;
            return Ok(Found { total, start: (offset < total).then_some((to, offset)) });
        };
        let shift = SHIFTS[level];
        let mut found = Found::default();
        for (span, counted) in self.spans(level, from >> shift, to >> shift)? {
            let first = span << shift;
            let last = first | ((1 << shift) - 1);
            let whole = from <= first && last <= to;
            let begins = found.start.is_none() && found.total + counted > offset;
            if whole && !begins {
                found.total += counted;
                continue;
            }
            let left = if found.start.is_none() { offset - found.total } else { u64::MAX };
            let inner = self.find(level, from.max(first), to.min(last), left)?;
            found.total += inner.total;
            found.start = found.start.or(inner.start);
        }
        Ok(found)
    }

    /// The spans of a level and their records, newest first.
    fn spans(&self, level: usize, first: i64, last: i64) -> Result<Vec<(i64, u64)>, Fault> {
        let mut statement = self.db.prepare_cached(
            "SELECT span, records FROM record_span
             WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND level = ?4 AND span BETWEEN ?5 AND ?6
             ORDER BY span DESC",
        )?;
        let range = self.range;
        let level = i64::try_from(level).unwrap_or(i64::MAX);
        let rows = statement.query_map(
            params![range.app_id.to_bytes(), range.kind, range.partition, level, first, last],
            |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.max(0).cast_unsigned())),
        )?;
        let spans: Vec<(i64, u64)> = rows.collect::<Result<_, _>>()?;
        self.looked_at(spans.len() as u64);
        Ok(spans)
    }

    fn count(&self, from: i64, to: i64) -> Result<u64, Fault> {
        let range = self.range;
        let records: i64 = self
            .db
            .prepare_cached(
                "SELECT count(*) FROM record
                 WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND at BETWEEN ?4 AND ?5",
            )?
            .query_row(params![range.app_id.to_bytes(), range.kind, range.partition, from, to], |row| {
                row.get(0)
            })?;
        let records = records.max(0).cast_unsigned();
        self.looked_at(records);
        Ok(records)
    }

    fn looked_at(&self, rows: u64) {
        self.rows.set(self.rows.get() + rows);
    }
}

#[cfg(test)]
mod tests {
    use klingel_model::AppId;
    use klingel_store::Record;

    use super::*;
    use crate::records::change::put;

    const APP: AppId = AppId::from_u128(2);
    const RECORDS: u64 = 5_000;
    const PAGE: usize = 200;
    /// Every quarter of an hour one, over some weeks.
    const EVERY_US: i64 = 15 * 60 * 1_000_000;

    fn range(from: Option<i64>, offset: u64) -> RecordRange {
        RecordRange {
            app_id: APP,
            kind: "test.visit".to_owned(),
            partition: "1".to_owned(),
            from: from.map(Micros::from_unix_us),
            to: None,
            offset,
            limit: PAGE,
        }
    }

    /// A page, and how many rows it took.
    fn read(db: &Connection, from: Option<i64>, offset: u64) -> (RecordPage, u64) {
        let range = range(from, offset);
        let search = Search { db, range: &range, rows: Cell::new(0) };
        (search.page().unwrap_or_else(|_| panic!("a read")), search.rows.get())
    }

    fn written(every_us: i64) -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut db).unwrap_or_else(|_| panic!("an empty database"));
        db.execute(
            "INSERT INTO application VALUES (?1, ?1, NULL, 'a', 'test', NULL, '{}', 0, 0)",
            [APP.to_bytes()],
        )
        .unwrap();
        let begun = 1_500_000_000_000_000;
        for n in 0..i64::try_from(RECORDS).unwrap() {
            let record = Record {
                app_id: APP,
                kind: "test.visit".to_owned(),
                key: format!("{n:06}"),
                partition: "1".to_owned(),
                at: Micros::from_unix_us(begun + n * every_us),
                document: "{}".to_owned(),
                updated_at: Micros::from_unix_us(0),
            };
            put(&db, &record).unwrap_or_else(|_| panic!("a write"));
        }
        db
    }

    #[test]
    fn the_last_page_costs_no_more_rows_than_the_first_however_long_the_time() {
        // Visits of some weeks, and of some centuries.
        for every_us in [EVERY_US, EVERY_US * 100] {
            let db = written(every_us);
            let (first, costs) = read(&db, None, 0);
            assert_eq!((first.total, first.records.len()), (RECORDS, PAGE));
            for page in 1..RECORDS / PAGE as u64 {
                let (found, rows) = read(&db, None, page * PAGE as u64);
                let newest = RECORDS - 1 - page * PAGE as u64;
                assert_eq!(found.records[0].key, format!("{newest:06}"));
                assert!(rows <= costs * 2, "page {page} took {rows} rows, the first {costs}");
            }
            let (beyond, _) = read(&db, None, RECORDS);
            assert_eq!((beyond.total, beyond.records.len()), (RECORDS, 0));
        }
    }

    #[test]
    fn a_range_begins_within_a_span() {
        let db = written(EVERY_US);
        let begin = 1_500_000_000_000_000 + 1_234 * EVERY_US + 1;
        let (found, rows) = read(&db, Some(begin), 3_600);
        assert_eq!(found.total, RECORDS - 1_235);
        assert_eq!(found.records.len(), 165);
        assert_eq!(found.records.last().map(|record| record.key.as_str()), Some("001235"));
        assert!(rows < 2_000, "{rows}");
    }
}
