//! Reading and writing the values of settings: durations such as `500ms`, sizes such as `1MiB`, lists.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::setting::Written;

/// Most entries of a list.
const LIST_ENTRIES_MAX: usize = 1000;
/// Units of durations with their milliseconds, largest first.
const SPANS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
/// Units of sizes with their bytes, largest first.
const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

type Read<T> = Result<T, String>;

/// A text.
pub fn text(written: &Written) -> Read<String> {
    match written {
        Written::Text(text) => Ok(text.clone()),
        _ => Err("must be a text in quotes".to_owned()),
    }
}

/// A text; an empty one is nothing.
pub fn optional(written: &Written) -> Read<Option<String>> {
    text(written).map(|text| Some(text).filter(|text| !text.is_empty()))
}

/// One of these words.
pub fn word(written: &Written, words: &[&str]) -> Read<String> {
    let text = text(written)?;
    if words.contains(&text.as_str()) { Ok(text) } else { Err(format!("must be {}", words.join(" or "))) }
}

/// `true` or `false`.
pub fn flag(written: &Written) -> Read<bool> {
    match written {
        Written::Flag(flag) => Ok(*flag),
        Written::Text(text) if text == "true" => Ok(true),
        Written::Text(text) if text == "false" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// `sqlite:` and a path.
pub fn store(written: &Written) -> Read<PathBuf> {
    let text = text(written)?;
    match text.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => Err("must be sqlite: and the path of a file, such as sqlite:/var/lib/klingel/klingel.sqlite"
            .to_owned()),
    }
}

/// An address with a port.
pub fn address(written: &Written) -> Read<SocketAddr> {
    let text = text(written)?;
    text.parse().map_err(|_| {
        "must be an address and a port such as 127.0.0.1:8080, or 0.0.0.0:8080 for all networks of this machine"
            .to_owned()
    })
}

/// The origin of a URL (scheme, host, port) without a slash at its end; an empty text is nothing.
pub fn origin(written: &Written) -> Read<Option<String>> {
    let Some(text) = optional(written)? else { return Ok(None) };
    let expected = || {
        "must be http:// or https:// and a host, without a path, such as https://hooks.example.com".to_owned()
    };
    let url = url::Url::parse(&text).map_err(|_| expected())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !bare || !nobody {
        return Err(expected());
    }
    Ok(Some(url.origin().ascii_serialization()))
}

/// Origins of URLs.
pub fn origins(written: &Written) -> Read<Vec<String>> {
    let read = |entry| origin(&Written::Text(entry)).map(Option::unwrap_or_default);
    list(written)?.into_iter().filter(|entry| !entry.is_empty()).map(read).collect()
}

/// A whole number.
pub fn count(written: &Written, range: &RangeInclusive<u64>) -> Read<u64> {
    let number = match written {
        Written::Integer(number) => u64::try_from(*number).ok(),
        Written::Text(text) => text.parse().ok(),
        _ => None,
    };
    match number {
        Some(number) if range.contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number from {} to {}", range.start(), range.end())),
    }
}

/// A number of bytes.
pub fn bytes(written: &Written, range: &RangeInclusive<u64>) -> Read<u64> {
    let number = match written {
        Written::Integer(number) => u64::try_from(*number).ok(),
        Written::Text(text) => with_unit(text, &SIZES),
        _ => None,
    };
    match number {
        Some(number) if range.contains(&number) => Ok(number),
        _ => Err(format!(
            "must be a size with a unit (B, KiB, MiB, GiB) from {} to {}",
            show_bytes(*range.start()),
            show_bytes(*range.end())
        )),
    }
}

/// A span of time. A bare number is refused: whether it meant seconds or milliseconds could only be guessed.
pub fn span(written: &Written, range: &RangeInclusive<Duration>) -> Read<Duration> {
    let span = match written {
        Written::Text(text) => with_unit(text, &SPANS).map(Duration::from_millis),
        _ => None,
    };
    match span {
        Some(span) if range.contains(&span) => Ok(span),
        _ => Err(format!(
            "must be a duration with a unit (ms, s, m, h, d) from {} to {}",
            show_span(*range.start()),
            show_span(*range.end())
        )),
    }
}

fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// A list: in the file an array, elsewhere separated by commas.
pub fn list(written: &Written) -> Read<Vec<String>> {
    let entries = match written {
        Written::List(entries) => entries.clone(),
        Written::Text(text) => {
            text.split(',').map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect()
        }
        _ => return Err("must be a list of texts".to_owned()),
    };
    if entries.len() > LIST_ENTRIES_MAX {
        return Err(format!("must have at most {LIST_ENTRIES_MAX} entries"));
    }
    Ok(entries)
}

/// Networks.
pub fn networks(written: &Written) -> Read<Vec<IpNet>> {
    let read = |entry: String| {
        entry.parse::<IpNet>().map_err(|_| "must be networks such as 10.1.0.0/16 or fd00:1::/32".to_owned())
    };
    list(written)?.into_iter().map(read).collect()
}

/// Ports.
pub fn ports(written: &Written) -> Read<Vec<u16>> {
    let read = |entry: String| match entry.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err("must be ports from 1 to 65535".to_owned()),
    };
    list(written)?.into_iter().map(read).collect()
}

