//! Which addresses may be called: pure judgement, without look-ups and without sockets.
//!
//! An IPv4 address is refused when it is in one of the ranges of the IANA special-purpose registry (RFC 6890 and its
//! successors). For IPv6 it is the other way round: only global unicast (`2000::/3`) and well-known NAT64 pass, so that
//! a range nobody has thought of is refused.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::config::GuardConfig;

/// Why an address must not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `0.0.0.0/8` and `::`: this host on this network.
    Unspecified,
    /// `127.0.0.0/8` and `::1`.
    Loopback,
    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`.
    PrivateNetwork,
    /// `100.64.0.0/10`: between a provider and its customers (CGNAT).
    SharedAddressSpace,
    /// `169.254.0.0/16` and `fe80::/10`.
    LinkLocal,
    /// The addresses under which clouds hand out credentials.
    Metadata,
    /// `fc00::/7`.
    UniqueLocal,
    /// `fec0::/10`, the predecessor of unique-local.
    SiteLocal,
    /// `224.0.0.0/4` and `ff00::/8`.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// Ranges that only occur in texts.
    Documentation,
    /// `198.18.0.0/15` and `2001:2::/48`.
    Benchmarking,
    /// `192.0.0.0/24`, `192.88.99.0/24` and `2001::/23`.
    ProtocolAssignment,
    /// IPv6 that only wraps IPv4: IPv4-compatible and -translated, 6to4, Teredo, NAT64 with a local prefix.
    Tunnel,
    /// Everything that is not assigned to anybody.
    Reserved,
    /// The port is not among `allow_ports`.
    Port,
}

impl Rule {
    /// The rule's name, as it stands in the documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::PrivateNetwork => "private_network",
            Self::SharedAddressSpace => "shared_address_space",
            Self::LinkLocal => "link_local",
            Self::Metadata => "metadata",
            Self::UniqueLocal => "unique_local",
            Self::SiteLocal => "site_local",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::ProtocolAssignment => "protocol_assignment",
            Self::Tunnel => "tunnel",
            Self::Reserved => "reserved",
            Self::Port => "port",
        }
    }

    /// Whether `allow_private_networks` and `allow_hosts` lift it.
    const fn is_private(self) -> bool {
        matches!(
            self,
            Self::Loopback
                | Self::PrivateNetwork
                | Self::SharedAddressSpace
                | Self::UniqueLocal
                | Self::SiteLocal
        )
    }

    /// The settings that lift it.
    const fn settings(self) -> &'static str {
        match self {
            Self::Port => "allow_ports",
            _ if self.is_private() => "allow_private_networks, allow_cidrs or allow_hosts",
            _ => "allow_cidrs",
        }
    }
}

/// An address that must not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// By which rule.
    pub rule: Rule,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rule, settings) = (self.rule.as_str(), self.rule.settings());
        write!(f, "the address guard refused it (rule {rule}); the operator can permit it with {settings}")
    }
}

/// Judges addresses by the operator's settings.
#[derive(Debug, Clone)]
pub struct Guard {
    allow_private_networks: bool,
    allow_cidrs: Vec<IpNet>,
    exact_hosts: Vec<String>,
    host_suffixes: Vec<String>,
    allow_ports: Vec<u16>,
}

impl Guard {
    /// Takes the settings over.
    pub fn new(config: &GuardConfig) -> Self {
        let hosts = || config.allow_hosts.iter().map(|host| normal(host));
        Self {
            allow_private_networks: config.allow_private_networks,
            allow_cidrs: config.allow_cidrs.clone(),
            exact_hosts: hosts().filter(|host| !host.starts_with("*.")).collect(),
            host_suffixes: hosts().filter_map(|host| host.strip_prefix('*').map(str::to_owned)).collect(),
            allow_ports: config.allow_ports.clone(),
        }
    }

    /// Says whether this address may be called. `host` is the name or literal of the URL that led to it.
    pub fn judge(&self, host: &str, address: IpAddr, port: u16) -> Result<(), Refusal> {
        if !self.allow_ports.is_empty() && !self.allow_ports.contains(&port) {
            return Err(Refusal { rule: Rule::Port });
        }
        let address = address.to_canonical();
        let Some(rule) = rule_against(address) else { return Ok(()) };
        let allowed = self.allow_cidrs.iter().any(|net| net.contains(&address))
            || (rule.is_private() && (self.allow_private_networks || self.allows_host(host)));
        if allowed { Ok(()) } else { Err(Refusal { rule }) }
    }

    fn allows_host(&self, host: &str) -> bool {
        if self.exact_hosts.is_empty() && self.host_suffixes.is_empty() {
            return false;
        }
        let host = normal(host);
        self.exact_hosts.contains(&host)
            || self.host_suffixes.iter().any(|suffix| host.ends_with(suffix.as_str()))
    }
}

fn normal(host: &str) -> String {
    let host = host.trim().trim_end_matches('.');
    host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}

/// The rule that forbids this address where no setting permits it; `None` for a public one.
pub fn rule_against(address: IpAddr) -> Option<Rule> {
    match address.to_canonical() {
        IpAddr::V4(address) => rule_against_v4(address),
        IpAddr::V6(address) => rule_against_v6(address),
    }
}

fn rule_against_v4(address: Ipv4Addr) -> Option<Rule> {
    Some(match address.octets() {
        // Amazon, Google, Azure, Oracle and others; Alibaba; Azure's host agent, which is in a public range; Oracle.
        [169, 254, 169, 254] | [100, 100, 100, 200] | [168, 63, 129, 16] | [192, 0, 0, 192] => Rule::Metadata,
        [0, ..] => Rule::Unspecified,
        [127, ..] => Rule::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Rule::PrivateNetwork,
        [100, 64..=127, ..] => Rule::SharedAddressSpace,
        [169, 254, ..] => Rule::LinkLocal,
        [192, 0, 0, _] | [192, 88, 99, _] => Rule::ProtocolAssignment,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Rule::Documentation,
        [198, 18..=19, ..] => Rule::Benchmarking,
        [224..=239, ..] => Rule::Multicast,
        [255, 255, 255, 255] => Rule::Broadcast,
        [240..=255, ..] => Rule::Reserved,
        _ => return None,
    })
}

fn rule_against_v6(address: Ipv6Addr) -> Option<Rule> {
    let wrapped = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        rule_against_v4(Ipv4Addr::new(a, b, c, d))
    };
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Rule::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Rule::Loopback,
        // Amazon; Google.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254] => Rule::Metadata,
        // Where a network translates to IPv4 by NAT64, its name server gives every IPv4-only receiver such an address.
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => return wrapped(high, low),
        // The rule of the address inside says more than "tunnel"; without one, tunnels still lead nowhere today.
        [0, 0, 0, 0, 0 | 0xffff, 0, high, low] | [0x2002, high, low, ..] => {
            wrapped(high, low).unwrap_or(Rule::Tunnel)
        }
        [0x2001, 0, server_high, server_low, _, _, client_high, client_low] => {
            wrapped(!client_high, !client_low)
                .or_else(|| wrapped(server_high, server_low))
                .unwrap_or(Rule::Tunnel)
        }
        [0x0064, 0xff9b, 1, ..] => Rule::Tunnel,
        [0x2001, 2, 0, ..] => Rule::Benchmarking,
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Rule::Documentation,
        [0x2001, 0..=0x01ff, ..] => Rule::ProtocolAssignment,
        [0x2000..=0x3fff, ..] => return None,
        [0xfc00..=0xfdff, ..] => Rule::UniqueLocal,
        [0xfe80..=0xfebf, ..] => Rule::LinkLocal,
        [0xfec0..=0xfeff, ..] => Rule::SiteLocal,
        [0xff00..=0xffff, ..] => Rule::Multicast,
        _ => Rule::Reserved,
    })
}

#[cfg(test)]
mod tests;
