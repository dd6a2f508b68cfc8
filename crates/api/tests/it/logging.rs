//! What the log says of a request, and what it must never say.

use std::io;
use std::sync::{Arc, Mutex};

use klingel_store::Error;
use tracing_subscriber::fmt::MakeWriter;

use crate::house::House;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Captured {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

#[tokio::test]
async fn a_request_is_logged_once_without_what_is_secret() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let house = House::new().await;
    house.app("a").await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let endpoint = format!(
        r#"{{"url":"https://user:pass-word@x.example/?token=query-token","uid":"e","secret":"{secret}"}}"#
    );
    house.post("/app/a/endpoint", &endpoint).await.expect(201);
    captured.take();

    let sent = house
        .post("/app/a/msg?with_content=true", r#"{"eventType":"x","payload":{"name":"Eva Muster"}}"#)
        .await;
    sent.expect(202);
    let log = captured.take();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("request_id")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    let id = sent.headers["x-request-id"].to_str().unwrap();
    for part in
        ["DEBUG", id, "method=POST", "route=\"/api/v1/app/{app_id}/msg\"", "status=202", "duration_ms=0"]
    {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
    assert!(!log.contains("Eva") && !log.contains("with_content"), "{log}");

    house.post("/app/a/msg", r#"{"eventType":"x","payload":{"name":"Eva Muster"}"#).await.expect(400);
    house
        .post("/app/a/endpoint", r#"{"url":"https://x.example","secret":"whsec_hunter2"}"#)
        .await
        .expect(422);
    house.get("/app/a/endpoint/e/secret").await.expect(200);
    house.call("klingel_admin_unknown", "GET", "/app/a", "").await.expect(401);
    house.store.fail_with(Some(Error::Corrupt("table endpoint, row 3".to_owned())));
    let broken = house.get("/app/a").await;
    broken.expect(500);
    let log = captured.take();
    assert!(log.contains("ERROR") && log.contains("table endpoint, row 3"), "{log}");
    assert!(log.contains(broken.headers["x-request-id"].to_str().unwrap()), "{log}");
    for secret in
        ["Eva", "hunter2", "MfKQ9r8", "pass-word", "query-token", "klingel_admin_", house.admin.as_str()]
    {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
