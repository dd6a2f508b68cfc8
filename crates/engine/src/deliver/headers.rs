//! The headers of a request or an answer, one after the other in one piece of memory.
//!
//! Each delivery makes two of these and throws them away. A map would hash every name and allocate for its places, its
//! order and each value; a handful of headers is found sooner by looking at one after the other.

use std::fmt;
use std::iter::FusedIterator;

use http::{HeaderMap, HeaderName, HeaderValue};

/// Bytes of one number that says how long a text is.
const LENGTH_BYTES: usize = size_of::<usize>();

/// Headers in their order, names in lower case. A name may occur several times.
///
/// No line break can get in: names are tokens, and values hold no control character but the tab (RFC 9110,
/// section 5.5).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// For each header the length of its name, the length of its value, name and value.
    packed: Vec<u8>,
}

/// A text cannot stand in a header; which one is not said, because it may be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadHeader;

impl fmt::Display for BadHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a header's name must be a token, and its value must hold no control characters")
    }
}

impl std::error::Error for BadHeader {}

impl Headers {
    /// No headers.
    pub const fn new() -> Self {
        Self { packed: Vec::new() }
    }

    /// No headers yet, but memory for so many, whose names and values have so many bytes together.
    pub fn with_capacity(headers: usize, text_bytes: usize) -> Self {
        Self { packed: Vec::with_capacity(headers * 2 * LENGTH_BYTES + text_bytes) }
    }

    /// Sets a header. All that had this name go; the first of them leaves it its place.
    pub fn insert(&mut self, name: &HeaderName, value: impl AsRef<[u8]>) -> Result<(), BadHeader> {
        let (name, value) = (name.as_str().as_bytes(), value.as_ref());
        if !is_value(value) {
            return Err(BadHeader);
        }
        if self.iter().all(|(other, _)| other != name) {
            self.push(name, value);
            return Ok(());
        }
        let mut changed = Self { packed: Vec::with_capacity(self.packed.capacity() + value.len()) };
        let mut set = false;
        for (other, kept) in self.iter() {
            if other != name {
                changed.push(other, kept);
            } else if !set {
                changed.push(name, value);
                set = true;
            }
        }
        *self = changed;
        Ok(())
    }

    /// Adds a header behind all others, whether or not there is one of this name.
    pub fn append(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<(), BadHeader> {
        let (name, value) = (name.as_ref(), value.as_ref());
        if !is_name(name) || !is_value(value) {
            return Err(BadHeader);
        }
        let begin = self.packed.len() + 2 * LENGTH_BYTES;
        self.push(name, value);
        self.packed[begin..begin + name.len()].make_ascii_lowercase();
        Ok(())
    }

    fn push(&mut self, name: &[u8], value: &[u8]) {
        self.packed.reserve(2 * LENGTH_BYTES + name.len() + value.len());
        self.packed.extend_from_slice(&name.len().to_ne_bytes());
        self.packed.extend_from_slice(&value.len().to_ne_bytes());
        self.packed.extend_from_slice(name);
        self.packed.extend_from_slice(value);
    }

    /// The value of the first header of this name.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        let name = name.as_ref();
        self.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The same, if it is ASCII.
    pub fn text(&self, name: impl AsRef<[u8]>) -> Option<&str> {
        self.get(name).and_then(ascii)
    }

    /// The values of all headers of this name that are ASCII, in their order.
    pub fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let same = |other: &[u8]| other.eq_ignore_ascii_case(name.as_bytes());
        self.iter().filter(move |(other, _)| same(other)).filter_map(|(_, value)| ascii(value))
    }

    /// Names and values in their order.
    pub fn iter(&self) -> Iter<'_> {
        Iter { rest: &self.packed }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }
}

/// Goes over headers in their order.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name_bytes, rest) = self.rest.split_first_chunk()?;
        let (value_bytes, rest) = rest.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(usize::from_ne_bytes(*name_bytes))?;
        let (value, rest) = rest.split_at_checked(usize::from_ne_bytes(*value_bytes))?;
        self.rest = rest;
        Some((name, value))
    }
}

impl FusedIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl From<&Headers> for HeaderMap {
    fn from(headers: &Headers) -> Self {
        let mut map = Self::with_capacity(headers.len());
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
                map.append(name, value);
            }
        }
        map
    }
}

