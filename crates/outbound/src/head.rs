//! The head of an answer: status line and header lines (RFC 9112, sections 4 and 5), read by `httparse`.

use std::mem::MaybeUninit;

use http::StatusCode;
use httparse::{Header, ParserConfig, Response, Status};
use klingel_engine::deliver::Headers;

use crate::answer::Broken;
use crate::framing::{Framing, Hints};

/// Header lines for which there is room on the stack; where more are allowed, each answer costs an allocation.
const LINES_ON_STACK: usize = 100;

/// The head of an answer that is no interim one.
#[derive(Debug)]
pub(crate) struct Head {
    pub status: u16,
    pub headers: Headers,
    pub framing: Framing,
}

/// Reads a head, and interim answers (1xx) before it, of which nothing is kept. Gives how many bytes were read, and the
/// head if it is whole.
pub(crate) fn parse(bytes: &[u8], lines_max: usize) -> Result<(usize, Option<Head>), Broken> {
    let mut read = 0;
    // Ends, because each turn reads at least a status line.
    loop {
        let (length, head) = if lines_max <= LINES_ON_STACK {
            let mut lines = [MaybeUninit::uninit(); LINES_ON_STACK];
            parse_one(&bytes[read..], &mut lines[..lines_max])?
        } else {
            parse_one(&bytes[read..], &mut Box::new_uninit_slice(lines_max))?
        };
        read += length;
        if length == 0 || head.is_some() {
            return Ok((read, head));
        }
    }
}

/// Gives how long the first head is, 0 if it is not whole, and itself, unless it is an interim one.
fn parse_one<'b>(
    bytes: &'b [u8],
    lines: &mut [MaybeUninit<Header<'b>>],
) -> Result<(usize, Option<Head>), Broken> {
    let mut answer = Response::new(&mut []);
    let parsed = ParserConfig::default().parse_response_with_uninit_headers(&mut answer, bytes, lines);
    let length = match parsed {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok((0, None)),
        Err(httparse::Error::TooManyHeaders) => return Err(Broken::HeadTooLarge),
        Err(_) => return Err(Broken::NotHttp),
    };
    let status = StatusCode::from_u16(answer.code.unwrap_or_default()).map_err(|_| Broken::NotHttp)?;
    if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
        return Ok((length, None));
    }
    let mut hints = Hints::new(status.as_u16(), answer.version == Some(1));
    let headers = headers(answer.headers, &mut hints)?;
    Ok((length, Some(Head { status: status.as_u16(), headers, framing: hints.framing()? })))
}

/// The lines in memory of their own: the bytes they were read from go.
fn headers(lines: &[Header<'_>], hints: &mut Hints) -> Result<Headers, Broken> {
    let text_bytes = lines.iter().map(|line| line.name.len() + line.value.len()).sum();
    let mut headers = Headers::with_capacity(lines.len(), text_bytes);
    for line in lines {
        hints.note(line.name, line.value);
        headers.append(line.name, line.value).map_err(|_| Broken::NotHttp)?;
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::{Head, parse};
    use crate::answer::Broken;
    use crate::framing::Length;

    fn whole(text: &str) -> Head {
        let (read, head) = parse(text.as_bytes(), 100).unwrap();
        assert_eq!(read, text.len(), "{text}");
        head.unwrap()
    }

    #[test]
    fn a_head_becomes_status_headers_and_framing() {
        let head = whole("HTTP/1.1 422 Nope\r\nContent-Length: 3\r\nX-A:  1 \r\nx-a:2\r\nx-empty:\r\n\r\n");
        assert_eq!((head.status, head.headers.len()), (422, 4));
        assert_eq!(head.headers.texts("x-a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(head.headers.text("x-empty"), Some(""));
        assert_eq!((head.framing.length, head.framing.persistent), (Length::Known(3), true));
    }

    #[test]
    fn what_receivers_write_in_fact_is_read() {
        for text in [
            "HTTP/1.1 200\r\n\r\n",
            "HTTP/1.1 200 \r\n\r\n",
            "\r\nHTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\na: b\n\n",
            "HTTP/1.0 200 OK\r\n\r\n",
        ] {
            assert_eq!(whole(text).status, 200, "{text:?}");
        }
        let (_, head) = parse(b"HTTP/1.1 200 \xe4\r\nx: \xff\xfe\r\n\r\n", 100).unwrap();
        assert_eq!(head.unwrap().headers.get("x"), Some(&b"\xff\xfe"[..]));
    }

    #[test]
    fn what_is_no_head_is_told_as_such() {
        for text in [
            "<html>",
            "HTTP/0.9 200 OK\r\n\r\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\0\0\x12\x04\0\0\0\0\0",
            "HTTP/1.1 99 Low\r\n\r\n",
            "HTTP/1.1 099 Low\r\n\r\n",
            "HTTP/1.1 2000 High\r\n\r\n",
            "HTTP/1.1 +20 Sign\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
            "HTTP/1.1 200 OK\r\nspace : before\r\n\r\n",
            "HTTP/1.1 200 OK\r\na: folded\r\n b\r\n\r\n",
            "HTTP/1.1 200 OK\r\na: \0\r\n\r\n",
            "HTTP/1.1 200 OK\r\na: cr\rlf\r\n\r\n",
            "HTTP/1.1 200 O\0K\r\n\r\n",
        ] {
            assert_eq!(parse(text.as_bytes(), 100).unwrap_err(), Broken::NotHttp, "{text:?}");
        }
    }

    #[test]
    fn interim_answers_are_passed_over() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
        let (read, head) = parse(interim.as_bytes(), 100).unwrap();
        assert!(read == interim.len() && head.is_none());
        let head = whole(&format!("{interim}HTTP/1.1 204 No Content\r\n\r\n"));
        assert!(head.status == 204 && head.headers.is_empty());
        let (read, head) = parse(format!("{interim}HTTP/1.1 20").as_bytes(), 100).unwrap();
        assert!(read == interim.len() && head.is_none());
    }

    #[test]
    fn only_so_many_lines_are_taken() {
        for lines_max in [1, 99, 100, 101, 1000] {
            let head = |lines| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(lines));
            let (_, most) = parse(head(lines_max).as_bytes(), lines_max).unwrap();
            assert_eq!(most.unwrap().headers.len(), lines_max);
            let more = parse(head(lines_max + 1).as_bytes(), lines_max);
            assert_eq!(more.unwrap_err(), Broken::HeadTooLarge, "{lines_max}");
        }
    }
}
