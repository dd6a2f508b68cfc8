//! An answer to a publish call, written as bytes.

use std::io::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::Response;
use klingel_model::Micros;

use super::KEPT_BYTES_MAX;

/// Writes answers, and their date not anew for each: it changes once a second.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    date: String,
    date_s: i64,
}

impl Writer {
    /// The bytes of an answer that is given now. `last`: the connection is closed behind it.
    pub(super) fn write(&mut self, answer: &Response<Bytes>, now: Micros, last: bool) -> &[u8] {
        self.set_date(now);
        let (bytes, status) = (&mut self.bytes, answer.status());
        bytes.clear();
        // An earlier answer may have been long.
        bytes.shrink_to(KEPT_BYTES_MAX);
        put(bytes, &[b"HTTP/1.1 ", status.as_str().as_bytes(), b" "]);
        put(bytes, &[status.canonical_reason().unwrap_or_default().as_bytes(), b"\r\n"]);
        for (name, value) in answer.headers() {
            put(bytes, &[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
        }
        if last {
            put(bytes, &[b"connection: close\r\n"]);
        }
        let length = answer.body().len();
        // Memory takes all that is written to it.
        let _ = write!(bytes, "content-length: {length}\r\ndate: {}\r\n\r\n", self.date);
        put(bytes, &[answer.body()]);
        bytes
    }

    fn set_date(&mut self, now: Micros) {
        if self.date.is_empty() || self.date_s != now.as_unix_s() {
            self.date_s = now.as_unix_s();
            self.date =
                httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now.since_epoch_us() / 1_000_000));
        }
    }
}

fn put(bytes: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        bytes.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[test]
    fn an_answer_becomes_a_head_and_its_body() {
        let mut answer = Response::new(Bytes::from_static(b"{}"));
        *answer.status_mut() = StatusCode::ACCEPTED;
        answer.headers_mut().insert("x-a", "1".parse().unwrap());
        let mut writer = Writer::default();
        let mut text = |us, last| {
            String::from_utf8(writer.write(&answer, Micros::from_unix_us(us), last).to_vec()).unwrap()
        };
        assert_eq!(
            text(999_999, false),
            "HTTP/1.1 202 Accepted\r\nx-a: 1\r\ncontent-length: 2\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n{}"
        );
        assert_eq!(
            text(1_000_000, true),
            "HTTP/1.1 202 Accepted\r\nx-a: 1\r\nconnection: close\r\ncontent-length: 2\r\ndate: Thu, 01 Jan 1970 00:00:01 GMT\r\n\r\n{}"
        );
    }
}
