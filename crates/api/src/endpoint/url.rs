//! What the URL of an endpoint must be.
//!
//! Where it leads is judged when it is called, address by address; here only its form is.

use ::url::Url;
use klingel_engine::Limits;
use serde_json::value::RawValue;

use crate::fields::Faults;
use crate::rules;

/// An `http` or `https` URL with a host and without a fragment. It is kept as it was written.
pub(crate) fn url(limits: &Limits) -> impl FnOnce(&RawValue, &mut Faults) -> Option<String> {
    let bytes_max = limits.url_bytes_max;
    move |raw, faults| {
        let text = rules::string(raw, faults)?;
        match fault_of(&text, bytes_max) {
            None => Some(text.into_owned()),
            Some(msg) => faults.add("value_error.url", msg),
        }
    }
}

fn fault_of(text: &str, bytes_max: usize) -> Option<String> {
    if text.len() > bytes_max {
        return Some(format!("must have at most {bytes_max} bytes (url_bytes_max)"));
    }
    // The parser would drop line breaks and tabs, so that what is called is not what was written.
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Some("must not hold spaces or control characters; write them as %20 and the like".to_owned());
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(why) => return Some(format!("must be an absolute URL such as https://example.com/hook: {why}")),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Some("must begin with http:// or https://".to_owned());
    }
    // The parser repairs `http:host` and `http:\\host`; people who read the list should not have to.
    if !text.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//")) || text.contains('\\') {
        return Some("must have the form https://host/path".to_owned());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Some("must name a host".to_owned());
    }
    if url.fragment().is_some() {
        return Some("must not have a fragment (#…), which is never sent".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_can_be_called_and_refuses_the_rest() {
        for fit in [
            "https://example.com",
            "http://example.com:8080/a/b?c=d",
            "https://user:pass@example.com/",
            "http://[2001:db8::1]/x",
            "https://bücher.example/ü",
        ] {
            assert_eq!(fault_of(fit, 4096), None, "{fit}");
        }
        for (unfit, says) in [
            ("", "absolute"),
            ("example.com/hook", "absolute"),
            ("/hook", "absolute"),
            ("ftp://example.com/", "http://"),
            ("javascript:alert(1)", "http://"),
            ("file:///etc/passwd", "http://"),
            ("https://", "absolute"),
            ("http:example.com", "form"),
            ("http:\\\\example.com", "form"),
            ("https://example.com/#top", "fragment"),
            ("https://example.com/a b", "spaces"),
            ("https://example.com/\r\nhost: x", "spaces"),
            ("https://example.com/\u{0}", "spaces"),
            ("https://example.com:99999/", "port"),
            ("https://exa mple.com/", "spaces"),
        ] {
            let fault = fault_of(unfit, 4096).unwrap_or_default();
            assert!(fault.contains(says), "{unfit:?}: {fault}");
        }
        assert!(fault_of("https://example.com/", 10).unwrap_or_default().contains("url_bytes_max"));
    }
}
