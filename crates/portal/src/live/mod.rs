//! Live views: server-sent events that tell a page which rows are new.
//!
//! A stream tells where a row is found; the page's script fetches the row as the server draws it and puts it above the
//! others (`assets/live.js`). Streams end with their session and with the server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use klingel_model::KeyDigest;
use tokio::sync::watch;

mod stream;

pub(crate) use stream::{News, respond};

/// Streams of one session; browsers open six connections to a server at most.
const STREAMS_PER_SESSION_MAX: usize = 6;
/// Streams of all sessions together.
const STREAMS_MAX: usize = 500;

/// Streams that are open, and the sign for all of them to end. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    open: Arc<Mutex<Open>>,
    end: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    of_session: HashMap<KeyDigest, usize>,
}

/// A place of a stream; free again when it is dropped.
#[derive(Debug)]
struct Place {
    open: Arc<Mutex<Open>>,
    session: KeyDigest,
}

impl Streams {
    /// None open.
    pub(crate) fn new() -> Self {
        Self { open: Arc::default(), end: watch::Sender::new(false) }
    }

    /// Ends all streams, now and later, so that a server that stops does not wait for them.
    pub(crate) fn end(&self) {
        self.end.send_replace(true);
    }

    fn enter(&self, session: KeyDigest) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.of_session.get(&session).copied().unwrap_or(0);
        if open.all >= STREAMS_MAX || own >= STREAMS_PER_SESSION_MAX {
            return None;
        }
        open.all += 1;
        open.of_session.insert(session, own + 1);
        Some(Place { open: Arc::clone(&self.open), session })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(own) = open.of_session.get_mut(&self.session) {
            *own -= 1;
            if *own == 0 {
                open.of_session.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_come_free_again() {
        let (streams, session) = (Streams::new(), KeyDigest([1; 32]));
        let mut places: Vec<Place> = std::iter::from_fn(|| streams.enter(session)).collect();
        assert_eq!(places.len(), STREAMS_PER_SESSION_MAX);
        let other = streams.enter(KeyDigest([2; 32]));
        assert!(other.is_some(), "somebody else's place is his own");
        places.pop();
        places.extend(streams.enter(session));
        assert_eq!(places.len(), STREAMS_PER_SESSION_MAX);
        drop((places, other));
        let open = streams.open.lock().unwrap();
        assert_eq!((open.all, open.of_session.len()), (0, 0));
    }

    #[test]
    fn all_sessions_together_are_bounded() {
        let streams = Streams::new();
        let session = |number: usize| {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_be_bytes());
            KeyDigest(digest)
        };
        let places: Vec<Place> =
            (0..STREAMS_MAX + 10).filter_map(|number| streams.enter(session(number))).collect();
        assert_eq!(places.len(), STREAMS_MAX);
    }
}
