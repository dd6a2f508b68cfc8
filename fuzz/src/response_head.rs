//! Answers of receivers, byte for byte: over a real socket, through the real client, read by every dialect.

use std::cell::RefCell;
use std::time::Duration;

use klingel_engine::deliver::{Headers, OutboundRequest, Transport as _};
use klingel_model::Micros;
use klingel_outbound::{Client, ClientConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Longer than any input takes; one that does has found something.
const TIMEOUT: Duration = Duration::from_secs(5);

struct Wire {
    runtime: Runtime,
    listener: TcpListener,
    client: Client,
    config: ClientConfig,
}

impl Wire {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be made");
        let mut config = ClientConfig { idle_per_host_max: 0, ..ClientConfig::default() };
        config.guard.allow_private_networks = true;
        let (listener, client) = runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback port can be bound");
            (listener, Client::new(&config).expect("the defaults are valid"))
        });
        Self { runtime, listener, client, config }
    }

    /// Takes one connection, waits for the request's head, and answers with these bytes and the end.
    async fn answer(&self, data: &[u8]) {
        let (mut stream, _) = self.listener.accept().await.expect("the client connects");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n{}")
            && stream.read_buf(&mut request).await.is_ok_and(|read| read > 0)
        {}
        // The client may leave as soon as it has read enough.
        if stream.write_all(data).await.is_ok() && stream.shutdown().await.is_ok() {
            while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
        }
    }
}

/// Sends a request that is answered so.
pub fn run(data: &[u8]) {
    thread_local! {
        static WIRE: RefCell<Option<Wire>> = const { RefCell::new(None) };
    }
    WIRE.with_borrow_mut(|place| {
        let wire = place.get_or_insert_with(Wire::new);
        let address = wire.listener.local_addr().expect("a bound listener has an address");
        let url = format!("http://{address}/").into();
        let request = OutboundRequest { url, headers: Headers::new(), body: "{}".into(), timeout: TIMEOUT };
        let outcome = wire.runtime.block_on(async {
            let (sent, ()) = tokio::join!(wire.client.send(request), wire.answer(data));
            sent
        });
        let (status, kept) = match &outcome {
            Ok(response) => {
                assert!(
                    response.headers.len() <= wire.config.answer_headers_max,
                    "{}",
                    response.headers.len()
                );
                (response.status, response.body.len())
            }
            Err(failure) => {
                assert_ne!(failure.class, klingel_model::ErrorClass::Timeout, "{}", failure.sentence);
                (failure.status, failure.body.len())
            }
        };
        assert!(status < 1000 && kept <= wire.config.answer_kept_bytes_max, "{status}, {kept} bytes");
        for dialect in klingel_dialects::all() {
            dialect.read(&outcome, Micros::from_unix_us(1_700_000_000_000_000));
        }
    });
}
