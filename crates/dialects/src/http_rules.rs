//! What every vendor's way shares of HTTP: reading an answer's status and `Retry-After` (RFC 9110 sections 10.2.3 and
//! 15), the headers of a request, and which of them an endpoint's owner may set.

use std::time::{Duration, UNIX_EPOCH};

use http::header::{self, HeaderName};
use klingel_engine::deliver::{Failure, Headers, Response, Verdict};
use klingel_model::{Endpoint, Micros};

/// Headers that frame the request or belong to one connection only. An owner's header of this name would smuggle a
/// second request or contradict what the transport writes.
const CONNECTION_HEADERS: [HeaderName; 10] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    header::PROXY_AUTHENTICATE,
];

/// Headers that a dialect writes itself, about.
const FIXED_HEADERS: usize = 5;
/// Bytes of the names and values that [`json_headers`] writes itself, about.
const FIXED_TEXT_BYTES: usize = 64;

/// The usual reading: 2xx is a success, 410 switches the endpoint off, 429, 502, 503 and 504 ask for a pause, and
/// everything else is tried again. Redirects are failures: what answers elsewhere was never checked.
pub fn read(outcome: &Result<Response, Failure>, now: Micros) -> Verdict {
    let Ok(response) = outcome else { return Verdict::Retry { not_before: None, slow_down: false } };
    match response.status {
        200..=299 => Verdict::Delivered,
        410 => Verdict::Disable(
            "The receiver answered 410 Gone, which says that it wants no more messages at this URL."
                .to_owned(),
        ),
        429 | 502 | 503 | 504 => {
            Verdict::Retry { not_before: retry_after(&response.headers, now), slow_down: true }
        }
        _ => Verdict::Retry { not_before: None, slow_down: false },
    }
}

/// The instant that `Retry-After` names, in seconds from `now` or as a date; `None` without one that can be read.
/// Several such headers contradict each other: the latest instant holds, which is the wish of the most careful one.
pub fn retry_after(headers: &Headers, now: Micros) -> Option<Micros> {
    headers.texts(header::RETRY_AFTER.as_str()).filter_map(|text| instant(text, now)).max()
}

fn instant(text: &str, now: Micros) -> Option<Micros> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a wish for a very long time, which the engine shortens to its own limit.
        return Some(now.plus(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
    }
    let since_epoch = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Micros::from_unix_us(0).plus(since_epoch))
}

/// The headers of a request with a JSON body: its type, our name, and the endpoint's own ones, which replace these.
/// `reserved` names those that an endpoint cannot have. Keeps memory for some others, whose names and values have
/// `more_text_bytes` bytes together.
pub fn json_headers(endpoint: &Endpoint, more_text_bytes: usize, reserved: impl Fn(&str) -> bool) -> Headers {
    let own_text_bytes: usize = endpoint.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    let text_bytes = FIXED_TEXT_BYTES + own_text_bytes + more_text_bytes;
    let mut headers = Headers::with_capacity(FIXED_HEADERS + endpoint.headers.len(), text_bytes);
    set(&mut headers, &header::CONTENT_TYPE, "application/json");
    set(&mut headers, &header::USER_AGENT, concat!("Klingel/", env!("CARGO_PKG_VERSION")));
    add_own_headers(&mut headers, endpoint, reserved);
    headers
}

/// Sets a header of ours, whose value is visible ASCII.
pub fn set(headers: &mut Headers, name: &HeaderName, value: impl AsRef<[u8]>) {
    headers.insert(name, value).expect("what dialects write is visible ASCII");
}

