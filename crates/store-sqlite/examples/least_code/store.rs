//! One thread that writes: what is queued goes into one durable commit.

use std::ffi::OsString;

use bytes::Bytes;
use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};

use crate::Failure;

/// Jobs that wait for the writer; more make their callers wait.
const JOBS_MAX: usize = 4096;
/// Jobs in one commit.
const JOBS_PER_COMMIT_MAX: usize = 1024;
/// The log is copied into the database from so many pages on.
const CHECKPOINT_WAL_PAGES: u32 = 4096;

const SCHEMA: &str = "
    CREATE TABLE message (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL);
    CREATE TABLE delivery (endpoint INTEGER, seq INTEGER, PRIMARY KEY (endpoint, seq)) WITHOUT ROWID;
    CREATE TABLE attempt (id INTEGER PRIMARY KEY, endpoint INTEGER, seq INTEGER, status INTEGER);
";

enum Job {
    Admit { payload: Bytes, endpoints: Vec<i64>, answer: oneshot::Sender<i64> },
    Settle { endpoint: i64, seq: i64, status: u16 },
}

/// A handle to the writer.
#[derive(Clone)]
pub struct Store(mpsc::Sender<Job>);

impl Store {
    pub fn open(path: OsString) -> Result<Self, Failure> {
        let db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_WAL_PAGES)?;
        db.pragma_update(None, "journal_size_limit", 32 * 1024 * 1024)?;
        db.execute_batch(SCHEMA)?;
        let (jobs, waiting) = mpsc::channel(JOBS_MAX);
        std::thread::spawn(move || {
            if let Err(error) = write(&db, waiting) {
                eprintln!("least_code: the writer failed: {error}");
            }
        });
        Ok(Self(jobs))
    }

    /// Writes a message and what it owes; durable when it gives the number.
    pub async fn admit(&self, payload: Bytes, endpoints: Vec<i64>) -> Result<i64, Failure> {
        let (answer, admitted) = oneshot::channel();
        self.0.send(Job::Admit { payload, endpoints, answer }).await.map_err(|_| "the writer has ended")?;
        Ok(admitted.await?)
    }

    /// Records an attempt and settles its delivery, a little later.
    pub async fn settle(&self, endpoint: i64, seq: i64, status: u16) {
        // Without a writer nothing can be recorded; the next message says so.
        let _ = self.0.send(Job::Settle { endpoint, seq, status }).await;
    }
}

fn write(db: &Connection, mut waiting: mpsc::Receiver<Job>) -> rusqlite::Result<()> {
    let mut message = db.prepare("INSERT INTO message (payload) VALUES (?1)")?;
    let mut owe = db.prepare("INSERT INTO delivery (endpoint, seq) VALUES (?1, ?2)")?;
    let mut settle = db.prepare("DELETE FROM delivery WHERE endpoint = ?1 AND seq = ?2")?;
    let mut attempt = db.prepare("INSERT INTO attempt (endpoint, seq, status) VALUES (?1, ?2, ?3)")?;
    let mut answers = Vec::new();
    while let Some(first) = waiting.blocking_recv() {
        db.execute_batch("BEGIN IMMEDIATE")?;
        let (mut next, mut jobs) = (Some(first), 0);
        while let Some(job) = next {
            match job {
                Job::Admit { payload, endpoints, answer } => {
                    let seq = message.insert([&payload[..]])?;
                    for endpoint in endpoints {
                        owe.execute([endpoint, seq])?;
                    }
                    answers.push((answer, seq));
                }
                Job::Settle { endpoint, seq, status } => {
                    settle.execute([endpoint, seq])?;
                    attempt.execute(params![endpoint, seq, status])?;
                }
            }
            jobs += 1;
            next = if jobs < JOBS_PER_COMMIT_MAX { waiting.try_recv().ok() } else { None };
        }
        db.execute_batch("COMMIT")?;
        for (answer, seq) in answers.drain(..) {
            // A publisher who has gone away needs no answer.
            let _ = answer.send(seq);
        }
    }
    Ok(())
}
