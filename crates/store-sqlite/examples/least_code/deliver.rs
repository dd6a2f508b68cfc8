//! One endpoint: its URL and the connections that wait for their next request.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::Failure;

/// Requests under way to one endpoint.
const IN_FLIGHT_MAX: usize = 64;

/// An endpoint.
pub struct Endpoint {
    pub number: i64,
    authority: String,
    path: Uri,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
    free: Semaphore,
}

impl Endpoint {
    pub fn new(number: i64, url: &str) -> Result<Self, Failure> {
        let uri: Uri = url.parse()?;
        let authority = uri.authority().ok_or("an URL has a host")?.to_string();
        let path = uri.path().parse()?;
        let free = Semaphore::new(IN_FLIGHT_MAX);
        Ok(Self { number, authority, path, idle: Mutex::default(), free })
    }

    /// Posts a payload; 0 without an answer.
    pub async fn post(&self, payload: Bytes) -> u16 {
        self.try_post(payload).await.unwrap_or(0)
    }

    async fn try_post(&self, payload: Bytes) -> Result<u16, Failure> {
        let _permit = self.free.acquire().await?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) if connection.is_ready() => connection,
            _ => self.connect().await?,
        };
        let request = Request::post(self.path.clone())
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(payload))?;
        let response = connection.send_request(request).await?;
        let status = response.status().as_u16();
        response.into_body().collect().await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(status)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(sender)
    }
}
