//! Instants as the vendor writes them: UTC, whole seconds, `Z`.

use klingel_model::Micros;

/// Characters of `2021-04-22T00:00:00`.
const LOCAL_CHARS: usize = 19;

/// `2021-04-29T13:39:57Z`.
pub(super) fn written(at: Micros) -> String {
    let text = at.to_rfc3339();
    format!("{}Z", text.get(..LOCAL_CHARS).unwrap_or(&text))
}

/// Cuts what is below a second.
pub(super) fn whole_second(at: Micros) -> Micros {
    Micros::from_unix_us(at.as_unix_s().saturating_mul(1_000_000))
}

/// Reads `2021-04-22T00:00:00` as UTC, or the same with `Z` or an offset.
pub(super) fn read(text: &str) -> Option<Micros> {
    let at = if text.len() == LOCAL_CHARS {
        Micros::parse_rfc3339(&format!("{text}Z"))
    } else {
        Micros::parse_rfc3339(text)
    };
    at.filter(|at| at.as_unix_s() >= 0).map(whole_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["2021-04-29T13:39:57Z", "2021-04-29T13:39:57", "2021-04-29T15:39:57.9+02:00"] {
            assert_eq!(read(text).map(written).as_deref(), Some("2021-04-29T13:39:57Z"), "{text}");
        }
        for text in ["", "yesterday", "2021-04-31T00:00:00", "2021-04-29", "1621-04-29T00:00:00Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
