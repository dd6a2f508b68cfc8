//! Numbers of messages. None is given twice, even after its message was removed: lanes remember how far they have read.
//!
//! The writer counts in memory, and notes in the store only up to which number it may have counted. After a restart it
//! goes on behind that one: a gap says nothing.

use klingel_model::MessageSeq;
use rusqlite::Connection;

/// So many numbers are noted as given at once.
const RESERVED_AT_ONCE: i64 = 10_000;

/// The numbers that are left.
#[derive(Debug)]
pub(crate) struct Numbers {
    last: i64,
    /// What the store's note says, as far as this transaction goes.
    reserved: i64,
}

impl Numbers {
    /// Goes on behind what may have been given before.
    pub(crate) fn load(db: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT max(reserved, coalesce((SELECT max(seq) FROM message), 0)) FROM message_number";
        let last = db.query_row(sql, [], |row| row.get(0))?;
        Ok(Self { last, reserved: last })
    }

    /// The next number, to be used in the transaction that is open.
    pub(crate) fn next(&mut self, db: &Connection) -> rusqlite::Result<MessageSeq> {
        if self.last >= self.reserved {
            let reserved = self.last + RESERVED_AT_ONCE;
            db.prepare_cached("UPDATE message_number SET reserved = ?1")?.execute([reserved])?;
            self.reserved = reserved;
        }
        self.last += 1;
        Ok(MessageSeq(self.last))
    }

    /// The transaction was rolled back, and perhaps with it the note.
    pub(crate) fn rolled_back(&mut self) {
        self.reserved = self.last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut db).unwrap();
        db
    }

    fn reserved(db: &Connection) -> i64 {
        db.query_row("SELECT reserved FROM message_number", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn no_number_is_given_twice_across_restarts_and_rollbacks() {
        let mut db = store();
        let mut numbers = Numbers::load(&db).unwrap();
        let first = numbers.next(&db).unwrap();
        assert_eq!((first, numbers.next(&db).unwrap()), (MessageSeq(1), MessageSeq(2)));
        // A restart: what was counted in memory only is passed over.
        let mut numbers = Numbers::load(&db).unwrap();
        let transaction = db.transaction().unwrap();
        let begun = numbers.next(&transaction).unwrap();
        assert_eq!(begun, MessageSeq(RESERVED_AT_ONCE + 1));
        transaction.rollback().unwrap();
        numbers.rolled_back();
        assert_eq!(reserved(&db), RESERVED_AT_ONCE, "the note went with the transaction");
        assert!(numbers.next(&db).unwrap() > begun);
        assert!(reserved(&db) > begun.0, "it is noted anew");
    }

    #[test]
    fn a_message_that_somebody_else_wrote_counts() {
        let db = store();
        let sql =
            "INSERT INTO message (seq, id, app_id, event_type, created_at) VALUES (40, x'', x'', 'a', 0)";
        db.execute_batch(sql).unwrap();
        assert_eq!(Numbers::load(&db).unwrap().next(&db).unwrap(), MessageSeq(41));
    }

    /// SQLite counts numbers of its own no more, and what it had counted is not lost.
    #[test]
    fn a_store_with_sqlites_own_numbers_goes_on_behind_them() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("../migrations/0001_initial.sql")).unwrap();
        let insert = "INSERT INTO message (id, app_id, event_type, created_at) VALUES (x'', x'', 'a', 0)";
        db.execute_batch(insert).unwrap();
        db.execute_batch("UPDATE sqlite_sequence SET seq = 77; DELETE FROM message").unwrap();
        db.execute_batch(include_str!("../migrations/0007_message_numbers.sql")).unwrap();
        assert_eq!(Numbers::load(&db).unwrap().next(&db).unwrap(), MessageSeq(78));
        db.execute_batch(insert).unwrap();
        let counted: i64 = db
            .query_row("SELECT count(*) FROM sqlite_sequence WHERE name = 'message'", [], |row| row.get(0))
            .unwrap();
        let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!((counted, sound.as_str()), (0, "ok"));
    }
}
