//! The request as it goes over the wire.

use http::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use klingel_engine::deliver::transport::OutboundRequest;

use crate::target::Target;

/// Written here or not at all: each of them could make a receiver see another request than the one that was meant
/// (request smuggling), switch the protocol, or ask for a compressed answer.
const OWNED: [&str; 12] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "accept-encoding",
    "keep-alive",
    "proxy-connection",
    "http2-settings",
];

/// Room for what stands in every request beside the values that are counted: the request line's fixed words, the names
/// of our own headers, the length, separators.
const FIXED_BYTES: usize = 128;
/// Bytes of a body that are copied behind the head: less work than to hand the system two pieces.
const BODY_COPIED_BYTES_MAX: usize = 4 * 1024;

/// A request in the pieces that are sent.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    /// The head, and a short body behind it.
    pub text: Vec<u8>,
    /// A longer body, or nothing.
    pub rest: &'a [u8],
}

/// Writes a request (RFC 9112, sections 3 and 5): request line, header lines, the empty line, the body. `host` comes
/// first, because some receivers fail when it does not.
///
/// No line break can get in: the types of path, names and values hold none.
pub(crate) fn write<'a>(
    request: &'a OutboundRequest,
    target: &Target,
    user_agent: &HeaderValue,
) -> Written<'a> {
    let lacks = |name: &HeaderName| request.headers.get(name).is_none();
    let user_agent = Some(user_agent).filter(|_| lacks(&USER_AGENT));
    let authorization = target.authorization.as_ref().filter(|_| lacks(&AUTHORIZATION));
    let path = target.path.as_str();

    let given: usize = request.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    let ours = target.origin.authority.len()
        + user_agent.map_or(0, HeaderValue::len)
        + authorization.map_or(0, HeaderValue::len);
    let (copied, rest) = if request.body.len() <= BODY_COPIED_BYTES_MAX {
        (&*request.body, &[][..])
    } else {
        (&[][..], &*request.body)
    };
    let mut text = Vec::with_capacity(FIXED_BYTES + path.len() + given + ours + copied.len());

    text.extend_from_slice(b"POST ");
    text.extend_from_slice(path.as_bytes());
    text.extend_from_slice(b" HTTP/1.1\r\n");
    line(&mut text, b"host", target.origin.authority.as_bytes());
    line(&mut text, b"content-length", itoa::Buffer::new().format(request.body.len()).as_bytes());
    for (name, value) in &request.headers {
        if !is_owned(name) {
            line(&mut text, name, value);
        }
    }
    if let Some(value) = user_agent {
        line(&mut text, b"user-agent", value.as_bytes());
    }
    if let Some(value) = authorization {
        line(&mut text, b"authorization", value.as_bytes());
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(copied);
    Written { text, rest }
}

/// Whether a header is ours alone. Its name is in lower case.
fn is_owned(name: &[u8]) -> bool {
    OWNED.iter().any(|owned| owned.as_bytes() == name)
}

fn line(text: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    text.extend_from_slice(name);
    text.extend_from_slice(b": ");
    text.extend_from_slice(value);
    text.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;
    use klingel_engine::deliver::Headers;
    use klingel_engine::deliver::transport::OutboundRequest;

    use super::{BODY_COPIED_BYTES_MAX, OWNED, Written, write};
    use crate::target::Target;

    fn written(url: &str, headers: &[(&'static str, &'static str)]) -> String {
        let mut request = OutboundRequest {
            url: url.into(),
            headers: Headers::new(),
            body: "x".into(),
            timeout: Duration::from_secs(1),
        };
        for (name, value) in headers {
            request.headers.append(name, value).unwrap();
        }
        let target = Target::parse(url).unwrap();
        let user_agent = HeaderValue::from_static("Klingel/1");
        let Written { text, rest } = write(&request, &target, &user_agent);
        assert!(text.capacity() < text.len() + 128 + 32 * headers.len(), "one allocation that fits");
        assert_eq!(rest, b"");
        let text = String::from_utf8(text).unwrap();
        // A longer body is not copied.
        request.body = vec![b'x'; BODY_COPIED_BYTES_MAX + 1].into();
        let long = write(&request, &target, &user_agent);
        assert!(long.rest.as_ptr() == request.body.as_ptr() && long.text.ends_with(b"\r\n\r\n"));
        text.strip_suffix('x').unwrap().to_owned()
    }

    #[test]
    fn a_request_is_written_line_by_line() {
        let text = written("http://example.com/in/%7Eme?a=b#part", &[("webhook-id", "msg_1"), ("x-b", "")]);
        assert_eq!(
            text,
            "POST /in/%7Eme?a=b HTTP/1.1\r\nhost: example.com\r\ncontent-length: 1\r\nwebhook-id: msg_1\r\n\
             x-b: \r\nuser-agent: Klingel/1\r\n\r\n"
        );
    }

    #[test]
    fn headers_that_frame_the_message_are_not_taken_from_the_caller() {
        let mut given: Vec<_> = OWNED.iter().map(|name| (*name, "evil")).collect();
        given.push(("Transfer-Encoding", "chunked"));
        given.push(("x-kept", "1"));
        assert_eq!(
            written("http://example.com:81/", &given),
            "POST / HTTP/1.1\r\nhost: example.com:81\r\ncontent-length: 1\r\nx-kept: 1\r\n\
             user-agent: Klingel/1\r\n\r\n"
        );
    }

    #[test]
    fn the_callers_own_user_agent_and_authorization_win() {
        let url = "https://user:pass@example.com/";
        let own = written(url, &[("user-agent", "own"), ("authorization", "Bearer own")]);
        assert!(own.ends_with("\r\nuser-agent: own\r\nauthorization: Bearer own\r\n\r\n"), "{own}");
        let ours = written(url, &[]);
        assert!(
            ours.ends_with("\r\nuser-agent: Klingel/1\r\nauthorization: Basic dXNlcjpwYXNz\r\n\r\n"),
            "{ours}"
        );
    }

    #[test]
    fn a_header_that_occurs_twice_stays_twice() {
        let text = written("http://example.com/", &[("x-twice", "1"), ("x-twice", "2")]);
        assert!(text.contains("\r\nx-twice: 1\r\nx-twice: 2\r\n"), "{text}");
    }
}
