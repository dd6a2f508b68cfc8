use std::net::IpAddr;

use super::{Guard, Rule, rule_against};
use crate::config::GuardConfig;

fn rule(address: &str) -> Option<Rule> {
    rule_against(address.parse().unwrap())
}

#[test]
fn ranges_end_where_the_registry_says() {
    use Rule::{
        Benchmarking, Broadcast, Documentation, LinkLocal, Loopback, Metadata, Multicast, PrivateNetwork,
        ProtocolAssignment, Reserved, SharedAddressSpace, SiteLocal, Tunnel, UniqueLocal, Unspecified,
    };
    let first_and_last = [
        ("0.0.0.0", "0.255.255.255", Unspecified),
        ("127.0.0.0", "127.255.255.255", Loopback),
        ("10.0.0.0", "10.255.255.255", PrivateNetwork),
        ("172.16.0.0", "172.31.255.255", PrivateNetwork),
        ("192.168.0.0", "192.168.255.255", PrivateNetwork),
        ("100.64.0.0", "100.127.255.255", SharedAddressSpace),
        ("169.254.0.0", "169.254.255.255", LinkLocal),
        ("192.0.0.0", "192.0.0.255", ProtocolAssignment),
        ("192.0.2.0", "192.0.2.255", Documentation),
        ("198.51.100.0", "198.51.100.255", Documentation),
        ("203.0.113.0", "203.0.113.255", Documentation),
        ("192.88.99.0", "192.88.99.255", ProtocolAssignment),
        ("198.18.0.0", "198.19.255.255", Benchmarking),
        ("224.0.0.0", "239.255.255.255", Multicast),
        ("240.0.0.0", "255.255.255.254", Reserved),
        ("255.255.255.255", "255.255.255.255", Broadcast),
        ("100.100.100.200", "100.100.100.200", Metadata),
        ("::", "::", Unspecified),
        ("::1", "::1", Loopback),
        ("fc00::", "fdff:ffff::1", UniqueLocal),
        ("fd00:ec2::254", "fd20:ce::254", Metadata),
        ("fe80::", "febf:ffff::1", LinkLocal),
        ("fec0::", "feff:ffff::1", SiteLocal),
        ("ff00::", "ffff:ffff::1", Multicast),
        ("2001:db8::", "2001:db8:ffff::1", Documentation),
        ("3fff::", "3fff:fff:ffff::1", Documentation),
        ("2001:2::", "2001:2:0:ffff::1", Benchmarking),
        ("2001:10::", "2001:1ff:ffff::1", ProtocolAssignment),
        ("64:ff9b:1::", "64:ff9b:1:ffff::1", Tunnel),
        ("2002:808:808::", "2002:808:808:ffff::1", Tunnel),
        ("::8.8.8.8", "::ffff:0:8.8.8.8", Tunnel),
        ("100::", "1fff:ffff::1", Reserved),
        ("4000::", "fbff:ffff::1", Reserved),
        ("fe00::", "fe7f:ffff::1", Reserved),
    ];
    for (first, last, expected) in first_and_last {
        assert_eq!((rule(first), rule(last)), (Some(expected), Some(expected)), "{first} to {last}");
    }
}

#[test]
fn public_neighbours_of_forbidden_ranges_pass() {
    let public = [
        "1.0.0.0",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2001:db7:ffff::1",
        "2001:db9::1",
        "2003::1",
        "2606:4700:4700::1111",
        "2a00:1450:4001:80b::200e",
        "3ffe:ffff::1",
        "3fff:1000::1",
    ];
    for address in public {
        assert_eq!(rule(address), None, "{address}");
    }
}

#[test]
fn an_ipv4_address_inside_an_ipv6_one_is_judged() {
    let wrapped = [
        ("::ffff:127.0.0.1", Rule::Loopback),
        ("::127.0.0.1", Rule::Loopback),
        ("::ffff:0:10.0.0.1", Rule::PrivateNetwork),
        ("64:ff9b::169.254.169.254", Rule::Metadata),
        ("64:ff9b::10.1.2.3", Rule::PrivateNetwork),
        ("2002:7f00:1::", Rule::Loopback),
        ("2002:c0a8:101::5", Rule::PrivateNetwork),
        // Teredo holds the client's address inverted: 127.0.0.1 behind a public server, then a private server.
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", Rule::Loopback),
        ("2001:0:a00:1:8000:63bf:f7f7:f7f7", Rule::PrivateNetwork),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Rule::Documentation),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", Rule::Tunnel),
    ];
    for (address, expected) in wrapped {
        assert_eq!(rule(address), Some(expected), "{address}");
    }
}

