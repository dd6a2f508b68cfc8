//! Rows inserted several at a time: a statement is begun and ended once for all of them, and the place of the next row
//! is found from the one before it instead of from the top.

use std::borrow::Cow;

use rusqlite::{Connection, Statement};

/// Rows that one statement inserts, most first.
const ROWS_AT_ONCE: [usize; 4] = [8, 4, 2, 1];

/// An insertion into a table, for each of [`ROWS_AT_ONCE`].
#[derive(Debug)]
pub(crate) struct Insertion<'db> {
    statements: [Kept<'db>; ROWS_AT_ONCE.len()],
    columns: usize,
}

impl<'db> Insertion<'db> {
    /// `into`: the statement up to its columns, such as `INSERT INTO meta (name, value)`. `row`: the values of a row,
    /// such as `(?, ?)`; `columns`: how many question marks it has.
    pub(crate) fn new(db: &'db Connection, into: &str, row: &str, columns: usize) -> Self {
        let sql = |rows| format!("{into} VALUES {}", vec![row; rows].join(", "));
        Self { statements: ROWS_AT_ONCE.map(|rows| Kept::new(db, sql(rows))), columns }
    }

    /// Inserts rows; `bind` binds one, its first value to the given place. Gives how many were inserted.
    pub(crate) fn run<R>(
        &mut self,
        rows: &[R],
        bind: impl Fn(&mut Statement<'_>, usize, &R) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<usize> {
        let (mut inserted, mut left) = (0, rows);
        for (at_once, statement) in ROWS_AT_ONCE.into_iter().zip(&mut self.statements) {
            while let Some((now, later)) = left.split_at_checked(at_once) {
                let statement = statement.statement()?;
                for (number, row) in now.iter().enumerate() {
                    bind(statement, 1 + number * self.columns, row)?;
                }
                inserted += statement.raw_execute()?;
                left = later;
            }
        }
        Ok(inserted)
    }
}

/// A statement that is prepared when it is needed first, and kept: not looked up by its text each time.
#[derive(Debug)]
pub(crate) struct Kept<'db> {
    db: &'db Connection,
    sql: Cow<'static, str>,
    statement: Option<Statement<'db>>,
}

impl<'db> Kept<'db> {
    /// Not prepared yet.
    pub(crate) fn new(db: &'db Connection, sql: impl Into<Cow<'static, str>>) -> Self {
        Self { db, sql: sql.into(), statement: None }
    }

    /// The statement.
    pub(crate) fn statement(&mut self) -> rusqlite::Result<&mut Statement<'db>> {
        if self.statement.is_none() {
            self.statement = Some(self.db.prepare(&self.sql)?);
        }
        self.statement.as_mut().ok_or(rusqlite::Error::InvalidQuery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_inserted_once_whatever_their_number() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE pair (one INTEGER PRIMARY KEY, two INTEGER)").unwrap();
        let mut insertion = Insertion::new(&db, "INSERT OR IGNORE INTO pair (one, two)", "(?, ?)", 2);
        for count in 0..40_i64 {
            db.execute_batch("DELETE FROM pair").unwrap();
            let rows: Vec<_> = (0..count).collect();
            let bind = |statement: &mut Statement<'_>, first: usize, row: &i64| {
                statement.raw_bind_parameter(first, *row)?;
                statement.raw_bind_parameter(first + 1, row * 10)
            };
            assert_eq!(insertion.run(&rows, bind).unwrap(), rows.len());
            assert_eq!(insertion.run(&rows, bind).unwrap(), 0, "they are there already");
            let sums =
                db.query_row("SELECT coalesce(sum(one), 0), coalesce(sum(two), 0) FROM pair", [], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
                });
            let expected = rows.iter().sum::<i64>();
            assert_eq!(sums.unwrap(), (expected, expected * 10));
        }
    }
}
