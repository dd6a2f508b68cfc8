//! `Retry-After` of an answer, read by every dialect: a wish for later, or none.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use klingel_engine::deliver::{Response, Verdict};
use klingel_model::Micros;

const NOW: Micros = Micros::from_unix_us(1_700_000_000_000_000);

/// Several headers, a line each.
pub fn run(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(8) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append("retry-after", value);
        }
    }
    let seconds =
        headers.get_all("retry-after").iter().filter_map(|value| value.to_str().ok()?.parse::<u32>().ok());
    let longest = seconds.max();
    for status in [200, 301, 429, 500, 503] {
        for dialect in klingel_dialects::all() {
            let outcome = Ok(Response { status, headers: headers.clone(), body: Bytes::new() });
            let verdict = dialect.read(&outcome, NOW);
            if let (Verdict::Retry { not_before: Some(at), .. }, Some(longest)) = (&verdict, longest) {
                let least = NOW.plus(std::time::Duration::from_secs(longest.into()));
                assert!(*at >= least, "{}: {longest} s became {at:?}", dialect.name());
            }
        }
    }
}
