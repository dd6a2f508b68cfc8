//! The server under test as its clients see it: an address, a key, and the management calls that set the bench up.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::wire::{Connection, WireError};
use crate::failure::Failure;

/// How long one management call may take.
const SETUP_TIMEOUT: Duration = Duration::from_secs(10);
/// Applications that are set up at the same time.
const SETUPS_MAX: usize = 32;

/// A running server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `host:port`.
    authority: String,
    /// What stands before `/api/v1`; usually empty.
    base_path: String,
    key: String,
}

impl Target {
    /// From `http://host:port[/path]` and a bearer key with the right to administer.
    pub fn new(url: &str, key: &str) -> Result<Self, Failure> {
        let rest = url.strip_prefix("http://").ok_or_else(|| {
            Failure::new(format!(
                "the server's URL is `{url}`; the driver speaks http://host:port, without TLS"
            ))
        })?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let authority =
            if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
        let path = path.trim_end_matches('/');
        let base_path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { authority, base_path, key: key.to_owned() })
    }

    /// A new connection, without delay of small packets.
    pub async fn connect(&self) -> Result<Connection<TcpStream>, WireError> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        Ok(Connection::new(stream))
    }

    /// Start line and headers of a POST to `path` below `/api/v1`, up to where `Content-Length` follows.
    pub fn post_head(&self, path: &str) -> String {
        format!(
            "POST {}/api/v1{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
            self.base_path, self.authority, self.key
        )
    }

    /// Creates an application for each list of URLs, with an endpoint for each URL, and returns the applications' ids.
    pub async fn set_up(&self, urls: Vec<Vec<String>>) -> Result<Vec<String>, Failure> {
        let mut ids = vec![String::new(); urls.len()];
        let mut waiting = urls.into_iter().enumerate();
        let mut running = JoinSet::new();
        loop {
            while running.len() < SETUPS_MAX
                && let Some((number, urls)) = waiting.next()
            {
                let target = self.clone();
                running.spawn(async move { (number, target.set_up_one(&urls).await) });
            }
            let Some(ended) = running.join_next().await else { return Ok(ids) };
            let (number, id) = ended.map_err(Failure::while_doing("set an application up"))?;
            ids[number] = id?;
        }
    }

    async fn set_up_one(&self, urls: &[String]) -> Result<String, Failure> {
        let application = self.create("/app/", &json!({ "name": "bench" })).await?;
        for url in urls {
            self.create(&format!("/app/{application}/endpoint/"), &json!({ "url": url })).await?;
        }
        Ok(application)
    }

    /// Creates something with a POST of `body` to `path` below `/api/v1`, and returns its id.
    pub async fn create(&self, path: &str, body: &Value) -> Result<String, Failure> {
        let body = body.to_string();
        let request = format!("{}Content-Length: {}\r\n\r\n{body}", self.post_head(path), body.len());
        let call = async {
            let mut connection = self.connect().await?;
            connection.write(request.as_bytes()).await?;
            let answered = connection.read_message().await?;
            Ok::<_, WireError>(
                answered.then(|| (connection.status().unwrap_or(0), connection.body().to_vec())),
            )
        };
        let doing = format!("create something at POST /api/v1{path} of {}", self.authority);
        let answer = tokio::time::timeout(SETUP_TIMEOUT, call).await.map_err(|_| {
            Failure::new(format!("could not {doing}: no answer within {} s", SETUP_TIMEOUT.as_secs()))
        })?;
        let Some((status, answer)) = answer.map_err(Failure::while_doing(&doing))? else {
            return Err(Failure::new(format!("could not {doing}: the server closed the connection")));
        };
        let id = serde_json::from_slice::<Value>(&answer)
            .ok()
            .and_then(|json| json["id"].as_str().map(str::to_owned));
        id.filter(|_| (200..300).contains(&status)).ok_or_else(|| {
            let said = String::from_utf8_lossy(&answer).chars().take(500).collect::<String>();
            Failure::new(format!("could not {doing}: status {status}, {said}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_url_is_split_into_what_the_wire_needs() {
        let target = Target::new("http://127.0.0.1:8080/base/", "k").expect("the URL is valid");
        assert_eq!((target.authority.as_str(), target.base_path.as_str()), ("127.0.0.1:8080", "/base"));
        assert!(
            target
                .post_head("/app/")
                .starts_with("POST /base/api/v1/app/ HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n")
        );
        let plain = Target::new("http://localhost", "k").expect("the URL is valid");
        assert_eq!((plain.authority.as_str(), plain.base_path.as_str()), ("localhost:80", ""));
        assert!(Target::new("https://example.com", "k").is_err());
    }
}