/// A span as it would be written: the largest unit that divides it.
pub fn show_span(span: Duration) -> String {
    show(u64::try_from(span.as_millis()).unwrap_or(u64::MAX), &SPANS, "0s")
}

/// A size as it would be written: the largest unit that divides it.
pub fn show_bytes(bytes: u64) -> String {
    show(bytes, &SIZES, "0B")
}

fn show(number: u64, units: &[(&str, u64)], zero: &str) -> String {
    let dividing = units.iter().find(|(_, factor)| number.is_multiple_of(*factor));
    match dividing {
        Some((unit, factor)) if number > 0 => format!("{}{unit}", number / factor),
        _ => zero.to_owned(),
    }
}

/// A list as it would be written outside of the file.
pub fn show_list<T: Display>(entries: &[T]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        Written::Text(text.to_owned())
    }

    #[test]
    fn durations_need_a_unit_and_come_back_as_they_are_written() {
        let any = Duration::ZERO..=Duration::from_hours(24 * 365);
        for text in ["500ms", "5s", "90s", "2h", "90d", "1d", "0s"] {
            let span = span(&written(text), &any).unwrap();
            let shown = show_span(span);
            assert_eq!(super::span(&written(&shown), &any), Ok(span), "{text} is shown as {shown}");
        }
        assert_eq!(span(&written("90s"), &any), Ok(Duration::from_secs(90)));
        assert_eq!(show_span(Duration::from_hours(2)), "2h");
        for wrong in ["", "5", "s", "5 weeks", "1.5s", "-5s", "99999999999999999999d", "366d"] {
            assert!(span(&written(wrong), &any).is_err(), "{wrong:?}");
        }
        assert!(span(&Written::Integer(5), &any).unwrap_err().contains("unit"));
    }

    #[test]
    fn sizes() {
        let any = 0..=u64::MAX;
        assert_eq!(bytes(&written("1MiB"), &any), Ok(1_048_576));
        assert_eq!(bytes(&written("16 KiB"), &any), Ok(16_384));
        assert_eq!(bytes(&Written::Integer(17), &any), Ok(17));
        assert_eq!(show_bytes(1_048_576), "1MiB");
        assert_eq!(show_bytes(1500), "1500B");
        for wrong in ["", "1MB", "MiB", "1.5MiB", "99999999999GiB"] {
            assert!(bytes(&written(wrong), &any).is_err(), "{wrong:?}");
        }
        assert!(bytes(&written("2KiB"), &(0..=1024)).unwrap_err().contains("1KiB"));
    }

    #[test]
    fn lists_of_origins() {
        let read = origins(&written("https://App.example.com/, http://localhost:3000"));
        assert_eq!(read, Ok(vec!["https://app.example.com".to_owned(), "http://localhost:3000".to_owned()]));
        assert_eq!(origins(&written("")), Ok(vec![]));
        for wrong in ["*", "https://*.example.com/x", "'self'", "https://a.example; script-src *", "data:"] {
            assert!(origins(&written(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn single_origins() {
        let read = |text| origin(&written(text));
        assert_eq!(read(""), Ok(None));
        for (text, expected) in [
            ("https://hooks.example.com/", "https://hooks.example.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://HOOKS.example.com:443", "https://hooks.example.com"),
        ] {
            assert_eq!(read(text), Ok(Some(expected.to_owned())));
        }
        for wrong in [
            "hooks.example.com",
            "ftp://x.example",
            "https://x.example/a",
            "https://x.example?a",
            "https://u@x.example",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lists_from_file_and_environment() {
        let cidrs = networks(&written("10.0.0.0/8, fd00::/8")).unwrap();
        assert_eq!(show_list(&cidrs), "10.0.0.0/8,fd00::/8");
        assert_eq!(networks(&Written::List(vec!["10.0.0.0/8".to_owned()])).unwrap(), cidrs[..1]);
        assert!(networks(&written("10.0.0.0/99")).is_err());
        assert_eq!(ports(&written("443,8443")), Ok(vec![443, 8443]));
        assert!(ports(&written("0")).is_err());
        assert_eq!(list(&written("")), Ok(vec![]));
    }

    #[test]
    fn the_rest() {
        assert_eq!(flag(&written("true")), Ok(true));
        assert!(flag(&written("yes")).is_err());
        assert_eq!(store(&written("sqlite:a/b.sqlite")), Ok(PathBuf::from("a/b.sqlite")));
        assert!(store(&written("postgres://x")).unwrap_err().contains("sqlite:"));
        assert!(address(&written("localhost:80")).is_err());
        assert_eq!(count(&written("7"), &(1..=7)), Ok(7));
        assert!(count(&Written::Integer(-1), &(0..=7)).is_err());
        assert!(word(&written("xml"), &["human", "json"]).unwrap_err().contains("human or json"));
    }
}
