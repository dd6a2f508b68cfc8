//! A URL taken apart: what to look up, what to connect to, what to ask for there.

use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foldhash::HashMap;
use http::HeaderValue;
use http::uri::PathAndQuery;
use url::{Host, ParseError, Url};

/// Whom to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Peer {
    /// The URL holds an address.
    Address(IpAddr),
    /// The URL holds a name, lower case, international names in their ASCII form.
    Name(String),
}

/// Scheme, host and port: connections are shared within it.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Such as `https://example.com:443`.
    pub text: Arc<str>,
    /// Whether the scheme is `https`.
    pub tls: bool,
    pub peer: Peer,
    /// The host as it stands in the URL; IPv6 addresses in brackets.
    pub host: String,
    pub port: u16,
    /// The `host` header.
    pub authority: HeaderValue,
}

/// Everything that the URL says.
#[derive(Debug)]
pub(crate) struct Target {
    /// Shared by the targets that have the same: of many endpoints at one host only one is read for each request.
    pub origin: Arc<Origin>,
    /// Path and query for the request line.
    pub path: PathAndQuery,
    /// The `authorization` header that user and password in the URL stand for.
    pub authorization: Option<HeaderValue>,
}

/// A URL that no request can be made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BadUrl {
    /// The host has the form of an address but is none, for instance one with a zone: refused rather than looked up.
    Address,
    /// Anything else, in words that continue "the URL …".
    Other(&'static str),
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self, BadUrl> {
        let mut url = Url::parse(text).map_err(|error| match error {
            ParseError::InvalidIpv4Address | ParseError::InvalidIpv6Address => BadUrl::Address,
            ParseError::EmptyHost => BadUrl::Other("has no host"),
            ParseError::InvalidPort => BadUrl::Other("has a port that is no number up to 65535"),
            ParseError::IdnaError | ParseError::InvalidDomainCharacter => {
                BadUrl::Other("has a host with characters that no name can have")
            }
            _ => BadUrl::Other("is not an absolute http or https URL"),
        })?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(BadUrl::Other("begins neither with http:// nor with https://")),
        };
        let peer = match url.host().ok_or(BadUrl::Other("has no host"))? {
            Host::Ipv4(address) => Peer::Address(IpAddr::V4(address)),
            Host::Ipv6(address) => Peer::Address(IpAddr::V6(address).to_canonical()),
            Host::Domain(name) => Peer::Name(name.to_owned()),
        };
        let port = url.port_or_known_default().ok_or(BadUrl::Other("has no port"))?;
        let authorization = basic(&url)?;
        url.set_fragment(None);
        let host = url.host_str().ok_or(BadUrl::Other("has no host"))?.to_owned();
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let authority = HeaderValue::try_from(authority)
            .map_err(|_| BadUrl::Other("has a host that cannot stand in a header"))?;
        let path = PathAndQuery::try_from(&url[url::Position::BeforePath..])
            .map_err(|_| BadUrl::Other("has a path or query that cannot stand in a request line"))?;
        let text = format!("{}://{host}:{port}", url.scheme()).into();
        let origin = Arc::new(Origin { text, tls, peer, host, port, authority });
        Ok(Self { origin, path, authorization })
    }
}

