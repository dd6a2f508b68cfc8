//! What the writer is asked to do.

use klingel_store::Error;
use tokio::sync::oneshot;

use crate::desk::Desk;
use crate::fault::Fault;

/// What a job does to the room on the disk; the order is the order in which jobs are tried when room is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Gives room back in the long run: settlements, deletions.
    Settles,
    /// Changes the catalogue: needs little room.
    Changes,
    /// Takes room: a new message.
    Admits,
}

/// One verb that writes. May be run twice: when a neighbour spoils the common commit, each runs again by itself.
pub(crate) trait Job: Send {
    /// Its class.
    fn class(&self) -> Class;

    /// About how many rows it writes, a large payload counting for several.
    fn rows(&self) -> usize;

    /// Runs inside an open transaction.
    /// A job that a rule refuses has written nothing and gives `Ok`; only SQLite's own failures come out.
    fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), rusqlite::Error>;

    /// Tells its caller the result of the last run, which is durable now.
    fn answer(self: Box<Self>);

    /// Tells its caller that nothing was written.
    fn fail(self: Box<Self>, error: Error);
}

/// A job made of a closure and the caller who waits for it.
pub(crate) struct Task<T, F> {
    pub(crate) class: Class,
    pub(crate) rows: usize,
    pub(crate) work: F,
    pub(crate) result: Option<Result<T, Error>>,
    pub(crate) reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnMut(&mut Desk<'_>) -> Result<T, Fault> + Send,
{
    fn class(&self) -> Class {
        self.class
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), rusqlite::Error> {
        // Only admissions get by without seeing what was taken before them.
        if self.class != Class::Admits {
            desk.write_taken()?;
        }
        self.result = Some(match (self.work)(desk) {
            Ok(value) => Ok(value),
            Err(Fault::Refused(error)) => Err(error),
            Err(Fault::Sqlite(error)) => return Err(error),
        });
        Ok(())
    }

    fn answer(self: Box<Self>) {
        let missing =
            || Err(Error::Unavailable("the store's writer skipped a job; this is a bug".to_owned()));
        // A caller who has gone away needs no answer.
        let _ = self.reply.send(self.result.unwrap_or_else(missing));
    }

    fn fail(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(error));
    }
}