/// Puts the endpoint's own headers into a request, replacing what is there. Left out are names that the transport
/// owns, names for which `reserved` says so, and what is no header at all; the API takes none of these in.
fn add_own_headers(headers: &mut Headers, endpoint: &Endpoint, reserved: impl Fn(&str) -> bool) {
    for (name, value) in &endpoint.headers {
        let Ok(name) = name.parse::<HeaderName>() else { continue };
        if !CONNECTION_HEADERS.contains(&name) && !reserved(name.as_str()) {
            // A value that cannot stand in a header changes nothing.
            headers.insert(&name, value).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use klingel_model::ErrorClass;

    const NOW: Micros = Micros::from_unix_us(1_700_000_000_000_000);

    fn named(values: &[&str]) -> Option<Micros> {
        let mut headers = Headers::new();
        for value in values {
            headers.append(header::RETRY_AFTER, value).unwrap();
        }
        retry_after(&headers, NOW)
    }

    fn seconds(seconds: u64) -> Micros {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn retry_after_in_seconds() {
        assert_eq!(named(&["120"]), Some(seconds(120)));
        assert_eq!(named(&[" 0 "]), Some(seconds(0)));
        assert_eq!(named(&["86400000"]), Some(seconds(86_400_000)));
        assert!(named(&["99999999999999999999999999"]) > Some(seconds(1 << 40)));
    }

    #[test]
    fn retry_after_as_a_date_in_all_three_forms_of_rfc_9110() {
        let wanted = Some(Micros::from_unix_us(1_700_000_060_000_000));
        assert_eq!(named(&["Tue, 14 Nov 2023 22:14:20 GMT"]), wanted);
        assert_eq!(named(&["Tuesday, 14-Nov-23 22:14:20 GMT"]), wanted);
        assert_eq!(named(&["Tue Nov 14 22:14:20 2023"]), wanted);
        let past = named(&["Sun, 06 Nov 1994 08:49:37 GMT"]);
        assert!(past.is_some_and(|instant| instant < NOW), "a date in the past is no wait: {past:?}");
    }

    #[test]
    fn what_cannot_be_read_is_no_wish() {
        for garbage in ["", "soon", "-5", "1.5", "12 s", "Tue, 99 Nov 2023 22:14:20 GMT"] {
            assert_eq!(named(&[garbage]), None, "{garbage:?}");
        }
        assert_eq!(named(&[]), None);
    }

    #[test]
    fn of_several_the_latest_holds() {
        assert_eq!(named(&["5", "soon", "60", "30"]), Some(seconds(60)));
    }

    fn answer(status: u16, retry_after: Option<&str>) -> Response {
        let mut headers = Headers::new();
        if let Some(value) = retry_after {
            headers.insert(&header::RETRY_AFTER, value).unwrap();
        }
        Response { status, headers, body: Bytes::new() }
    }

    #[test]
    fn answers_are_read_by_the_specification() {
        let again = Verdict::Retry { not_before: None, slow_down: false };
        let pause = |seconds: Option<u64>| Verdict::Retry {
            not_before: seconds.map(|s| NOW.plus(Duration::from_secs(s))),
            slow_down: true,
        };
        let table = [
            (200, None, Verdict::Delivered),
            (201, None, Verdict::Delivered),
            (204, Some("60"), Verdict::Delivered),
            (299, None, Verdict::Delivered),
            (101, None, again.clone()),
            (301, None, again.clone()),
            (304, None, again.clone()),
            (308, Some("60"), again.clone()),
            (400, None, again.clone()),
            (401, None, again.clone()),
            (404, None, again.clone()),
            (429, None, pause(None)),
            (429, Some("0"), pause(Some(0))),
            (429, Some("120"), pause(Some(120))),
            (429, Some("Tue, 14 Nov 2023 22:14:20 GMT"), pause(Some(60))),
            (429, Some("whenever"), pause(None)),
            (500, Some("60"), again.clone()),
            (501, None, again.clone()),
            (502, None, pause(None)),
            (503, Some("172800"), pause(Some(172_800))),
            (504, Some("7"), pause(Some(7))),
            (599, None, again.clone()),
        ];
        for (status, retry_after, verdict) in table {
            assert_eq!(read(&Ok(answer(status, retry_after)), NOW), verdict, "{status} {retry_after:?}");
        }
        assert!(matches!(read(&Ok(answer(410, None)), NOW), Verdict::Disable(why) if why.contains("410")));
    }

    #[test]
    fn failures_are_tried_again() {
        for class in ErrorClass::ALL {
            let failure = Failure { class, sentence: String::new(), status: 0, body: Bytes::new() };
            let verdict = read(&Err(failure), NOW);
            assert_eq!(verdict, Verdict::Retry { not_before: None, slow_down: false }, "{}", class.as_str());
        }
    }
}
