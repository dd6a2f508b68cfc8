//! A receiver whose connections nobody takes.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How long a connection may take before the queue counts as full.
const KNOCK: Duration = Duration::from_millis(100);
/// Connections that fill the queue at most.
const KNOCKING_MAX: usize = 100;

/// Neither takes nor refuses connections: its queue of connections that nobody accepts is full, so the system drops
/// what else knocks, as a firewall does.
#[derive(Debug)]
pub struct DeafReceiver {
    address: SocketAddr,
    _listener: TcpListener,
    _knocking: Vec<TcpStream>,
}

impl DeafReceiver {
    /// Starts one on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket can be made");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("the loopback port can be bound");
        let listener = socket.listen(1).expect("a bound socket can listen");
        let address = listener.local_addr().expect("a bound listener has an address");
        let mut knocking = Vec::new();
        // Each one that gets through fills the queue further; the first that does not shows that it is full.
        while let Ok(stream) = tokio::time::timeout(KNOCK, TcpStream::connect(address)).await {
            knocking.push(stream.expect("loopback refuses nobody"));
            assert!(knocking.len() < KNOCKING_MAX, "the queue does not fill");
        }
        Self { address, _listener: listener, _knocking: knocking }
    }

    /// `http://127.0.0.1:PORT` and this path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
