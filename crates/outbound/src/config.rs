//! What an operator can set about outgoing requests, and the limits that hold for each of them.

use std::fmt;
use std::time::Duration;

use ipnet::IpNet;

/// Settings of a [`crate::Client`]. `Default` gives the values a production server starts with.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// For a TCP connection and its TLS handshake, over all addresses of a name together.
    pub connect_timeout: Duration,
    /// For one look-up of a name, the resolver's own repetitions included.
    pub dns_timeout: Duration,
    /// An answer of a name server is kept at least this long, even when it says less.
    pub dns_ttl_min: Duration,
    /// An answer of a name server is kept at most this long, even when it says more.
    pub dns_ttl_max: Duration,
    /// How long it is remembered that a name has no address.
    pub dns_negative_ttl: Duration,
    /// Names whose addresses are kept at the same time.
    pub dns_names_max: usize,
    /// Look-ups that run at the same time; further ones wait.
    pub dns_lookups_max: usize,
    /// Bytes of the answer's body that are handed on.
    pub answer_kept_bytes_max: usize,
    /// Bytes of the answer's body, framing included, that are read before the connection is closed.
    pub answer_read_bytes_max: usize,
    /// Bytes of status line and headers, interim (1xx) answers included; at least 8 KiB.
    pub answer_head_bytes_max: usize,
    /// Header lines of the answer.
    pub answer_headers_max: usize,
    /// Connections kept open without a request, for one scheme, host and port; more are kept for a second.
    pub idle_per_host_max: usize,
    /// Connections kept open without a request, altogether; the one unused for longest is closed first.
    pub idle_total_max: usize,
    /// How long a connection is kept open without a request.
    pub idle_timeout: Duration,
    /// A connection older than this gets no further request, so that changes in the name's addresses are seen.
    pub connection_age_max: Duration,
    /// Sent as `user-agent` where the request has none.
    pub user_agent: String,
    /// Further certificate authorities to trust beside the platform's, as PEM.
    pub extra_ca_pem: Option<Vec<u8>>,
    /// Which addresses may be called.
    pub guard: GuardConfig,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            dns_timeout: Duration::from_secs(5),
            dns_ttl_min: Duration::from_secs(5),
            dns_ttl_max: Duration::from_mins(5),
            dns_negative_ttl: Duration::from_secs(5),
            dns_names_max: 10_000,
            dns_lookups_max: 64,
            answer_kept_bytes_max: 16 * 1024,
            answer_read_bytes_max: 64 * 1024,
            answer_head_bytes_max: 16 * 1024,
            answer_headers_max: 100,
            idle_per_host_max: 64,
            idle_total_max: 1024,
            idle_timeout: Duration::from_secs(20),
            connection_age_max: Duration::from_mins(5),
            user_agent: concat!("Klingel/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_ca_pem: None,
            guard: GuardConfig::default(),
        }
    }
}

/// Settings of the address guard. `Default` refuses everything that is not public.
#[derive(Debug, Clone, Default)]
pub struct GuardConfig {
    /// Permits loopback, private, shared (CGNAT), unique-local and site-local addresses for every name. Metadata
    /// services and link-local addresses stay refused.
    pub allow_private_networks: bool,
    /// Permits every address in these networks, whatever rule forbids it.
    pub allow_cidrs: Vec<IpNet>,
    /// Permits for these host names what `allow_private_networks` permits for all. `*.example.internal` stands for
    /// every name below.
    pub allow_hosts: Vec<String>,
    /// Ports that may be called; empty for all.
    pub allow_ports: Vec<u16>,
}

/// A setting with which no client can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting's name.
    pub setting: &'static str,
    /// What is wrong with it and what to do.
    pub sentence: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.sentence)
    }
}

impl std::error::Error for ConfigError {}

/// With less, answers of ordinary receivers would fail: a single cookie may take 4 KiB.
const HEAD_BYTES_MIN: usize = 8 * 1024;

impl ClientConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |setting, sentence: &str| Err(ConfigError { setting, sentence: sentence.to_owned() });
        if self.answer_head_bytes_max < HEAD_BYTES_MIN {
            return wrong("answer_head_bytes_max", "must be at least 8192 bytes");
        }
        if self.answer_headers_max == 0 {
            return wrong("answer_headers_max", "must be at least 1");
        }
        if self.answer_kept_bytes_max > self.answer_read_bytes_max {
            return wrong("answer_kept_bytes_max", "must not be more than answer_read_bytes_max");
        }
        if self.dns_ttl_min > self.dns_ttl_max {
            return wrong("dns_ttl_min", "must not be more than dns_ttl_max");
        }
        if self.dns_lookups_max == 0 {
            return wrong("dns_lookups_max", "must be at least 1");
        }
        if http::HeaderValue::from_str(&self.user_agent).is_err() {
            return wrong("user_agent", "must be visible characters without line breaks");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ClientConfig;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(ClientConfig::default().check(), Ok(()));
    }

    #[test]
    fn settings_that_contradict_each_other_are_named() {
        let kept_more_than_read = ClientConfig { answer_kept_bytes_max: 1 << 20, ..ClientConfig::default() };
        assert_eq!(kept_more_than_read.check().unwrap_err().setting, "answer_kept_bytes_max");
        let small_head = ClientConfig { answer_head_bytes_max: 100, ..ClientConfig::default() };
        assert_eq!(small_head.check().unwrap_err().setting, "answer_head_bytes_max");
        let line_break = ClientConfig { user_agent: "a\r\nb: c".to_owned(), ..ClientConfig::default() };
        assert_eq!(line_break.check().unwrap_err().setting, "user_agent");
    }
}
