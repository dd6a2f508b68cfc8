//! `klingel inspect`

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use clap::Args;
use http::StatusCode;
use http::request::Parts;
use http_body_util::{BodyExt as _, Collected, Limited};
use klingel_engine::deliver::{Dialect, Received, Verification};
use klingel_model::SecretKey;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{payload, wait_for};
use crate::failure::Failure;
use crate::http_server::{self, Doors, Limits};
use crate::lifecycle::Signals;
use crate::output;
use crate::wiring::Machine;

/// Bytes of a body that are read; a longer one is answered 413.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a body that are printed.
const SHOWN_BYTES_MAX: usize = 64 * 1024;
/// Connections at once.
const CONNECTIONS_MAX: usize = 1000;
/// How long a sender may take for a request's head.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for a request beside the delay that was asked for.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// Requests that wait to be counted.
const SEEN_MAX: usize = 1024;

const EXAMPLE: &str = "\
Example:
  klingel inspect --secret whsec_…           in one terminal
  curl -d '{\"hello\":\"world\"}' http://127.0.0.1:9000/hook   in another";

/// Receive requests and print them, with the verdict of their signature; no server is needed.
///
/// Every path and method is received. Klingel's own server calls this address only when it may call private networks:
/// `klingel serve --allow-private-networks`. The same as a page, without that, is the inspector in the portal.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Inspect {
    /// Where requests are received; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// The status of every answer.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..=599))]
    status: u16,
    /// How long every answer waits, in milliseconds.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=600_000))]
    delay_ms: u64,
    /// The endpoint's secret; @FILE reads it from a file. May be given several times; one that fits is enough.
    #[arg(long, value_name = "SECRET")]
    secret: Vec<String>,
    /// The dialect whose rule the signature is checked by.
    #[arg(long, value_name = "NAME", default_value = "standard")]
    dialect: String,
    /// End after so many requests.
    #[arg(long, value_name = "N")]
    requests: Option<u64>,
}

struct Desk {
    dialect: Arc<dyn Dialect>,
    secrets: Vec<SecretKey>,
    machine: Machine,
    status: StatusCode,
    delay: Duration,
    seen: mpsc::Sender<()>,
}

impl Inspect {
    /// Prints requests until Ctrl-C, or until enough have come.
    pub fn run(self) -> Result<ExitCode, Failure> {
        wait_for(self.receive())
    }

