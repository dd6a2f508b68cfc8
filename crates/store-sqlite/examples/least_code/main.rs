//! The least code that does the same durable work as Klingel: take a message in over HTTP, write it and what it owes
//! durably before the answer, post it to every endpoint, and record what came back.
//!
//! No signature, no retry, no limit, no filter, no log: it is what `cargo xtask bench` compares the product with, so
//! that its figures say how far it is from what a machine can do. Usage: `least_code DATABASE`; it prints its address.

mod deliver;
mod store;

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use deliver::Endpoint;
use store::Store;

type Failure = Box<dyn Error + Send + Sync>;

/// Deliveries that wait in memory; more make their publishers wait.
const WAITING_MAX: usize = 8192;

struct Server {
    store: Store,
    applications: RwLock<HashMap<u64, Vec<Arc<Endpoint>>>>,
    waiting: Arc<Semaphore>,
}

#[derive(Deserialize)]
struct Publish<'a> {
    #[serde(borrow)]
    payload: &'a RawValue,
}

#[derive(Deserialize)]
struct NewEndpoint {
    url: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let path = std::env::args_os().nth(1).ok_or("usage: least_code DATABASE")?;
    let server = Arc::new(Server {
        store: Store::open(path)?,
        applications: RwLock::default(),
        waiting: Arc::new(Semaphore::new(WAITING_MAX)),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("accepts requests on http://{}", listener.local_addr()?);
    let mut terminate = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                stream.set_nodelay(true)?;
                let server = Arc::clone(&server);
                let service = service_fn(move |request| answer(Arc::clone(&server), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        }
    }
}

async fn answer(
    server: Arc<Server>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = match respond(&server, request).await {
        Ok(id) => (StatusCode::ACCEPTED, format!("{{\"id\":\"{id}\"}}")),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{{\"detail\":{:?}}}", error.to_string())),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    Ok(response)
}

/// `POST /api/v1/app/`, `…/app/{number}/endpoint/` and `…/app/{number}/msg/`.
async fn respond(server: &Server, request: Request<Incoming>) -> Result<i64, Failure> {
    let path = request.uri().path().to_owned();
    if request.method() != Method::POST {
        return Err("only POST".into());
    }
    let body = request.into_body().collect().await?.to_bytes();
    let mut parts = path.trim_start_matches("/api/v1/app/").split('/');
    let (application, what) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if application.is_empty() {
        let mut applications = server.applications.write().unwrap_or_else(PoisonError::into_inner);
        let number = applications.len() as u64;
        applications.insert(number, Vec::new());
        return Ok(i64::try_from(number)?);
    }
    let application: u64 = application.parse()?;
    if what == "endpoint" {
        let new: NewEndpoint = serde_json::from_slice(&body)?;
        let mut applications = server.applications.write().unwrap_or_else(PoisonError::into_inner);
        let number = applications.values().map(Vec::len).sum::<usize>();
        let endpoint = Arc::new(Endpoint::new(i64::try_from(number)?, &new.url)?);
        applications.get_mut(&application).ok_or("no such application")?.push(endpoint);
        return Ok(i64::try_from(number)?);
    }
    publish(server, application, &body).await
}

async fn publish(server: &Server, application: u64, body: &Bytes) -> Result<i64, Failure> {
    let publish: Publish<'_> = serde_json::from_slice(body)?;
    let payload = body.slice_ref(publish.payload.get().as_bytes());
    let endpoints = {
        let applications = server.applications.read().unwrap_or_else(PoisonError::into_inner);
        applications.get(&application).ok_or("no such application")?.clone()
    };
    let mut permits = Vec::with_capacity(endpoints.len());
    for _ in &endpoints {
        permits.push(Arc::clone(&server.waiting).acquire_owned().await?);
    }
    let owed = endpoints.iter().map(|endpoint| endpoint.number).collect();
    let seq = server.store.admit(payload.clone(), owed).await?;
    for (endpoint, permit) in endpoints.into_iter().zip(permits) {
        let (store, payload) = (server.store.clone(), payload.clone());
        tokio::spawn(async move {
            let status = endpoint.post(payload).await;
            store.settle(endpoint.number, seq, status).await;
            drop(permit);
        });
    }
    Ok(seq)
}
