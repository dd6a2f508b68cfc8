//! Where an answer's body ends (RFC 9112, section 6.3), and whether another answer may follow it (section 9.3).

use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING};

use crate::answer::Broken;

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// After so many bytes.
    Known(u64),
    /// After the last chunk and its trailers.
    Chunked,
    /// When the connection ends.
    UntilClose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Framing {
    pub length: Length,
    /// Whether the connection may carry another request.
    pub persistent: bool,
}

/// What status line and header lines say about it, noted line by line.
#[derive(Debug)]
pub(crate) struct Hints {
    status: u16,
    /// HTTP/1.1; else HTTP/1.0.
    modern: bool,
    close: bool,
    keep_alive: bool,
    coded: Option<Coding>,
    announced: Option<Announced>,
}

/// The last transfer coding, and whether one came after chunked or chunked came twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Other,
    Chunked,
    OtherAfterChunked,
    ChunkedTwice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Announced {
    Bytes(u64),
    /// No number, or several different ones.
    Nonsense,
}

impl Hints {
    pub(crate) fn new(status: u16, modern: bool) -> Self {
        Self { status, modern, close: false, keep_alive: false, coded: None, announced: None }
    }

    pub(crate) fn note(&mut self, name: &str, value: &[u8]) {
        let is = |known: &HeaderName| known.as_str().eq_ignore_ascii_case(name);
        let elements = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        if is(&CONNECTION) {
            for option in elements {
                self.close |= option.eq_ignore_ascii_case(b"close");
                self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
            }
        } else if is(&TRANSFER_ENCODING) {
            for coding in elements {
                self.coded = Some(Coding::after(self.coded, coding.eq_ignore_ascii_case(b"chunked")));
            }
        } else if is(&CONTENT_LENGTH) {
            for number in elements {
                self.announced = Some(Announced::after(self.announced, number));
            }
        }
    }

    /// The decision, in the order of RFC 9112, section 6.3.
    pub(crate) fn framing(&self) -> Result<Framing, Broken> {
        let persistent = !self.close && (self.modern || self.keep_alive);
        match (self.status, self.coded, self.announced) {
            // Nobody asked for another protocol, so nothing that follows is understood.
            (101, ..) => Ok(Framing { length: Length::Known(0), persistent: false }),
            (204 | 304, ..) => Ok(Framing { length: Length::Known(0), persistent }),
            // HTTP/1.0 knows no codings, and what no receiver may send is no HTTP.
            (_, Some(_), _) if !self.modern => Err(Broken::NotHttp),
            (_, Some(Coding::ChunkedTwice), _) | (_, None, Some(Announced::Nonsense)) => Err(Broken::NotHttp),
            // With both, somebody on the way may have seen another end than this one.
            (_, Some(Coding::Chunked), announced) => {
                Ok(Framing { length: Length::Chunked, persistent: persistent && announced.is_none() })
            }
            (_, None, Some(Announced::Bytes(bytes))) => {
                Ok(Framing { length: Length::Known(bytes), persistent })
            }
            (_, Some(Coding::Other | Coding::OtherAfterChunked), _) | (_, None, None) => {
                Ok(Framing { length: Length::UntilClose, persistent: false })
            }
        }
    }
}

impl Coding {
    fn after(before: Option<Self>, chunked: bool) -> Self {
        match (before, chunked) {
            (None | Some(Self::Other), false) => Self::Other,
            (None | Some(Self::Other), true) => Self::Chunked,
            (Some(Self::Chunked | Self::OtherAfterChunked), false) => Self::OtherAfterChunked,
            (Some(Self::Chunked | Self::OtherAfterChunked), true) | (Some(Self::ChunkedTwice), _) => {
                Self::ChunkedTwice
            }
        }
    }
}

impl Announced {
    fn after(before: Option<Self>, number: &[u8]) -> Self {
        match (before, decimal(number)) {
            (None, Some(bytes)) => Self::Bytes(bytes),
            (Some(Self::Bytes(before)), Some(bytes)) if before == bytes => Self::Bytes(bytes),
            _ => Self::Nonsense,
        }
    }
}

/// Digits only: a sign, which Rust's own parser takes, is none.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

#[cfg(test)]
mod tests {
    use super::{Framing, Hints, Length};
    use crate::answer::Broken;

    fn framing(status: u16, modern: bool, lines: &str) -> Result<Framing, Broken> {
        let mut hints = Hints::new(status, modern);
        for line in lines.lines() {
            let (name, value) = line.split_once(": ").unwrap();
            hints.note(name, value.as_bytes());
        }
        hints.framing()
    }

    #[test]
    fn the_end_of_the_body_is_known_by_the_rules_in_turn() {
        let cases = [
            (200, "content-length: 5", Length::Known(5), true),
            (200, "content-length: 5\ncontent-length: 5", Length::Known(5), true),
            (200, "content-length: 5, 5", Length::Known(5), true),
            (200, "content-length: 007", Length::Known(7), true),
            (200, "CONTENT-Length: 5", Length::Known(5), true),
            (200, "Transfer-Encoding: chunked", Length::Chunked, true),
            (200, "transfer-encoding: chunked", Length::Chunked, true),
            (200, "transfer-encoding: gzip, Chunked", Length::Chunked, true),
            (200, "transfer-encoding: gzip\ntransfer-encoding: chunked", Length::Chunked, true),
            (200, "transfer-encoding: chunked\ncontent-length: 5", Length::Chunked, false),
            (200, "content-length: many\ntransfer-encoding: chunked", Length::Chunked, false),
            (200, "transfer-encoding: gzip", Length::UntilClose, false),
            (200, "transfer-encoding: gzip\ncontent-length: 5", Length::UntilClose, false),
            (200, "transfer-encoding: chunked, gzip", Length::UntilClose, false),
            (200, "transfer-encoding: chunked;q=1", Length::UntilClose, false),
            (200, "", Length::UntilClose, false),
            (204, "content-length: 5", Length::Known(0), true),
            (304, "transfer-encoding: chunked", Length::Known(0), true),
            (101, "content-length: 5", Length::Known(0), false),
        ];
        for (status, lines, length, persistent) in cases {
            assert_eq!(framing(status, true, lines), Ok(Framing { length, persistent }), "{status} {lines}");
        }
    }

    #[test]
    fn lengths_that_are_none_are_no_http() {
        for value in
            ["", "+5", "-5", "5 5", "0x5", "5, 6", "5,", "5\ncontent-length: 6", "18446744073709551616"]
        {
            let lines = format!("content-length: {value}");
            assert_eq!(framing(200, true, &lines), Err(Broken::NotHttp), "{lines}");
        }
        assert_eq!(framing(200, true, "transfer-encoding: chunked, chunked"), Err(Broken::NotHttp));
        assert_eq!(framing(200, false, "transfer-encoding: chunked"), Err(Broken::NotHttp));
    }

    #[test]
    fn both_sides_must_want_to_go_on() {
        let cases = [
            (true, "connection: close", false),
            (true, "connection: x-hop, Close", false),
            (true, "connection: close\nconnection: keep-alive", false),
            (true, "connection: closed", true),
            (true, "Connection: close", false),
            (false, "x-a: keep-alive", false),
            (false, "connection: Keep-Alive", true),
            (false, "connection: keep-alive, close", false),
        ];
        for (modern, lines, persistent) in cases {
            let lines = format!("content-length: 0\n{lines}");
            assert_eq!(framing(200, modern, &lines).unwrap().persistent, persistent, "{modern} {lines}");
        }
    }
}
