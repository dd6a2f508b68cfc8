//! What the inspector has received, in memory only.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use klingel_model::{AppId, Micros};

use super::verdict::Verdict;

/// Requests that are kept of one application; a new one takes the place of its oldest.
pub(crate) const REQUESTS_PER_APPLICATION_MAX: usize = 100;
/// Bytes that are kept of all applications together; beyond it the oldest of all go first.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bytes of one body that are kept.
pub(crate) const BODY_KEPT_BYTES_MAX: usize = 128 * 1024;
/// Headers of one request that are kept.
const HEADERS_KEPT_MAX: usize = 100;
/// Bytes of the headers of one request that are kept.
const HEADERS_KEPT_BYTES_MAX: usize = 16 * 1024;
/// Bytes that a request takes beside its texts, roughly.
const REQUEST_BYTES: usize = 512;
/// Applications whose chosen answer is remembered; beyond it the one chosen first is forgotten.
const CHOICES_MAX: usize = 10_000;
/// How long requests are kept.
pub(crate) const KEPT_FOR: Duration = Duration::from_hours(24);

/// A request that came.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its number, unique in this process and growing.
    pub(crate) number: u64,
    /// When it came.
    pub(crate) at: Micros,
    /// Its method.
    pub(crate) method: String,
    /// Its path and query.
    pub(crate) path: String,
    /// Its headers, in the order in which they came, as far as they are kept.
    pub(crate) headers: Vec<(String, String)>,
    /// Its body, as far as it is kept.
    pub(crate) body: Bytes,
    /// Bytes of the whole body.
    pub(crate) body_bytes: usize,
    /// Whose signature it bears.
    pub(crate) verdict: Verdict,
    /// What it was answered.
    pub(crate) answered: u16,
}

/// The answer that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// HTTP status.
    pub(crate) status: u16,
    /// How long the answer waits.
    pub(crate) delay: Duration,
    /// Its body, as plain text.
    pub(crate) body: String,
}

impl Default for Choice {
    fn default() -> Self {
        Self { status: 200, delay: Duration::ZERO, body: String::new() }
    }
}

/// Everything that is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// All requests, oldest first: whose, and what.
    requests: BTreeMap<u64, (AppId, Arc<Seen>)>,
    /// The numbers of an application's requests, oldest first.
    of_application: HashMap<AppId, VecDeque<u64>>,
    choices: HashMap<AppId, (u64, Choice)>,
    bytes: usize,
    last_number: u64,
}

impl Kept {
    /// Keeps a request and gives its number.
    pub(crate) fn add(&mut self, app_id: AppId, mut seen: Seen) -> u64 {
        let number = self.next_number();
        seen.number = number;
        self.bytes += size(&seen);
        self.requests.insert(number, (app_id, Arc::new(seen)));
        let numbers = self.of_application.entry(app_id).or_default();
        numbers.push_back(number);
        if numbers.len() > REQUESTS_PER_APPLICATION_MAX
            && let Some(oldest) = numbers.front().copied()
        {
            self.drop_request(oldest);
        }
        while self.bytes > BYTES_MAX {
            let Some(oldest) = self.requests.keys().next().copied() else { break };
            self.drop_request(oldest);
        }
        number
    }

    /// An application's requests, newest first.
    pub(crate) fn of(&self, app_id: AppId) -> Vec<Arc<Seen>> {
        let numbers = self.of_application.get(&app_id).into_iter().flatten().rev();
        numbers.filter_map(|number| self.requests.get(number)).map(|(_, seen)| Arc::clone(seen)).collect()
    }

    /// One of them.
    pub(crate) fn one(&self, app_id: AppId, number: u64) -> Option<Arc<Seen>> {
        self.requests.get(&number).filter(|(of, _)| *of == app_id).map(|(_, seen)| Arc::clone(seen))
    }

    /// Drops all of an application's requests.
    pub(crate) fn clear(&mut self, app_id: AppId) {
        for number in self.of_application.remove(&app_id).unwrap_or_default() {
            self.drop_request(number);
        }
    }

    /// Drops what is too old.
    pub(crate) fn forget(&mut self, now: Micros) {
        // A clock that was put back keeps them a little longer, never a shorter time than is promised.
        while let Some((number, (_, seen))) = self.requests.first_key_value()
            && now.since(seen.at) >= KEPT_FOR
        {
            self.drop_request(*number);
        }
    }

