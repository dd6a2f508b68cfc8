//! Operators.

use klingel_model::{EnvironmentId, Operator};
use klingel_store::access::{OPERATORS_MAX, check_operator};
use klingel_store::{Error, Order, Page, Scan};
use rusqlite::{Connection, Row, params};

use super::passes;
use crate::fault::Fault;
use crate::rows::{id, instant};

/// The columns that [`read`] takes, from column 0.
const COLUMNS: &str = "name, environment_id, password_hash, created_at";

pub(super) fn put(db: &Connection, operator: &Operator) -> Result<(), Fault> {
    check_operator(operator)?;
    let others: i64 = db
        .prepare_cached("SELECT count(*) FROM operator WHERE environment_id = ?1 AND name <> ?2")?
        .query_row(params![operator.environment_id.to_bytes(), operator.name], |row| row.get(0))?;
    if others >= OPERATORS_MAX.cast_signed() as i64 {
        return Err(Error::Limit("operators_max", OPERATORS_MAX as u64).into());
    }
    passes::end_of_operator(db, &operator.name)?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO operator (name, environment_id, password_hash, created_at)
         VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        operator.name,
        operator.environment_id.to_bytes(),
        operator.password_hash,
        operator.created_at.as_unix_us(),
    ])?;
    Ok(())
}

pub(super) fn remove(db: &Connection, name: &str) -> Result<bool, Fault> {
    let removed = db.prepare_cached("DELETE FROM operator WHERE name = ?1")?.execute([name])?;
    if removed > 0 {
        passes::end_of_operator(db, name)?;
    }
    Ok(removed > 0)
}

pub(super) fn one(db: &Connection, name: &str) -> Result<Option<Operator>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM operator WHERE name = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([name])?;
    Ok(rows.next()?.map(read).transpose()?)
}

pub(super) fn list(
    db: &Connection,
    environment_id: EnvironmentId,
    page: &Page<String>,
) -> Result<Scan<Operator, String>, Fault> {
    let (compare, direction) = match page.order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM operator WHERE environment_id = ?1 AND (?2 IS NULL OR name {compare} ?2)
         ORDER BY name {direction}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_and_then(params![environment_id.to_bytes(), page.after], |row| {
        let operator = read(row)?;
        Ok::<_, Fault>((operator.name.clone(), Some(operator)))
    })?;
    Scan::collect(rows, page.limit)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Operator> {
    Ok(Operator {
        name: row.get(0)?,
        environment_id: id(row, 1)?,
        password_hash: row.get(2)?,
        created_at: instant(row, 3)?,
    })
}
