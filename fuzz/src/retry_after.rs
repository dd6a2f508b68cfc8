//! `Retry-After` of an answer, read by every dialect: a wish for later, or none.

use bytes::Bytes;
use klingel_engine::deliver::{Headers, Response, Verdict};
use klingel_model::Micros;

const NOW: Micros = Micros::from_unix_us(1_700_000_000_000_000);

/// Several headers, a line each.
pub fn run(data: &[u8]) {
    let mut headers = Headers::new();
    for line in data.split(|byte| *byte == b'\n').take(8) {
        // A line that is no value is none of the answer's.
        headers.append("retry-after", line).ok();
    }
    let longest = headers.texts("retry-after").filter_map(|text| text.parse::<u32>().ok()).max();
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
