//! The request as it goes over the wire.

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName,
    HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{Method, Request};
use http_body_util::Full;
use klingel_engine::deliver::transport::OutboundRequest;

use crate::target::Target;

/// Written here or not at all: each of them could make a receiver see another request than the one that was meant
/// (request smuggling), switch the protocol, or ask for a compressed answer.
static OWNED: [HeaderName; 12] = [
    HOST,
    CONTENT_LENGTH,
    CONNECTION,
    TRANSFER_ENCODING,
    TE,
    TRAILER,
    UPGRADE,
    EXPECT,
    ACCEPT_ENCODING,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("http2-settings"),
];

/// Writes the request. `host` comes first, because some receivers fail when it does not.
pub(crate) fn write(
    request: &OutboundRequest,
    target: &Target,
    user_agent: &HeaderValue,
) -> Request<Full<bytes::Bytes>> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 4);
    headers.insert(HOST, target.authority.clone());
    headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
    for (name, value) in &request.headers {
        if !OWNED.contains(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    if !headers.contains_key(USER_AGENT) {
        headers.insert(USER_AGENT, user_agent.clone());
    }
    if let Some(authorization) =
        target.authorization.as_ref().filter(|_| !headers.contains_key(AUTHORIZATION))
    {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    let mut written = Request::new(Full::new(request.body.clone()));
    *written.method_mut() = Method::POST;
    *written.uri_mut() = target.path.clone();
    *written.headers_mut() = headers;
    written
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderName, HeaderValue};
    use klingel_engine::deliver::transport::OutboundRequest;

    use super::{OWNED, write};
    use crate::target::Target;

    fn written(url: &str, headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let request =
            OutboundRequest { url: url.into(), headers, body: "x".into(), timeout: Duration::from_secs(1) };
        write(&request, &Target::parse(url).unwrap(), &HeaderValue::from_static("Klingel/1"))
            .into_parts()
            .0
            .headers
    }

    #[test]
    fn headers_that_frame_the_message_are_not_taken_from_the_caller() {
        let mut given: Vec<_> =
            OWNED.iter().map(|name| (name.as_str().to_owned().leak() as &str, "evil")).collect();
        given.push(("x-kept", "1"));
        let headers = written("http://example.com:81/", &given);
        let names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["host", "content-length", "x-kept", "user-agent"]);
        assert_eq!(
            (&headers["host"], &headers["content-length"]),
            (&"example.com:81".parse().unwrap(), &1.into())
        );
    }

    #[test]
    fn the_callers_own_user_agent_and_authorization_win() {
        let url = "https://user:pass@example.com/";
        let headers = written(url, &[("user-agent", "own"), ("authorization", "Bearer own")]);
        assert_eq!(
            (&headers["user-agent"], &headers["authorization"]),
            (&"own".parse().unwrap(), &"Bearer own".parse().unwrap())
        );
        let headers = written(url, &[]);
        assert_eq!(headers["authorization"], "Basic dXNlcjpwYXNz");
        assert_eq!(headers["user-agent"], "Klingel/1");
    }

    #[test]
    fn a_header_that_occurs_twice_stays_twice() {
        let mut request = OutboundRequest {
            url: "http://example.com/".into(),
            headers: HeaderMap::new(),
            body: "x".into(),
            timeout: Duration::from_secs(1),
        };
        request.headers.append("x-twice", HeaderValue::from_static("1"));
        request.headers.append("x-twice", HeaderValue::from_static("2"));
        let target = Target::parse(&request.url).unwrap();
        let written = write(&request, &target, &HeaderValue::from_static("k"));
        assert_eq!(written.headers().get_all("x-twice").iter().collect::<Vec<_>>(), ["1", "2"]);
    }
}
