//! The published message: its size is fixed, and it carries a number that the receiver finds again.

use std::sync::Arc;

/// The first number. Numbers begin here so that all have ten digits, and the request keeps its length.
const FIRST: u64 = 1_000_000_000;
const DIGITS: usize = 10;
/// What stands before the number; sorted before the padding, so that a server that sorts keys leaves it in front.
const MARK: &[u8] = b"\"bench_seq\":";
/// A run publishes fewer messages than this; it bounds what the driver and the receiver remember.
pub const MESSAGES_MAX: u64 = 50_000_000;

/// Publish requests to some applications in turn. Copies share what does not change.
#[derive(Clone)]
pub struct Requests {
    heads: Arc<[Head]>,
    body: Vec<u8>,
    number_at: usize,
    /// Head and body of the request that is written, put together here.
    whole: Vec<u8>,
}

struct Head {
    bytes: Vec<u8>,
    /// Where the number stands in an idempotency key.
    key_number_at: Option<usize>,
}

impl Requests {
    /// `heads` are start lines and headers without `Content-Length`, each with its line break, one for each
    /// application; the payload has `payload_bytes` bytes, or the least that its frame needs. With `keyed`, each
    /// request carries an idempotency key of its own.
    pub fn new(heads: &[String], payload_bytes: usize, keyed: bool) -> Self {
        let bare = payload("").len();
        let body = format!(
            "{{\"eventType\":\"bench.event\",\"payload\":{}}}",
            payload(&"x".repeat(payload_bytes.saturating_sub(bare)))
        )
        .into_bytes();
        let mark = body.windows(MARK.len()).position(|window| window == MARK);
        let number_at = mark.expect("the body was written with the mark") + MARK.len();
        let head = |head: &String| {
            let key = format!("{head}Idempotency-Key: bench-");
            let (bytes, key_number_at) = if keyed {
                let number_at = key.len();
                (format!("{key}{FIRST}\r\nContent-Length: {}\r\n\r\n", body.len()), Some(number_at))
            } else {
                (format!("{head}Content-Length: {}\r\n\r\n", body.len()), None)
            };
            Head { bytes: bytes.into_bytes(), key_number_at }
        };
        Self { heads: heads.iter().map(head).collect(), body, number_at, whole: Vec::new() }
    }

    /// The request's bytes for message `index` (from 0, below [`MESSAGES_MAX`]). Its application is the remainder of
    /// the index by their number.
    pub fn numbered(&mut self, index: u64) -> &[u8] {
        let digits = digits(FIRST + index);
        self.body[self.number_at..self.number_at + DIGITS].copy_from_slice(&digits);
        let head = &self.heads[usize::try_from(index).unwrap_or(0) % self.heads.len()];
        self.whole.clear();
        self.whole.extend_from_slice(&head.bytes);
        if let Some(at) = head.key_number_at {
            self.whole[at..at + DIGITS].copy_from_slice(&digits);
        }
        self.whole.extend_from_slice(&self.body);
        &self.whole
    }
}

fn digits(mut number: u64) -> [u8; DIGITS] {
    let mut digits = [0; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).expect("a remainder of ten is one digit");
        number /= 10;
    }
    digits
}

fn payload(padding: &str) -> String {
    format!("{{\"bench_seq\":{FIRST},\"padding\":\"{padding}\"}}")
}

/// The index of the message that this body delivers; `None` if it carries no such number.
pub fn index_in(body: &[u8]) -> Option<u64> {
    let start = body.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let digits = body.get(start..start + DIGITS)?;
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    number.checked_sub(FIRST).filter(|index| *index < MESSAGES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn split(request: &[u8]) -> (String, &[u8]) {
        let end =
            request.windows(4).position(|window| window == b"\r\n\r\n").expect("the request has a head") + 4;
        (String::from_utf8_lossy(&request[..end]).into_owned(), &request[end..])
    }

    fn heads(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| format!("POST /{name} HTTP/1.1\r\nHost: a\r\n")).collect()
    }

    #[test]
    fn the_request_is_valid_and_its_payload_has_the_size_asked_for() {
        let mut requests = Requests::new(&heads(&["a"]), 1024, false);
        let (head, body) = split(requests.numbered(0));
        let json: Value = serde_json::from_slice(body).expect("the body is JSON");
        assert_eq!(json["eventType"], "bench.event");
        assert_eq!(json["payload"].to_string().len(), 1024);
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
    }

    #[test]
    fn the_number_written_is_the_number_found() {
        let mut requests = Requests::new(&heads(&["a"]), 0, false);
        for index in [0, 9, 10, 12_345, MESSAGES_MAX - 1] {
            assert_eq!(index_in(split(requests.numbered(index)).1), Some(index));
        }
    }

    #[test]
    fn applications_take_turns_and_keys_are_of_one_request() {
        let mut requests = Requests::new(&heads(&["a", "b"]), 0, true);
        for (index, path, key) in [(0, "/a", "bench-1000000000"), (1, "/b", "bench-1000000001")] {
            let (head, _) = split(requests.numbered(index));
            assert!(head.starts_with(&format!("POST {path} ")), "{head}");
            assert!(head.contains(&format!("\r\nIdempotency-Key: {key}\r\n")), "{head}");
        }
    }

    #[test]
    fn other_bodies_carry_no_number() {
        for body in [
            &b"{}"[..],
            b"{\"bench_seq\":12}",
            b"{\"bench_seq\":0000000001}",
            b"{\"bench_seq\":x000000000}",
            b"",
        ] {
            assert_eq!(index_in(body), None);
        }
    }
}
