//! A publish call in the bytes that a connection has received (RFC 9112), read by `httparse`.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig, Request, Status};

use super::door::{PublishCall, PublishTarget};

/// Header lines of a call; whoever sends more is read by hyper.
const LINES_MAX: usize = 32;
/// Longest head of a call, in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Digits of a `content-length`; more are too long for any call.
const LENGTH_DIGITS_MAX: usize = 8;

/// What the first bytes are.
#[derive(Debug)]
pub enum Received<'a> {
    /// A whole call.
    Call {
        /// Where it goes.
        target: PublishTarget<'a>,
        /// What it says.
        call: PublishCall<'a>,
        /// How many bytes it has; behind them the next request begins.
        bytes: usize,
    },
    /// The beginning of what may become one.
    Part,
    /// Anything else: not ours to read.
    Other,
}

/// Reads the first request. Its framing must leave no doubt: one `content-length` of digits, and nothing that asks for
/// another protocol, another coding, or an answer before the body.
/// Of bodies above `body_bytes_max` it reads none.
pub fn read_call(received: &[u8], body_bytes_max: usize) -> Received<'_> {
    let mut lines = [MaybeUninit::uninit(); LINES_MAX];
    let mut request = Request::new(&mut []);
    let parsed =
        ParserConfig::default().parse_request_with_uninit_headers(&mut request, received, &mut lines);
    let head_bytes = match parsed {
        Ok(Status::Complete(bytes)) => bytes,
        Ok(Status::Partial) if may_become_call(received) => return Received::Part,
        Ok(Status::Partial) | Err(_) => return Received::Other,
    };
    if request.method != Some("POST") || request.version != Some(1) {
        return Received::Other;
    }
    let target = request.path.and_then(PublishTarget::of);
    let (Some(target), Some(head)) = (target, Head::of(request.headers)) else { return Received::Other };
    if head.body_bytes > body_bytes_max {
        return Received::Other;
    }
    let bytes = head_bytes + head.body_bytes;
    let Some(body) = received.get(head_bytes..bytes) else { return Received::Part };
    let call = PublishCall { authorization: head.authorization, idempotency_key: head.idempotency_key, body };
    Received::Call { target, call, bytes }
}

/// The method alone tells most of what is no call.
fn may_become_call(received: &[u8]) -> bool {
    const POST: &[u8] = b"POST ";
    let compared = received.len().min(POST.len());
    received.len() < HEAD_BYTES_MAX && received[..compared] == POST[..compared]
}

/// The header lines that count.
struct Head<'a> {
    body_bytes: usize,
    authorization: Option<&'a [u8]>,
    idempotency_key: Option<&'a [u8]>,
}

impl<'a> Head<'a> {
    /// `None`: hyper shall read them.
    fn of(lines: &[Header<'a>]) -> Option<Self> {
        let (mut length, mut authorization, mut idempotency_key) = (None, None, None);
        for line in lines {
            let named = |name: &str| line.name.eq_ignore_ascii_case(name);
            // Most lines differ from those that count in their length already.
            let counts = match line.name.len() {
                14 if named("content-length") => &mut length,
                13 if named("authorization") => &mut authorization,
                15 if named("idempotency-key") => &mut idempotency_key,
                10 if named("connection") && !line.value.eq_ignore_ascii_case(b"keep-alive") => return None,
                17 if named("transfer-encoding") => return None,
                6 if named("expect") => return None,
                7 if named("upgrade") => return None,
                _ => continue,
            };
            if counts.replace(line.value).is_some() {
                return None;
            }
        }
        Some(Self { body_bytes: number(length?)?, authorization, idempotency_key })
    }
}

fn number(digits: &[u8]) -> Option<usize> {
    let plain = digits.len() <= LENGTH_DIGITS_MAX && digits.iter().all(u8::is_ascii_digit);
    plain.then_some(digits).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY_BYTES_MAX: usize = 100;

    fn post(lines: &str, body: &str) -> String {
        format!("POST /api/v1/app/a/msg HTTP/1.1\r\n{lines}\r\n{body}")
    }

    #[test]
    fn a_whole_call_is_read_and_what_follows_is_left() {
        let lines = "Host: h\r\nAuthorization: Bearer k\r\nconnection: Keep-Alive\r\nCONTENT-LENGTH: 2\r\nidempotency-key: i\r\n";
        let text = post(lines, "{}POST /next");
        let Received::Call { call, bytes, .. } = read_call(text.as_bytes(), BODY_BYTES_MAX) else {
            panic!("{text} is a call");
        };
        assert_eq!(&text[bytes..], "POST /next");
        assert_eq!((call.authorization, call.idempotency_key), (Some(&b"Bearer k"[..]), Some(&b"i"[..])));
        assert_eq!(call.body, b"{}");
        for cut in 1..bytes {
            let part = read_call(&text.as_bytes()[..cut], BODY_BYTES_MAX);
            assert!(matches!(part, Received::Part), "{part:?} of {cut} bytes");
        }
    }

    #[test]
    fn what_leaves_a_doubt_is_not_read() {
        for lines in [
            "",
            "content-length: \r\n",
            "content-length: +2\r\n",
            "content-length: 2, 2\r\n",
            "content-length: 0x2\r\n",
            "content-length: 101\r\n",
            "content-length: 000000002\r\n",
            "content-length: 18446744073709551618\r\n",
            "content-length: 2\r\nContent-Length: 2\r\n",
            "content-length: 2\r\ntransfer-encoding: chunked\r\n",
            "content-length: 2\r\ntransfer-encoding: identity\r\n",
            "content-length: 2\r\nexpect: 100-continue\r\n",
            "content-length: 2\r\nupgrade: h2c\r\n",
            "content-length: 2\r\nconnection: close\r\n",
            "content-length: 2\r\nconnection: keep-alive, upgrade\r\n",
            "content-length: 2\r\nauthorization: a\r\nauthorization: b\r\n",
            "content-length: 2\r\nidempotency-key: a\r\nidempotency-key: b\r\n",
            "content-length : 2\r\n",
            " content-length: 2\r\n",
            "content-length: 2\r\nx: \0\r\n",
        ] {
            let text = post(lines, "{}");
            assert!(matches!(read_call(text.as_bytes(), BODY_BYTES_MAX), Received::Other), "{text}");
        }
        let long = format!("POST /api/v1/app/a/msg HTTP/1.1\r\nx: {}", "a".repeat(HEAD_BYTES_MAX));
        assert!(matches!(read_call(long.as_bytes(), BODY_BYTES_MAX), Received::Other));
        let many = post(&("content-length: 2\r\n".to_owned() + &"a: b\r\n".repeat(LINES_MAX)), "{}");
        assert!(matches!(read_call(many.as_bytes(), BODY_BYTES_MAX), Received::Other));
    }

    #[test]
    fn other_requests_are_not_read() {
        for text in [
            "GET /api/v1/app/a/msg HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}",
            "POST /api/v1/app/a/msg HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}",
            "POST /api/v1/app/a/msg/m HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}",
            "post /api/v1/app/a/msg HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}",
            "GET /api/v1",
            "PUT ",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\x16\x03\x01\x02\0",
        ] {
            assert!(matches!(read_call(text.as_bytes(), BODY_BYTES_MAX), Received::Other), "{text:?}");
        }
    }
}
