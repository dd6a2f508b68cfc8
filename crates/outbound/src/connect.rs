//! From a target to an open connection: look up, judge, connect to exactly what was judged.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use crate::config::{ClientConfig, ConfigError};
use crate::dns::cache::Cache;
use crate::dns::{Resolve, ResolveError};
use crate::guard::{Guard, Refusal};
use crate::target::{Peer, Target};
use crate::wire::Wire;
use crate::{metrics, tls};

/// Addresses of one name that are tried before the attempt counts as failed.
const ADDRESSES_TRIED_MAX: usize = 6;

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum NoConnection {
    Dns(ResolveError),
    Refused(Refusal),
    Connect(io::Error),
    /// Nobody answered at any address within this time.
    ConnectTimeout(Duration),
    Tls(io::Error),
    /// Connected, but the handshake was not over within this time.
    TlsTimeout(Duration),
}

pub(crate) struct Connector {
    guard: Guard,
    names: Cache,
    tls: TlsConnector,
    connect_timeout: Duration,
}

impl Connector {
    pub(crate) fn new(config: &ClientConfig, resolver: Arc<dyn Resolve>) -> Result<Self, ConfigError> {
        Ok(Self {
            guard: Guard::new(&config.guard),
            names: Cache::new(resolver, config),
            tls: TlsConnector::from(Arc::new(tls::client_config(config.extra_ca_pem.as_deref())?)),
            connect_timeout: config.connect_timeout,
        })
    }

    /// Judges the far end of a connection that is about to be used again.
    pub(crate) fn judge(&self, target: &Target, remote: SocketAddr) -> Result<(), Refusal> {
        self.guard.judge(&target.origin.host, remote.ip(), remote.port())
    }

    /// Opens a connection to one of the target's permitted addresses.
    pub(crate) async fn connect(&self, target: &Target) -> Result<(Wire, SocketAddr), NoConnection> {
        let addresses = self.addresses(target).await?;
        let deadline = Instant::now() + self.connect_timeout;
        let (tcp, remote) = self.reach(&addresses, deadline).await?;
        // Ends only when the connection is already gone, which the next write reports better.
        let _ = tcp.set_nodelay(true);
        if !target.origin.tls {
            return Ok((Wire::Plain(tcp), remote));
        }
        let name = server_name(target).map_err(NoConnection::Tls)?;
        let handshake = timeout_at(deadline, self.tls.connect(name, tcp)).await;
        let tls = handshake.map_err(|_| NoConnection::TlsTimeout(self.connect_timeout))?;
        Ok((Wire::Tls(Box::new(tls.map_err(NoConnection::Tls)?)), remote))
    }

    /// The addresses to try, each of them judged. What is not in this list is never connected to: there is no second
    /// look-up between the judgement and the connection, in which a name could change (DNS rebinding).
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, NoConnection> {
        let found: Arc<[IpAddr]> = match &target.origin.peer {
            Peer::Address(address) => [*address].into(),
            Peer::Name(name) if is_localhost(name) => {
                [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)].into()
            }
            Peer::Name(name) => {
                let began = Instant::now();
                let found = self.names.look_up(name).await;
                metrics::looked_up(began.elapsed());
                found.map_err(NoConnection::Dns)?
            }
        };
        let mut permitted = Vec::with_capacity(found.len().min(ADDRESSES_TRIED_MAX));
        let mut refusal = None;
        for address in found.iter().map(IpAddr::to_canonical) {
            match self.guard.judge(&target.origin.host, address, target.origin.port) {
                Ok(()) => permitted.push(SocketAddr::new(address, target.origin.port)),
                Err(refused) => refusal = refusal.or(Some(refused)),
            }
        }
        match refusal {
            Some(refusal) if permitted.is_empty() => Err(NoConnection::Refused(refusal)),
            _ => Ok(families_in_turn(permitted)),
        }
    }

    /// Tries one address after the other; each may use its share of the time that is left.
    async fn reach(
        &self,
        addresses: &[SocketAddr],
        deadline: Instant,
    ) -> Result<(TcpStream, SocketAddr), NoConnection> {
        let mut failed = NoConnection::Dns(ResolveError::NoAddress);
        for (tried, &address) in addresses.iter().enumerate() {
            let began = Instant::now();
            let left = u32::try_from(addresses.len() - tried).expect("a handful of addresses");
            match timeout(deadline.duration_since(began) / left, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => {
                    metrics::connected(began.elapsed());
                    return Ok((tcp, address));
                }
                Ok(Err(error)) => failed = NoConnection::Connect(error),
                Err(_) => failed = NoConnection::ConnectTimeout(self.connect_timeout),
            }
        }
        Err(failed)
    }
}

/// RFC 6761, section 6.3: such names mean this host and are not looked up.
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// Alternates IPv4 and IPv6, beginning with the first address, so that a broken family costs one try and not all.
fn families_in_turn(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_ipv4 = addresses.first().is_some_and(SocketAddr::is_ipv4);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv4() == first_is_ipv4);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut in_turn = Vec::new();
    while in_turn.len() < ADDRESSES_TRIED_MAX {
        let before = in_turn.len();
        in_turn.extend(first.next());
        in_turn.extend(second.next());
        if in_turn.len() == before {
            break;
        }
    }
    in_turn
}

fn server_name(target: &Target) -> io::Result<ServerName<'static>> {
    match &target.origin.peer {
        Peer::Address(address) => Ok(ServerName::from(*address)),
        Peer::Name(name) => {
            // Certificates are issued for names without the root's dot.
            ServerName::try_from(name.trim_end_matches('.').to_owned()).map_err(io::Error::other)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::{families_in_turn, is_localhost};

    #[test]
    fn families_alternate_and_end_at_the_maximum() {
        let addresses: Vec<SocketAddr> =
            ["1.0.0.1:1", "1.0.0.2:1", "1.0.0.3:1", "1.0.0.4:1", "1.0.0.5:1", "[2a00::1]:1", "[2a00::2]:1"]
                .map(|address| address.parse().unwrap())
                .to_vec();
        let in_turn: Vec<_> = families_in_turn(addresses).iter().map(ToString::to_string).collect();
        let expected = ["1.0.0.1:1", "[2a00::1]:1", "1.0.0.2:1", "[2a00::2]:1", "1.0.0.3:1", "1.0.0.4:1"];
        assert_eq!(in_turn, expected);
        assert_eq!(families_in_turn(Vec::new()), []);
    }

    #[test]
    fn names_that_mean_this_host() {
        assert!(["localhost", "localhost.", "a.localhost", "a.b.localhost."].into_iter().all(is_localhost));
        assert!(!["localhost.example.com", "notlocalhost", "local"].into_iter().any(is_localhost));
    }
}