fn judge(config: &GuardConfig, host: &str, address: &str) -> Result<(), Rule> {
    let address: IpAddr = address.parse().unwrap();
    Guard::new(config).judge(host, address, 443).map_err(|refusal| refusal.rule)
}

#[test]
fn allow_private_networks_spares_neither_metadata_nor_link_local() {
    let config = GuardConfig { allow_private_networks: true, ..GuardConfig::default() };
    for address in ["127.0.0.1", "10.0.0.1", "100.64.0.1", "fd00::1", "::1", "fec0::1", "::ffff:192.168.0.1"]
    {
        assert_eq!(judge(&config, "name", address), Ok(()), "{address}");
    }
    for (address, rule) in [
        ("169.254.169.254", Rule::Metadata),
        ("64:ff9b::169.254.169.254", Rule::Metadata),
        ("100.100.100.200", Rule::Metadata),
        ("fd00:ec2::254", Rule::Metadata),
        ("169.254.1.1", Rule::LinkLocal),
        ("fe80::1", Rule::LinkLocal),
        ("0.0.0.0", Rule::Unspecified),
        ("224.0.0.1", Rule::Multicast),
    ] {
        assert_eq!(judge(&config, "name", address), Err(rule), "{address}");
    }
}

#[test]
fn allow_cidrs_lifts_every_rule_but_only_inside() {
    let allow_cidrs =
        ["10.1.0.0/16", "169.254.169.254/32", "fd00:1::/32"].map(|net| net.parse().unwrap()).to_vec();
    let config = GuardConfig { allow_cidrs, ..GuardConfig::default() };
    for address in ["10.1.2.3", "::ffff:10.1.2.3", "169.254.169.254", "fd00:1::7"] {
        assert_eq!(judge(&config, "name", address), Ok(()), "{address}");
    }
    assert_eq!(judge(&config, "name", "10.2.0.1"), Err(Rule::PrivateNetwork));
    assert_eq!(judge(&config, "name", "fd00:2::7"), Err(Rule::UniqueLocal));
}

#[test]
fn allow_hosts_is_for_that_name_and_private_networks_only() {
    let allow_hosts = vec!["Billing.Internal.".to_owned(), "*.lan.example".to_owned()];
    let config = GuardConfig { allow_hosts, ..GuardConfig::default() };
    for host in ["billing.internal", "BILLING.internal.", "a.lan.example", "a.b.lan.example"] {
        assert_eq!(judge(&config, host, "10.0.0.1"), Ok(()), "{host}");
    }
    for host in
        ["internal", "x.billing.internal", "billing.internal.evil.example", "lan.example", "evillan.example"]
    {
        assert_eq!(judge(&config, host, "10.0.0.1"), Err(Rule::PrivateNetwork), "{host}");
    }
    assert_eq!(judge(&config, "billing.internal", "169.254.169.254"), Err(Rule::Metadata));
}

#[test]
fn allow_ports_refuses_all_others() {
    let config = GuardConfig { allow_ports: vec![443, 8443], ..GuardConfig::default() };
    let guard = Guard::new(&config);
    let public = "8.8.8.8".parse().unwrap();
    assert!(guard.judge("name", public, 8443).is_ok());
    let refusal = guard.judge("name", public, 22).unwrap_err();
    assert_eq!(refusal.rule, Rule::Port);
    assert!(refusal.to_string().contains("allow_ports"), "{refusal}");
}

#[test]
fn a_refusal_names_its_rule_and_the_settings_that_would_lift_it() {
    let refusal = |address: &str| {
        let guard = Guard::new(&GuardConfig::default());
        guard.judge("name", address.parse().unwrap(), 443).unwrap_err().to_string()
    };
    let private = refusal("10.0.0.1");
    assert!(private.contains("private_network"), "{private}");
    assert!(private.contains("allow_private_networks, allow_cidrs or allow_hosts"), "{private}");
    let metadata = refusal("169.254.169.254");
    assert!(metadata.contains("rule metadata") && metadata.ends_with("allow_cidrs"), "{metadata}");
}
