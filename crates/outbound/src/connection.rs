//! An open connection to a receiver, which waits in the pool between two exchanges.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::task::coop::unconstrained;
use tokio::time::Instant;

use crate::answer::{Broken, Limits, Progress, Stage};
use crate::exchange::Exchange;
use crate::request::Written;
use crate::wire::Wire;

/// Nothing but the wire: what an exchange needs in memory goes when the exchange ends.
pub(crate) struct Connection {
    wire: Wire,
    remote: SocketAddr,
    opened: Instant,
}

impl Connection {
    /// Makes ready for requests; nothing is sent yet.
    pub(crate) fn start(wire: Wire, remote: SocketAddr) -> Self {
        Self { wire, remote, opened: Instant::now() }
    }

    pub(crate) fn remote(&self) -> SocketAddr {
        self.remote
    }

    pub(crate) fn opened(&self) -> Instant {
        self.opened
    }

    /// Whether another request can go over it: still open, and nothing has come unasked.
    ///
    /// As a rule it costs no system call, because the runtime knows what it has been told of the socket.
    pub(crate) fn is_ready(&mut self) -> bool {
        let wire = &mut self.wire;
        // Outside the runtime's budget: within it, a task that has used its budget up would see a silent connection.
        let mut looking = pin!(unconstrained(poll_fn(|cx| {
            let mut byte = [0];
            Poll::Ready(Pin::new(&mut *wire).poll_read(cx, &mut ReadBuf::new(&mut byte)).is_pending())
        })));
        // Nobody is to be woken when something comes later: it is looked at when the connection is taken out.
        looking.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(true)
    }

    /// Sends the request and reads the answer into `progress`. Says whether the connection can be used again (RFC 9112,
    /// section 9.3).
    pub(crate) async fn exchange(
        &mut self,
        request: Written<'_>,
        limits: &Limits,
        progress: &mut Progress,
    ) -> Result<bool, Broken> {
        progress.stage = Stage::Waiting;
        let reusable = Exchange::new(&mut self.wire, request, limits, progress).await?;
        Ok(reusable && self.is_ready())
    }
}

#[cfg(test)]
mod tests {
    use std::mem;

    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::yield_now;

    use super::Connection;
    use crate::answer::{Limits, Progress};
    use crate::config::ClientConfig;
    use crate::request::Written;
    use crate::wire::Wire;

    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
        (Connection::start(Wire::Plain(near.unwrap()), address), far.unwrap().0)
    }

    #[tokio::test]
    async fn it_is_ready_until_something_comes_or_it_ends() {
        let (mut connection, mut far) = pair().await;
        assert!(connection.is_ready() && connection.is_ready());
        far.write_all(b"!").await.unwrap();
        while connection.is_ready() {
            yield_now().await;
        }
        let (mut connection, far) = pair().await;
        drop(far);
        while connection.is_ready() {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_came_is_seen_by_a_task_that_has_used_its_budget_up() {
        let (mut connection, mut far) = pair().await;
        far.write_all(b"!!").await.unwrap();
        while connection.is_ready() {
            yield_now().await;
        }
        while tokio::task::coop::has_budget_remaining() {
            tokio::task::coop::consume_budget().await;
        }
        assert!(!connection.is_ready());
    }

    #[tokio::test]
    async fn the_future_of_an_exchange_is_small() {
        let (mut connection, _far) = pair().await;
        let (limits, mut progress) = (Limits::new(&ClientConfig::default()), Progress::default());
        let request = Written { text: Vec::new(), rest: b"" };
        let exchange = connection.exchange(request, &limits, &mut progress);
        // It is part of every attempt's task.
        assert!(mem::size_of_val(&exchange) <= 320, "{} bytes", mem::size_of_val(&exchange));
    }
}