    /// The answer that was chosen for an application.
    pub(crate) fn choice(&self, app_id: AppId) -> Choice {
        self.choices.get(&app_id).map(|(_, choice)| choice.clone()).unwrap_or_default()
    }

    /// Chooses it.
    pub(crate) fn choose(&mut self, app_id: AppId, choice: Choice) {
        let number = self.next_number();
        self.choices.insert(app_id, (number, choice));
        if self.choices.len() > CHOICES_MAX
            && let Some(oldest) = self.choices.iter().min_by_key(|(_, (at, _))| *at).map(|(id, _)| *id)
        {
            self.choices.remove(&oldest);
        }
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    fn drop_request(&mut self, number: u64) {
        let Some((app_id, seen)) = self.requests.remove(&number) else { return };
        self.bytes = self.bytes.saturating_sub(size(&seen));
        if let Some(numbers) = self.of_application.get_mut(&app_id) {
            numbers.retain(|known| *known != number);
            if numbers.is_empty() {
                self.of_application.remove(&app_id);
            }
        }
    }
}

/// Headers as they are kept: in order, cut at the bounds.
pub(crate) fn headers_kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let (mut kept, mut bytes) = (Vec::new(), 0);
    for (name, value) in headers {
        bytes += name.as_str().len() + value.len();
        if kept.len() == HEADERS_KEPT_MAX || bytes > HEADERS_KEPT_BYTES_MAX {
            break;
        }
        kept.push((name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    }
    kept
}

fn size(seen: &Seen) -> usize {
    let headers: usize = seen.headers.iter().map(|(name, value)| name.len() + value.len() + 48).sum();
    REQUEST_BYTES + seen.path.len() + headers + seen.body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(at_s: u64, body: usize) -> Seen {
        Seen {
            number: 0,
            at: Micros::default().plus(Duration::from_secs(at_s)),
            method: "POST".to_owned(),
            path: "/inspect/t".to_owned(),
            headers: Vec::new(),
            body: vec![b'x'; body].into(),
            body_bytes: body,
            verdict: Verdict::NoEndpoint,
            answered: 200,
        }
    }

    fn app(number: u128) -> AppId {
        AppId::from_u128(number)
    }

    #[test]
    fn an_application_keeps_its_latest_requests() {
        let mut kept = Kept::default();
        for second in 0..150 {
            kept.add(app(1), seen(second, 1));
        }
        kept.add(app(2), seen(0, 1));
        let numbers: Vec<u64> = kept.of(app(1)).iter().map(|seen| seen.number).collect();
        assert_eq!(numbers, (51..=150).rev().collect::<Vec<_>>());
        assert!(kept.one(app(2), 150).is_none() && kept.one(app(1), 150).is_some());
        kept.clear(app(1));
        assert_eq!((kept.of(app(1)).len(), kept.of(app(2)).len()), (0, 1));
    }

    #[test]
    fn all_of_them_together_stay_below_the_bound() {
        let mut kept = Kept::default();
        for number in 0..600 {
            kept.add(app(number), seen(0, BODY_KEPT_BYTES_MAX));
        }
        assert!(kept.bytes <= BYTES_MAX && kept.bytes > BYTES_MAX / 2, "{}", kept.bytes);
        assert!(kept.of(app(0)).is_empty() && !kept.of(app(599)).is_empty());
        assert_eq!(kept.requests.len(), kept.of_application.len());
        for number in 0..600 {
            kept.clear(app(number));
        }
        assert_eq!((kept.bytes, kept.requests.len(), kept.of_application.len()), (0, 0, 0));
    }

    #[test]
    fn after_a_day_a_request_is_gone() {
        let mut kept = Kept::default();
        kept.add(app(1), seen(0, 1));
        kept.add(app(1), seen(60, 1));
        kept.forget(Micros::default().plus(KEPT_FOR));
        assert_eq!(kept.of(app(1)).len(), 1);
    }

    #[test]
    fn a_choice_is_the_applications_own() {
        let mut kept = Kept::default();
        kept.choose(app(1), Choice { status: 503, ..Choice::default() });
        assert_eq!((kept.choice(app(1)).status, kept.choice(app(2)).status), (503, 200));
        for number in 2..(CHOICES_MAX as u128 + 3) {
            kept.choose(app(number), Choice::default());
        }
        assert_eq!(kept.choices.len(), CHOICES_MAX);
        assert_eq!(kept.choice(app(1)).status, 200, "the first is forgotten");
    }
}
