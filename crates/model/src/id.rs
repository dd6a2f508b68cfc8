//! Typed ids: a prefix that says the kind, and a time-ordered UUID (version 7) in base62.
//!
//! The text form sorts as the ids were made, and holds no `.` (Standard Webhooks 1.0.0 forbids it in `webhook-id`).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

use crate::dice::Dice;
use crate::time::Micros;

/// Digits of base62 in the order of their bytes, so that text sorts as numbers do.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^22 is the first power above 2^128.
const TEXT_DIGITS: usize = 22;
/// Bytes of the longest text form.
const TEXT_BYTES_MAX: usize = 32;
/// Digits that are written at a time.
const PART_DIGITS: u32 = 10;
/// The first number that has more digits than that; it fits 64 bits, 62^11 would not.
const PART: u128 = 62u128.pow(PART_DIGITS);
/// The lower half of 128 bits.
const LOW_HALF: u128 = 0xffff_ffff_ffff_ffff;

/// What an id stands for; the prefix is part of the text form.
pub trait Kind: Send + Sync + 'static {
    /// The text before the first digit, with its underscore: `msg_`.
    const PREFIX: &'static str;
}

/// An id of one kind: 128 bits, of which the first 60 are the time of making.
pub struct Id<K>(u128, PhantomData<fn() -> K>);

/// A text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an id of the form {}… with {TEXT_DIGITS} letters and digits", self.prefix)
    }
}

impl std::error::Error for InvalidId {}

impl<K: Kind> Id<K> {
    /// Makes an id from the time and 62 random bits (RFC 9562 section 5.7; the twelve bits after the milliseconds
    /// carry the microseconds, section 6.2 method 3, so that ids of one millisecond keep their order).
    pub fn new(now: Micros, dice: &dyn Dice) -> Self {
        let mut random = [0u8; 8];
        dice.fill(&mut random);
        let micros = u128::from(now.since_epoch_us());
        let (millis, rest) = (micros / 1000, micros % 1000);
        let fraction = rest * 4096 / 1000;
        let tail = u128::from(u64::from_be_bytes(random)) & ((1 << 62) - 1);
        Self::from_u128(((millis & 0xffff_ffff_ffff) << 80) | (7 << 76) | (fraction << 64) | (2 << 62) | tail)
    }

    /// The id with these bits.
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits, PhantomData)
    }

    /// The bits of the id.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// Sixteen bytes, most significant first: they sort as the ids do.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The id with these sixteen bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_u128(u128::from_be_bytes(bytes))
    }

    /// The smallest id that could have been made at `time`: a bound for lists by time.
    pub fn floor_of(time: Micros) -> Self {
        let micros = u128::from(time.since_epoch_us());
        let (millis, rest) = (micros / 1000, micros % 1000);
        Self::from_u128(((millis & 0xffff_ffff_ffff) << 80) | (7 << 76) | ((rest * 4096 / 1000) << 64))
    }

    /// The RFC 9562 form of the bits, for protocols that want a plain UUID.
    pub const fn to_uuid(self) -> uuid::Uuid {
        uuid::Uuid::from_u128(self.0)
    }

    /// Whether `text` begins as an id of this kind does. Such a text is never a `uid`.
    pub fn looks_like(text: &str) -> bool {
        text.starts_with(K::PREFIX)
    }
}

impl<K: Kind> Id<K> {
    /// The text form, without an allocation: it is written for every attempt.
    pub fn text(self) -> IdText {
        const { assert!(K::PREFIX.len() + TEXT_DIGITS <= TEXT_BYTES_MAX) };
        let length = K::PREFIX.len() + TEXT_DIGITS;
        let mut bytes = [b'0'; TEXT_BYTES_MAX];
        let (prefix, digits) = bytes[..length].split_at_mut(K::PREFIX.len());
        prefix.copy_from_slice(K::PREFIX.as_bytes());
        let mut rest = self.0;
        // In parts that fit a register: to divide 128 bits is a call, and would be made for each digit.
        for places in digits.rchunks_mut(PART_DIGITS as usize) {
            let above = rest / PART;
            write_digits(places, ((rest - above * PART) & LOW_HALF) as u64);
            rest = above;
        }
        IdText { bytes, length }
    }
}

