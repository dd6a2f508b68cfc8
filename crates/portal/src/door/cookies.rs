//! Cookies: the session, and what a reader prefers.

use http::{HeaderMap, HeaderValue, header};

/// Holds the session's token.
pub(super) const SESSION: &str = "klingel_session";
/// Holds the reader's language.
pub(crate) const LANGUAGE: &str = "klingel_language";
/// Holds the reader's theme.
pub(crate) const THEME: &str = "klingel_theme";
/// Longest value of a cookie of ours.
const VALUE_CHARS_MAX: usize = 128;

/// The value of this cookie. Of several, the first: browsers send the most specific path first.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(known, _)| *known == name).map(|(_, value)| value)?;
    (found.len() <= VALUE_CHARS_MAX).then_some(found)
}

/// How a cookie is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    /// Seconds; 0 removes it.
    pub(crate) max_age_s: u64,
    /// Only over TLS.
    pub(crate) secure: bool,
    /// Also within another site's frame (needs `secure`); the cookie then belongs to that site's pages alone.
    pub(crate) framed: bool,
}

/// A cookie for everything below `/portal`, out of reach of scripts.
pub(crate) fn set(name: &str, value: &str, keeping: Keeping) -> HeaderValue {
    let Keeping { max_age_s, secure, framed } = keeping;
    let site = match (framed && secure, secure) {
        (true, _) => "SameSite=None; Secure; Partitioned",
        (false, true) => "SameSite=Lax; Secure",
        (false, false) => "SameSite=Lax",
    };
    let text = format!("{name}={value}; Path=/portal; Max-Age={max_age_s}; HttpOnly; {site}");
    HeaderValue::from_str(&text).expect("names and values of our cookies are plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; klingel_session=token; b=2"));
        assert_eq!(value(&headers, SESSION), Some("token"));
        assert_eq!(value(&headers, "c"), None);
        headers.clear();
        headers.append(header::COOKIE, HeaderValue::from_str(&format!("a={}", "x".repeat(200))).unwrap());
        assert_eq!(value(&headers, "a"), None);
    }

    #[test]
    fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
        let keeping = Keeping { max_age_s: 60, secure: true, framed: false };
        let text = set(SESSION, "t", keeping);
        assert_eq!(text, "klingel_session=t; Path=/portal; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let framed = set(SESSION, "t", Keeping { framed: true, ..keeping });
        assert!(framed.to_str().unwrap().ends_with("SameSite=None; Secure; Partitioned"));
        let plain = set(SESSION, "t", Keeping { secure: false, framed: true, ..keeping });
        assert!(plain.to_str().unwrap().ends_with("HttpOnly; SameSite=Lax"));
    }
}
