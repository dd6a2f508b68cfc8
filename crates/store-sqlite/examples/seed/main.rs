//! Fills a store that no server uses, for `cargo xtask bench`: millions of rows in seconds, past every verb.
//!
//! `seed DATABASE --backlog N --attempts N --payload-bytes N`. The backlog waits for the endpoint whose uid is `dead`;
//! attempts are of the other endpoints in turn.

use std::error::Error;
use std::ffi::OsString;
use std::fs::File;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, params};

type Failure = Box<dyn Error>;

/// Rows in one transaction.
const ROWS_PER_COMMIT: u64 = 100_000;
/// Attempts of one message.
const ATTEMPTS_PER_MESSAGE: u64 = 10;
/// Between two messages, in microseconds: a million messages are a quarter of an hour.
const MESSAGE_EVERY_US: u64 = 1000;

struct Wanted {
    database: OsString,
    backlog: u64,
    attempts: u64,
    payload_bytes: u64,
}

fn main() -> Result<(), Failure> {
    let wanted = arguments()?;
    let db = Connection::open(&wanted.database)?;
    // What is interrupted is thrown away: nothing has to be durable before the end.
    db.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;",
    )?;
    if wanted.attempts > 0 {
        attempts(&db, wanted.attempts)?;
    }
    if wanted.backlog > 0 {
        backlog(&db, wanted.backlog, usize::try_from(wanted.payload_bytes)?)?;
    }
    db.execute_batch("PRAGMA journal_mode = WAL")?;
    drop(db);
    // Or the first commits of the server would wait until the disk has taken in all of it.
    File::open(&wanted.database)?.sync_all()?;
    Ok(())
}

fn arguments() -> Result<Wanted, Failure> {
    let mut arguments = std::env::args_os().skip(1);
    let database =
        arguments.next().ok_or("usage: seed DATABASE --backlog N --attempts N --payload-bytes N")?;
    let mut wanted = Wanted { database, backlog: 0, attempts: 0, payload_bytes: 1024 };
    while let Some(flag) = arguments.next() {
        let number =
            arguments.next().and_then(|number| number.into_string().ok()).ok_or("a flag has a number")?;
        let field = match flag.to_str() {
            Some("--backlog") => &mut wanted.backlog,
            Some("--attempts") => &mut wanted.attempts,
            Some("--payload-bytes") => &mut wanted.payload_bytes,
            _ => return Err(format!("unknown flag {}", flag.display()).into()),
        };
        *field = number.parse()?;
    }
    Ok(wanted)
}

/// Ids as the product makes them: 48 bits of time in milliseconds, then what tells them apart (RFC 9562, section 5.7).
/// Scattered by a multiplication, because neighbours would lie closer together than they do in life.
fn id(at_us: u64, number: u64) -> [u8; 16] {
    let scattered = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&(at_us / 1000).to_be_bytes()[2..]);
    bytes[6..8].copy_from_slice(&((at_us % 1000) * 4).to_be_bytes()[6..]);
    bytes[6] = 0x70 | (bytes[6] & 0x0F);
    bytes[8..].copy_from_slice(&scattered.to_be_bytes());
    bytes[8] = 0x80 | (bytes[8] & 0x3F);
    bytes
}

fn stored(at_us: u64) -> i64 {
    i64::try_from(at_us).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, whose rows shall lie in the past")]
fn begin_us(messages: u64) -> Result<u64, Failure> {
    let now_us = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
    Ok(now_us - messages * MESSAGE_EVERY_US)
}

/// Runs `row` for each number, many in one transaction.
fn rows(
    db: &Connection,
    count: u64,
    mut row: impl FnMut(u64) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut number = 0;
    while number < count {
        db.execute_batch("BEGIN")?;
        let end = (number + ROWS_PER_COMMIT).min(count);
        (number..end).try_for_each(&mut row)?;
        db.execute_batch("COMMIT")?;
        number = end;
    }
    Ok(())
}

fn attempts(db: &Connection, count: u64) -> Result<(), Failure> {
    let mut endpoints: Vec<(Vec<u8>, Vec<u8>, String)> = Vec::new();
    let mut found =
        db.prepare("SELECT id, app_id, url FROM endpoint WHERE uid IS NULL ORDER BY app_id, id")?;
    let mut row = found.query([])?;
    while let Some(row) = row.next()? {
        endpoints.push((row.get(0)?, row.get(1)?, row.get(2)?));
    }
    if endpoints.is_empty() {
        return Err("there is no endpoint to have attempts".into());
    }
    let messages = count.div_ceil(ATTEMPTS_PER_MESSAGE);
    let begin_us = begin_us(messages)?;
    let mut message = db.prepare(
        "INSERT INTO message (id, app_id, event_type, created_at) VALUES (?1, ?2, 'bench.event', ?3)",
    )?;
    let mut attempt = db.prepare(
        "INSERT INTO attempt (message_id, id, endpoint_id, manual, success, response_status, number, started_at,
             duration_us, url) VALUES (?1, ?2, ?3, 0, 1, 200, 1, ?4, 900, ?5)",
    )?;
    rows(db, count, |number| {
        let (of, nth) = (number / ATTEMPTS_PER_MESSAGE, number % ATTEMPTS_PER_MESSAGE);
        let at_us = begin_us + of * MESSAGE_EVERY_US;
        let place = usize::try_from(number).unwrap_or(0) % endpoints.len();
        let (endpoint_id, app_id, url) = &endpoints[place];
        let message_id = id(at_us, of);
        if nth == 0 {
            message.execute(params![message_id, app_id, stored(at_us)])?;
        }
        attempt.execute(params![message_id, id(at_us + nth, number), endpoint_id, stored(at_us), url])?;
        Ok(())
    })?;
    // Sorted once, at the end.
    db.execute_batch(
        "INSERT OR IGNORE INTO attempt_place (place)
             SELECT CAST(endpoint_id || id || message_id AS BLOB) FROM attempt ORDER BY endpoint_id, id",
    )?;
    Ok(())
}

fn backlog(db: &Connection, count: u64, payload_bytes: usize) -> Result<(), Failure> {
    let dead: Option<(Vec<u8>, Vec<u8>)> = db
        .query_row("SELECT id, app_id FROM endpoint WHERE uid = 'dead'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (endpoint_id, app_id) = dead.ok_or("there is no endpoint with the uid `dead`")?;
    let payload = format!("{{\"padding\":\"{}\"}}", "x".repeat(payload_bytes.saturating_sub(14)));
    let begin_us = begin_us(count)?;
    let mut message = db.prepare(
        "INSERT INTO message (id, app_id, event_type, created_at, payload) VALUES (?1, ?2, 'bench.event', ?3, ?4)",
    )?;
    let mut delivery =
        db.prepare("INSERT INTO delivery (endpoint_id, stage, message_seq, attempts) VALUES (?1, 0, ?2, 0)")?;
    rows(db, count, |number| {
        let at_us = begin_us + number * MESSAGE_EVERY_US;
        let seq = message.insert(params![id(at_us, number), app_id, stored(at_us), payload.as_bytes()])?;
        delivery.execute(params![endpoint_id, seq])?;
        Ok(())
    })?;
    Ok(())
}