/// The text form of an id.
#[derive(Clone, Copy)]
pub struct IdText {
    bytes: [u8; TEXT_BYTES_MAX],
    length: usize,
}

impl Deref for IdText {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("prefixes and digits are ASCII")
    }
}

impl fmt::Debug for IdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

fn write_digits(places: &mut [u8], mut rest: u64) {
    for place in places.iter_mut().rev() {
        *place = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId { prefix: K::PREFIX };
        let digits = text.strip_prefix(K::PREFIX).ok_or(invalid)?.as_bytes();
        if digits.len() != TEXT_DIGITS {
            return Err(invalid);
        }
        let mut bits: u128 = 0;
        for &digit in digits {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'A'..=b'Z' => digit - b'A' + 10,
                b'a'..=b'z' => digit - b'a' + 36,
                _ => return Err(invalid),
            };
            bits = bits.checked_mul(62).and_then(|b| b.checked_add(u128::from(value))).ok_or(invalid)?;
        }
        Ok(Self::from_u128(bits))
    }
}

// Written by hand: `derive` would demand the same traits of the marker `K`.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The kinds of ids, each a marker type.
pub mod kind {
    use super::Kind;

    /// An environment.
    pub struct Environment;
    /// An application.
    pub struct App;
    /// An event type.
    pub struct EventType;
    /// An endpoint.
    pub struct Endpoint;
    /// A message.
    pub struct Message;
    /// An attempt.
    pub struct Attempt;
    /// An API key.
    pub struct ApiKey;
    /// A replay of a span of time.
    pub struct Replay;

    impl Kind for Environment {
        const PREFIX: &'static str = "env_";
    }
    impl Kind for App {
        const PREFIX: &'static str = "app_";
    }
    impl Kind for EventType {
        const PREFIX: &'static str = "evtype_";
    }
    impl Kind for Endpoint {
        const PREFIX: &'static str = "ep_";
    }
    impl Kind for Message {
        const PREFIX: &'static str = "msg_";
    }
    impl Kind for Attempt {
        const PREFIX: &'static str = "atmpt_";
    }
    impl Kind for ApiKey {
        const PREFIX: &'static str = "key_";
    }
    impl Kind for Replay {
        const PREFIX: &'static str = "replay_";
    }
}

/// Id of an environment.
pub type EnvironmentId = Id<kind::Environment>;
/// Id of an application.
pub type AppId = Id<kind::App>;
/// Id of an event type.
pub type EventTypeId = Id<kind::EventType>;
/// Id of an endpoint.
pub type EndpointId = Id<kind::Endpoint>;
/// Id of a message; also the `webhook-id` header.
pub type MessageId = Id<kind::Message>;
/// Id of an attempt.
pub type AttemptId = Id<kind::Attempt>;
/// Id of an API key; not the key itself.
pub type ApiKeyId = Id<kind::ApiKey>;
/// Id of a replay.
pub type ReplayId = Id<kind::Replay>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::tests::Counting;

    #[test]
    fn text_form_goes_there_and_back() {
        let id = MessageId::new(Micros::from_unix_us(1_700_000_000_123_456), &Counting::default());
        let text = id.to_string();
        assert_eq!(text.len(), 4 + TEXT_DIGITS);
        assert_eq!(*text, *id.text());
        assert_eq!(text.parse::<MessageId>(), Ok(id));
        assert_eq!(id.to_uuid().get_version_num(), 7);
        assert_eq!(MessageId::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn text_sorts_as_time_does_down_to_the_microsecond() {
        let dice = Counting::default();
        let ids: Vec<_> = (0..2000)
            .step_by(1)
            .map(|us| AppId::new(Micros::from_unix_us(1_700_000_000_000_000 + us), &dice))
            .collect();
        assert!(ids.windows(2).all(|w| w[0] <= w[1] || w[0].as_u128() >> 64 == w[1].as_u128() >> 64));
        assert!(ids[0].to_string() < ids[1999].to_string());
    }

    #[test]
    fn refuses_what_is_no_id() {
        for text in [
            "",
            "msg_",
            "app_0000000000000000000000",
            "msg_zzzzzzzzzzzzzzzzzzzzzz",
            "msg_000000000000000000000-",
            "msg_00000000000000000000000",
        ] {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
    }
}