    async fn receive(self) -> Result<ExitCode, Failure> {
        let mut signals = Signals::listen()?;
        let (seen, mut arrivals) = mpsc::channel(SEEN_MAX);
        let desk = self.desk(seen)?;
        let listener = TcpListener::bind(self.listen)
            .await
            .map_err(|error| Failure::new(format!("cannot listen on {}: {error}", self.listen)))?;
        let address = listener
            .local_addr()
            .map_err(|error| Failure::new(format!("the listening socket has no address: {error}")))?;
        output::line(format_args!("receiving on http://{address}; Ctrl-C ends it\n"))?;

        let limits = Limits {
            connections_max: CONNECTIONS_MAX,
            header_read_timeout: HEADER_READ_TIMEOUT,
            request_timeout: REQUEST_TIMEOUT + desk.delay,
        };
        let router = Router::new().fallback(receive).with_state(Arc::new(desk));
        let doors = Doors { publish: None, router };
        let stop = CancellationToken::new();
        let accepting = tokio::spawn(http_server::accept(listener, doors, limits, stop.clone()));
        let mut left = self.requests;
        while left != Some(0) {
            tokio::select! {
                () = signals.next() => break,
                _ = arrivals.recv() => left = left.map(|left| left - 1),
            }
        }
        stop.cancel();
        if let Ok(open) = accepting.await {
            tokio::select! {
                () = open.shutdown() => {}
                () = signals.next() => {}
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn desk(&self, seen: mpsc::Sender<()>) -> Result<Desk, Failure> {
        let all = klingel_dialects::all();
        let known: Vec<&str> = all.iter().map(|dialect| dialect.name()).collect();
        let dialect = all.iter().find(|dialect| dialect.name() == self.dialect).ok_or_else(|| {
            Failure::new(format!("--dialect: {} is unknown; known are {}", self.dialect, known.join(", ")))
        })?;
        let read = |given: &String| {
            let text = match given.strip_prefix('@') {
                Some(_) => String::from_utf8_lossy(&payload::read("--secret", given)?).trim().to_owned(),
                None => given.clone(),
            };
            dialect.parse_secret(&text).map_err(|unfit| Failure::new(format!("--secret: {}", unfit.0)))
        };
        Ok(Desk {
            secrets: self.secret.iter().map(read).collect::<Result<_, _>>()?,
            dialect: Arc::clone(dialect),
            machine: Machine::real(),
            status: StatusCode::from_u16(self.status)
                .map_err(|_| Failure::new("--status: not a status of HTTP"))?,
            delay: Duration::from_millis(self.delay_ms),
            seen,
        })
    }
}

async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await.map(Collected::to_bytes);
    let status = if body.is_ok() { desk.status } else { StatusCode::PAYLOAD_TOO_LARGE };
    let text = match &body {
        Ok(body) => shown(&parts, body, &desk.verdict(&parts, body)),
        Err(error) => shown(&parts, &Bytes::new(), &format!("not read: {error}")),
    };
    if let Err(error) = output::line(format_args!("{text}-> {status}\n")) {
        tracing::error!(%error, "a request could not be shown");
    }
    if body.is_ok() {
        tokio::time::sleep(desk.delay).await;
    }
    // The command ends while requests still come: they are answered all the same.
    let _ = desk.seen.send(()).await;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

impl Desk {
    fn verdict(&self, parts: &Parts, body: &[u8]) -> String {
        let received = Received { headers: &parts.headers, body };
        let now = self.machine.clock.now();
        let judge = |secret| self.dialect.verify(&received, secret, now);
        let verdicts: Vec<Verification> = self.secrets.iter().map(judge).collect();
        let found = |wanted| verdicts.contains(&wanted);
        let stale = verdicts.iter().find_map(|verdict| match verdict {
            Verification::Stale(distance) => Some(distance.as_secs()),
            _ => None,
        });
        match stale {
            _ if !self.dialect.description().signs => "not signed: this dialect has no signature".to_owned(),
            _ if verdicts.is_empty() => "not checked: give --secret".to_owned(),
            _ if found(Verification::Genuine) => "genuine".to_owned(),
            Some(seconds) => format!("genuine, but {seconds} s away from this clock: a receiver refuses it"),
            None if found(Verification::Wrong) => {
                "wrong: not made with this secret over exactly this body".to_owned()
            }
            None => "missing: the request bears none".to_owned(),
        }
    }
}

/// A request as it is printed. What came from outside cannot steer the terminal.
fn shown(parts: &Parts, body: &Bytes, verdict: &str) -> String {
    let mut text = format!("{} {}\n", parts.method, plain(&parts.uri.to_string()));
    for (name, value) in &parts.headers {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {}", plain(&String::from_utf8_lossy(value.as_bytes())));
    }
    let kept = &body[..body.len().min(SHOWN_BYTES_MAX)];
    let _ = writeln!(text, "\n{}", plain(&String::from_utf8_lossy(kept)));
    if kept.len() < body.len() {
        let _ = writeln!(text, "… {} bytes in all", body.len());
    }
    let _ = writeln!(text, "signature: {verdict}");
    text
}

fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_cannot_steer_the_terminal() {
        let (parts, ()) =
            http::Request::builder().uri("/a?b=1").header("x-a", "1").body(()).unwrap().into_parts();
        let text = shown(&parts, &Bytes::from_static(b"{\"a\":\"\x1b[2J\x07\"}\r\n"), "genuine");
        assert!(text.starts_with("GET /a?b=1\nx-a: 1\n") && text.ends_with("signature: genuine\n"), "{text}");
        assert!(!text.contains(['\x1b', '\x07', '\r']), "{text:?}");
    }
}
