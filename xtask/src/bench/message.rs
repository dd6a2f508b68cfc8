//! The published message: its size is fixed, and it carries a number that the receiver finds again.

/// The first number. Numbers begin here so that all have ten digits, and the request keeps its length.
const FIRST: u64 = 1_000_000_000;
const DIGITS: usize = 10;
/// What stands before the number; sorted before the padding, so that a server that sorts keys leaves it in front.
const MARK: &[u8] = b"\"bench_seq\":";
/// A run publishes fewer messages than this; it bounds what the driver and the receiver remember.
pub const MESSAGES_MAX: u64 = 50_000_000;

/// A request whose number is overwritten in place, so that publishing formats nothing.
#[derive(Clone)]
pub struct Request {
    bytes: Vec<u8>,
    number_at: usize,
}

impl Request {
    /// A publish request. `head` is the start line and the headers without `Content-Length`, each with its line break;
    /// the payload has `payload_bytes` bytes, or the least that its frame needs.
    pub fn new(head: &str, payload_bytes: usize) -> Self {
        let bare = payload("").len();
        let body = format!(
            "{{\"eventType\":\"bench.event\",\"payload\":{}}}",
            payload(&"x".repeat(payload_bytes.saturating_sub(bare)))
        );
        let bytes = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let mark = bytes.windows(MARK.len()).position(|window| window == MARK);
        let number_at = mark.expect("the body was written with the mark") + MARK.len();
        Self { bytes, number_at }
    }

    /// The request's bytes for message `index` (from 0, below [`MESSAGES_MAX`]).
    pub fn numbered(&mut self, index: u64) -> &[u8] {
        let mut rest = FIRST + index;
        for digit in self.bytes[self.number_at..self.number_at + DIGITS].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).expect("a remainder of ten is one digit");
            rest /= 10;
        }
        &self.bytes
    }
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

    fn body_of(request: &[u8]) -> &[u8] {
        let end =
            request.windows(4).position(|window| window == b"\r\n\r\n").expect("the request has a head");
        &request[end + 4..]
    }

    #[test]
    fn the_request_is_valid_and_its_payload_has_the_size_asked_for() {
        let mut request = Request::new("POST / HTTP/1.1\r\nHost: a\r\n", 1024);
        let bytes = request.numbered(0).to_vec();
        let body = body_of(&bytes);
        let json: Value = serde_json::from_slice(body).expect("the body is JSON");
        assert_eq!(json["eventType"], "bench.event");
        assert_eq!(json["payload"].to_string().len(), 1024);
        let head = String::from_utf8_lossy(&bytes[..bytes.len() - body.len()]).into_owned();
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
    }

    #[test]
    fn the_number_written_is_the_number_found() {
        let mut request = Request::new("POST / HTTP/1.1\r\n", 0);
        for index in [0, 9, 10, 12_345, MESSAGES_MAX - 1] {
            assert_eq!(index_in(body_of(request.numbered(index))), Some(index));
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