/// Only the names: values may be credentials.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| String::from_utf8_lossy(name))).finish()
    }
}

fn ascii(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok().filter(|text| text.is_ascii())
}

/// A token (RFC 9110, section 5.6.2).
fn is_name(bytes: &[u8]) -> bool {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_token)
}

/// Without a way out before the end, which lets the machine look at many bytes at a time.
fn is_value(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < b' ' && byte != b'\t') || byte == 0x7f;
    bytes.iter().fold(0, |controls, byte| controls | u8::from(is_control(*byte))) == 0
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, HOST, USER_AGENT};

    use super::*;

    fn pairs(headers: &Headers) -> Vec<(&str, &[u8])> {
        headers.iter().map(|(name, value)| (std::str::from_utf8(name).unwrap(), value)).collect()
    }

    #[test]
    fn headers_keep_their_order_and_are_found_in_any_spelling() {
        let mut headers = Headers::with_capacity(2, 32);
        headers.insert(&USER_AGENT, "Klingel/1").unwrap();
        headers.append("X-Tenant", b"\xff").unwrap();
        headers.append("accept", "").unwrap();
        assert_eq!(
            pairs(&headers),
            [("user-agent", &b"Klingel/1"[..]), ("x-tenant", b"\xff"), ("accept", b"")]
        );
        assert_eq!((headers.len(), headers.is_empty()), (3, false));
        assert_eq!(headers.get("x-TENANT"), Some(&b"\xff"[..]));
        assert_eq!((headers.text("x-tenant"), headers.text("User-Agent")), (None, Some("Klingel/1")));
        assert_eq!((headers.get("x-tenan"), headers.text("Accept")), (None, Some("")));
        assert!(Headers::new().is_empty());
    }

    #[test]
    fn what_is_set_replaces_all_of_its_name_at_the_place_of_the_first() {
        let mut headers = Headers::new();
        for (name, value) in [("host", "a"), ("accept", "1"), ("user-agent", "b"), ("accept", "2")] {
            headers.append(name, value).unwrap();
        }
        assert_eq!(headers.texts("Accept").collect::<Vec<_>>(), ["1", "2"]);
        headers.insert(&ACCEPT, "another, and longer").unwrap();
        let wanted: [(&str, &[u8]); 3] =
            [("host", b"a"), ("accept", b"another, and longer"), ("user-agent", b"b")];
        assert_eq!(pairs(&headers), wanted);
        headers.insert(&HOST, "").unwrap();
        assert_eq!(headers.get("host"), Some(&b""[..]));
    }

    #[test]
    fn whatever_a_map_of_headers_takes_or_refuses_is_taken_or_refused_here() {
        for byte in 0..=u8::MAX {
            let text = [b'a', byte, b'B'];
            let name = HeaderName::from_bytes(&text);
            let mut headers = Headers::new();
            assert_eq!(headers.append(text, "").is_ok(), name.is_ok(), "a name with {byte:#x}");
            assert_eq!(
                headers.iter().next().map(|(n, _)| n),
                name.as_ref().ok().map(|n| n.as_str().as_bytes())
            );
            let value = HeaderValue::from_bytes(&text);
            assert_eq!(headers.append("b", text).is_ok(), value.is_ok(), "a value with {byte:#x}");
            assert_eq!(headers.insert(&ACCEPT, text).is_ok(), value.is_ok(), "a value with {byte:#x}");
            let seen_as_text = value.as_ref().ok().and_then(|value| value.to_str().ok());
            assert_eq!(headers.text("accept"), seen_as_text, "a value with {byte:#x}");
        }
        assert_eq!(Headers::new().append("", ""), Err(BadHeader));
    }

    #[test]
    fn a_map_is_made_of_them() {
        let mut headers = Headers::new();
        for (name, value) in [("x-a", "1"), ("X-B", "2"), ("x-a", "3")] {
            headers.append(name, value).unwrap();
        }
        let map = HeaderMap::from(&headers);
        assert_eq!(map.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!((map.len(), &map["x-b"]), (3, &HeaderValue::from_static("2")));
    }

    #[test]
    fn values_are_not_printed() {
        let mut headers = Headers::new();
        headers.append("authorization", "Bearer secret").unwrap();
        assert_eq!(format!("{headers:?}"), r#"["authorization"]"#);
    }
}
