//! Forbidden targets in every spelling: none of them is ever connected to.

use klingel_model::ErrorClass;
use klingel_outbound::{ClientConfig, Guard, GuardConfig};
use klingel_testkit::receiver::Receiver;

use crate::setup::{Names, client, fail, open, send};

/// Hosts that lead to a forbidden address, and the rule that must be named. `{}` is a port that somebody listens on.
const FORBIDDEN: &[(&str, &str)] = &[
    // Loopback, as text.
    ("127.0.0.1", "loopback"),
    ("127.0.0.1.", "loopback"),
    ("127.1", "loopback"),
    ("127.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("127.0.0.2", "loopback"),
    ("2130706433", "loopback"),
    ("017700000001", "loopback"),
    ("0x7f000001", "loopback"),
    ("0X7F000001", "loopback"),
    ("0x7f.0.0.1", "loopback"),
    ("0x7f.1", "loopback"),
    ("0x7F.0x0.0x0.0x1", "loopback"),
    ("0177.0.0.1", "loopback"),
    ("0177.1", "loopback"),
    ("0177.0.0.01", "loopback"),
    ("127.0x0.0.1", "loopback"),
    ("127.0.0.0x1", "loopback"),
    ("0x7f.0.00.0001", "loopback"),
    ("%31%32%37.0.0.1", "loopback"),
    ("127%2e0%2e0%2e1", "loopback"),
    ("１２７.０.０.１", "loopback"),
    ("127。0。0。1", "loopback"),
    ("①②⑦.⓪.⓪.①", "loopback"),
    ("user:pass@127.0.0.1", "loopback"),
    ("example.com@127.0.0.1", "loopback"),
    ("8.8.8.8:80@127.0.0.1", "loopback"),
    ("[::1]", "loopback"),
    ("[0:0:0:0:0:0:0:1]", "loopback"),
    ("[0000:0000:0000:0000:0000:0000:0000:0001]", "loopback"),
    ("[::0.0.0.1]", "loopback"),
    ("[::ffff:127.0.0.1]", "loopback"),
    ("[::ffff:7f00:1]", "loopback"),
    ("[0:0:0:0:0:ffff:127.0.0.1]", "loopback"),
    ("[::FFFF:7F00:0001]", "loopback"),
    ("[::127.0.0.1]", "loopback"),
    ("[::ffff:0:127.0.0.1]", "loopback"),
    ("[64:ff9b::127.0.0.1]", "loopback"),
    ("[64:ff9b::7f00:1]", "loopback"),
    ("[2002:7f00:1::]", "loopback"),
    ("[2001:0:4136:e378:8000:63bf:80ff:fffe]", "loopback"),
    // Loopback, by name.
    ("localhost", "loopback"),
    ("LOCALHOST", "loopback"),
    ("localhost.", "loopback"),
    ("anything.localhost", "loopback"),
    ("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "loopback"),
    ("loopback.test", "loopback"),
    ("LoopBack.Test", "loopback"),
    // This host.
    ("0.0.0.0", "unspecified"),
    ("0", "unspecified"),
    ("0x0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("00000000000", "unspecified"),
    ("[::]", "unspecified"),
    ("[::ffff:0.0.0.0]", "unspecified"),
    ("[64:ff9b::]", "unspecified"),
    // Private networks.
    ("10.0.0.1", "private_network"),
    ("10.1", "private_network"),
    ("167772161", "private_network"),
    ("012.0.0.1", "private_network"),
    ("0xa000001", "private_network"),
    ("172.16.0.1", "private_network"),
    ("172.31.255.255", "private_network"),
    ("0xac.0x10.1", "private_network"),
    ("192.168.0.1", "private_network"),
    ("192.168.257", "private_network"),
    ("3232235521", "private_network"),
    ("0300.0250.1", "private_network"),
    ("[::ffff:10.0.0.1]", "private_network"),
    ("[::ffff:c0a8:1]", "private_network"),
    ("[64:ff9b::192.168.0.1]", "private_network"),
    ("[2002:a00:1::1]", "private_network"),
    ("private.test", "private_network"),
    ("100.64.0.1", "shared_address_space"),
    ("100.127.255.255", "shared_address_space"),
    ("1681915905", "shared_address_space"),
    ("[fc00::1]", "unique_local"),
    ("[fd12:3456:789a::1]", "unique_local"),
    ("[fec0::1]", "site_local"),
    ("ula.test", "unique_local"),
    // Link-local and metadata.
    ("169.254.169.254", "metadata"),
    ("2852039166", "metadata"),
    ("0xA9FEA9FE", "metadata"),
    ("0xa9.0xfe.0xa9.0xfe", "metadata"),
    ("0251.0376.0251.0376", "metadata"),
    ("169.254.43518", "metadata"),
    ("169.16689662", "metadata"),
    ("[::ffff:169.254.169.254]", "metadata"),
    ("[::ffff:a9fe:a9fe]", "metadata"),
    ("[64:ff9b::a9fe:a9fe]", "metadata"),
    ("[2002:a9fe:a9fe::]", "metadata"),
    ("[fd00:ec2::254]", "metadata"),
    ("[fd20:ce::254]", "metadata"),
    ("100.100.100.200", "metadata"),
    ("168.63.129.16", "metadata"),
    ("192.0.0.192", "metadata"),
    ("metadata.test", "metadata"),
    ("169.254.0.1", "link_local"),
    ("[fe80::1]", "link_local"),
    ("[febf::1]", "link_local"),
    // Everything else that is nobody's receiver.
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("[ff02::1]", "multicast"),
    ("255.255.255.255", "broadcast"),
    ("4294967295", "broadcast"),
    ("0xffffffff", "broadcast"),
    ("240.0.0.1", "reserved"),
    ("192.0.2.1", "documentation"),
    ("198.51.100.1", "documentation"),
    ("203.0.113.1", "documentation"),
    ("[2001:db8::1]", "documentation"),
    ("[3fff::1]", "documentation"),
    ("198.18.0.1", "benchmarking"),
    ("198.19.255.255", "benchmarking"),
    ("[2001:2::1]", "benchmarking"),
    ("192.0.0.1", "protocol_assignment"),
    ("192.88.99.1", "protocol_assignment"),
    ("[2001:10::1]", "protocol_assignment"),
    ("[64:ff9b:1::8.8.8.8]", "tunnel"),
    ("[2002:808:808::1]", "tunnel"),
    ("[::8.8.8.8]", "tunnel"),
    ("[100::1]", "reserved"),
    ("[5f00::1]", "reserved"),
    ("several.test", "private_network"),
    // Looks like an address and is none.
    ("[::1%25eth0]", "malformed"),
    ("[fe80::1%25eth0]", "malformed"),
    ("[fe80::1%eth0]", "malformed"),
    ("256.0.0.1", "malformed"),
    ("127.0.0.1.5", "malformed"),
    ("0x7f.0.0.0.1", "malformed"),
    ("4294967296", "malformed"),
    ("127.0.0.0x100", "malformed"),
    ("[::1", "malformed"),
    ("[:::1]", "malformed"),
    ("[::ffff:127.0.0.256]", "malformed"),
    ("09.0.0.1", "malformed"),
];

fn names() -> std::sync::Arc<Names> {
    let names = Names::of("loopback.test", &["127.0.0.1"]);
    names.add("private.test", &["10.0.0.1"]);
    names.add("ula.test", &["fd00::1"]);
    names.add("metadata.test", &["169.254.169.254"]);
    names.add("several.test", &["10.0.0.1 127.0.0.1 ::1 ::ffff:127.0.0.1"]);
    names
}

#[tokio::test]
async fn no_spelling_of_a_forbidden_target_is_connected_to() {
    assert!(FORBIDDEN.len() >= 130);
    let receiver = Receiver::start().await;
    let port = receiver.address().port();
    let client = client(&ClientConfig::default(), &names());
    let mut wrong = Vec::new();
    for (host, rule) in FORBIDDEN {
        for url in [format!("http://{host}:{port}/hook?secret=s3cr3t"), format!("https://{host}/s3cr3t")] {
            let failure = fail(&client, &url).await;
            let named = failure.sentence.contains(&format!("(rule {rule})"));
            if failure.class != ErrorClass::RefusedAddress || !named || failure.sentence.contains("s3cr3t") {
                wrong.push(format!("{url}: {:?}: {}", failure.class, failure.sentence));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn what_a_name_resolves_to_is_not_told() {
    let client = client(&ClientConfig::default(), &names());
    let failure = fail(&client, "https://private.test/").await;
    assert!(failure.sentence.starts_with("private.test:443 was not called"), "{}", failure.sentence);
    assert!(!failure.sentence.contains("10.0.0.1"), "{}", failure.sentence);
    assert!(failure.sentence.contains("allow_hosts"), "{}", failure.sentence);
}

#[test]
fn public_addresses_pass() {
    let guard = Guard::new(&GuardConfig::default());
    for address in
        ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::1.1.1.1"]
    {
        assert_eq!(guard.judge("name", address.parse().unwrap(), 443), Ok(()), "{address}");
    }
}

#[tokio::test]
async fn a_permitted_network_is_called_and_its_neighbour_is_not() {
    let receiver = Receiver::start().await;
    let port = receiver.address().port();
    let mut config = ClientConfig::default();
    config.guard.allow_cidrs = vec!["127.0.0.1/32".parse().unwrap()];
    let client = client(&config, &names());
    for host in ["127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "loopback.test"] {
        assert_eq!(send(&client, &format!("http://{host}:{port}/")).await.unwrap().status, 200, "{host}");
    }
    let failure = fail(&client, &format!("http://127.0.0.2:{port}/")).await;
    assert_eq!(failure.class, ErrorClass::RefusedAddress);
}

#[tokio::test]
async fn a_permitted_name_is_called_under_no_other_name() {
    let receiver = Receiver::start().await;
    let port = receiver.address().port();
    let mut config = ClientConfig::default();
    config.guard.allow_hosts = vec!["loopback.test".to_owned()];
    let client = client(&config, &names());
    assert_eq!(send(&client, &format!("http://LoopBack.test:{port}/")).await.unwrap().status, 200);
    for host in ["127.0.0.1", "localhost", "several.test"] {
        let failure = fail(&client, &format!("http://{host}:{port}/")).await;
        assert_eq!(failure.class, ErrorClass::RefusedAddress, "{host}");
    }
    assert_eq!(receiver.count(), 1);
}

#[tokio::test]
async fn a_port_that_is_not_permitted_is_refused() {
    let receiver = Receiver::start().await;
    let mut config = open();
    config.guard.allow_ports = vec![443];
    let failure = fail(&client(&config, &Names::none()), &receiver.url("/")).await;
    assert_eq!(failure.class, ErrorClass::RefusedAddress);
    assert!(failure.sentence.contains("allow_ports"), "{}", failure.sentence);
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn permitting_private_networks_does_not_open_the_metadata_service() {
    let client = client(&open(), &names());
    for host in ["169.254.169.254", "metadata.test", "[fd00:ec2::254]"] {
        assert_eq!(
            fail(&client, &format!("http://{host}/")).await.class,
            ErrorClass::RefusedAddress,
            "{host}"
        );
    }
}