impl Origin {
    /// Host and port, as they may stand in a sentence for people: no user, path or query.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// URLs that are kept taken apart. An endpoint's URL seldom changes, and to take it apart anew would be a fifth of the
/// work of a request.
const KEPT_MAX: usize = 16_384;

/// Targets by their URLs: by where the text lies in memory, which costs less to look for than the text.
#[derive(Default)]
pub(crate) struct Targets(Mutex<Known>);

#[derive(Default)]
struct Known {
    kept: HashMap<usize, Kept>,
    /// The origins of those.
    origins: HashMap<Arc<str>, Arc<Origin>>,
}

struct Kept {
    /// Held, so that no other text can lie where it does.
    text: Arc<str>,
    target: Arc<Target>,
}

impl Targets {
    pub(crate) fn get(&self, url: &Arc<str>) -> Result<Arc<Target>, BadUrl> {
        let place = url.as_ptr().addr();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = known.kept.get(&place).filter(|kept| Arc::ptr_eq(&kept.text, url)) {
            return Ok(Arc::clone(&kept.target));
        }
        drop(known);
        let mut target = Target::parse(url)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.kept.len() >= KEPT_MAX {
            // To start afresh is simpler than to know the least used, and as rare as it is cheap.
            *known = Known::default();
        }
        match known.origins.entry(Arc::clone(&target.origin.text)) {
            Entry::Occupied(same) => target.origin = Arc::clone(same.get()),
            Entry::Vacant(place) => drop(place.insert(Arc::clone(&target.origin))),
        }
        let target = Arc::new(target);
        known.kept.insert(place, Kept { text: Arc::clone(url), target: Arc::clone(&target) });
        Ok(target)
    }
}

fn basic(url: &Url) -> Result<Option<HeaderValue>, BadUrl> {
    let password = url.password().unwrap_or_default();
    if url.username().is_empty() && password.is_empty() {
        return Ok(None);
    }
    let mut credentials: Vec<u8> = percent_encoding::percent_decode_str(url.username()).collect();
    // A colon would end the user's name early at the receiver (RFC 7617, section 2).
    if credentials.contains(&b':') {
        return Err(BadUrl::Other("has a colon in its user name, which Basic authentication cannot carry"));
    }
    credentials.push(b':');
    credentials.extend(percent_encoding::percent_decode_str(password));
    let mut header = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials)))
        .expect("base64 is made of visible ASCII characters");
    header.set_sensitive(true);
    Ok(Some(header))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{BadUrl, KEPT_MAX, Peer, Target, Targets};

    #[test]
    fn targets_are_kept_up_to_a_maximum() {
        let targets = Targets::default();
        let url = |n: usize| Arc::from(format!("http://example.com/{n}"));
        let same = url(0);
        let first = targets.get(&same).unwrap();
        assert!(Arc::ptr_eq(&first, &targets.get(&same).unwrap()));
        assert!(targets.get(&Arc::from("no url")).is_err());
        for n in 1..=KEPT_MAX {
            assert_eq!(targets.get(&url(n)).unwrap().path.path(), format!("/{n}"));
        }
        {
            let known = targets.0.lock().unwrap();
            assert_eq!((known.kept.len(), known.origins.len()), (1, 1));
        }
        assert!(!Arc::ptr_eq(&first, &targets.get(&url(0)).unwrap()), "another text that says the same");
    }

    #[test]
    fn targets_at_the_same_host_and_port_share_their_origin() {
        let targets = Targets::default();
        let get = |url: &str| targets.get(&Arc::from(url)).unwrap().origin.clone();
        let first = get("https://example.com/one");
        assert!(Arc::ptr_eq(&first, &get("https://user@example.com:443/two")));
        for other in ["http://example.com/one", "https://example.com:444/one", "https://www.example.com/one"]
        {
            assert!(!Arc::ptr_eq(&first, &get(other)), "{other}");
        }
    }

    #[test]
    fn takes_a_url_apart() {
        let target = Target::parse("https://User:p%40ss@Hooks.Example.com:8443/in/%7Eme?a=b#part").unwrap();
        assert_eq!(&*target.origin.text, "https://hooks.example.com:8443");
        assert_eq!(target.origin.peer, Peer::Name("hooks.example.com".to_owned()));
        assert_eq!(target.origin.authority, "hooks.example.com:8443");
        assert_eq!(target.path, "/in/%7Eme?a=b");
        assert_eq!(target.authorization.as_ref().unwrap(), "Basic VXNlcjpwQHNz");
        assert_eq!(target.origin.place(), "hooks.example.com:8443");
        assert!(!format!("{target:?}").contains("VXNlc"), "credentials must not be printed");
    }

    #[test]
    fn default_ports_are_not_in_the_host_header() {
        let target = Target::parse("http://[2001:4860:4860::8888]").unwrap();
        assert_eq!((target.origin.tls, target.origin.port, target.path.path()), (false, 80, "/"));
        assert_eq!(target.origin.authority, "[2001:4860:4860::8888]");
        assert_eq!(Target::parse("https://example.com:443/").unwrap().origin.authority, "example.com");
        assert!(target.authorization.is_none());
    }

    #[test]
    fn international_names_are_looked_up_in_ascii() {
        let target = Target::parse("https://bücher.example/").unwrap();
        assert_eq!(target.origin.peer, Peer::Name("xn--bcher-kva.example".to_owned()));
    }

    #[test]
    fn urls_without_a_request_are_told_apart() {
        for text in
            ["http://[::1%25eth0]/", "http://[fe80::1%eth0]/", "http://256.0.0.1/", "http://0x100000000/"]
        {
            assert_eq!(Target::parse(text).unwrap_err(), BadUrl::Address, "{text}");
        }
        for text in
            ["", "/path", "ftp://example.com/", "http://", "http://a b/", "http://u%3Aser:p@example.com/"]
        {
            assert!(matches!(Target::parse(text), Err(BadUrl::Other(_))), "{text}");
        }
    }
}
