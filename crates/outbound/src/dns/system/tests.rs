use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use tokio::net::UdpSocket;

use super::SystemResolver;
use crate::dns::{Resolve, ResolveError, Resolved};

/// RFC 1035, section 4.1.1.
const NO_ERROR: u8 = 0;
const SERVER_FAILURE: u8 = 2;
const NAME_ERROR: u8 = 3;
/// Record types.
const A: [u8; 2] = [0, 1];
const AAAA: [u8; 2] = [0, 28];

/// A name server on loopback that knows a few names.
async fn name_server() -> SocketAddr {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 512];
        while let Ok((length, asker)) = socket.recv_from(&mut question).await {
            socket.send_to(&answer(&question[..length]), asker).await.unwrap();
        }
    });
    address
}

fn answer(question: &[u8]) -> Vec<u8> {
    let name_end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap();
    let (name, kind) = (&question[13..name_end], [question[name_end + 1], question[name_end + 2]]);
    let first_label = &name[..usize::from(question[12])];
    let (code, records) = match (first_label, kind) {
        (b"two", A) => (NO_ERROR, vec![record(A, 60, &[192, 0, 2, 1]), record(A, 30, &[192, 0, 2, 2])]),
        (b"two", AAAA) => (NO_ERROR, vec![record(AAAA, 90, &Ipv6Addr::LOCALHOST.octets())]),
        (b"empty", _) => (NO_ERROR, Vec::new()),
        (b"broken", _) => (SERVER_FAILURE, Vec::new()),
        _ => (NAME_ERROR, Vec::new()),
    };
    let count = u8::try_from(records.len()).unwrap();
    let head = [question[0], question[1], 0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
    [&head[..], &question[12..name_end + 5], &records.concat()].concat()
}

/// A record of the name in the question.
fn record(kind: [u8; 2], ttl_s: u8, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap();
    [&[0xc0, 12, kind[0], kind[1], 0, 1, 0, 0, 0, ttl_s, 0, length], data].concat()
}

async fn resolve(name: &str) -> Result<Resolved, ResolveError> {
    let server = name_server().await;
    let mut udp = ConnectionConfig::udp();
    udp.port = server.port();
    let server = NameServerConfig::new(server.ip(), true, vec![udp]);
    let config = ResolverConfig::from_name_servers(vec![server]);
    let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    SystemResolver::build(builder).unwrap().resolve(name).await
}

#[tokio::test]
async fn all_addresses_come_with_the_shortest_lifetime() {
    let mut found = resolve("two.example.").await.unwrap();
    found.addresses.sort();
    let expected = [
        IpAddr::from(Ipv4Addr::new(192, 0, 2, 1)),
        IpAddr::from(Ipv4Addr::new(192, 0, 2, 2)),
        IpAddr::from(Ipv6Addr::LOCALHOST),
    ];
    assert_eq!(found.addresses, expected);
    assert_eq!(found.ttl, Duration::from_secs(30));
}

#[tokio::test]
async fn a_name_that_is_not_and_one_without_addresses_are_the_same() {
    assert_eq!(resolve("gone.example.").await, Err(ResolveError::NoAddress));
    assert_eq!(resolve("empty.example.").await, Err(ResolveError::NoAddress));
}

#[tokio::test]
async fn a_name_server_that_cannot_say_is_told_apart() {
    assert_eq!(resolve("broken.example.").await, Err(ResolveError::Unavailable));
}
