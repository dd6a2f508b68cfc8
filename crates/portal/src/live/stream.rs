//! One stream of news.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use axum::response::IntoResponse as _;
use axum::response::sse::{Event, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderName, HeaderValue};
use klingel_model::Pass;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Place;
use crate::Portal;
use crate::answer::Answer;
use crate::fault::Fault;

/// How often a stream shows that it lives, and looks whether its session does.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Tells proxies not to hold a stream back.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Something that a page is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// A row is new.
    Row {
        /// Its id, by which a stream that broke off goes on.
        id: String,
        /// Where it is found as HTML: a path of the portal.
        path: String,
    },
    /// More came at once than is told: the page has gaps.
    Missed,
}

/// Where news come from.
pub(crate) type Source = Pin<Box<dyn Stream<Item = News> + Send>>;

struct Telling {
    portal: Portal,
    pass: Pass,
    source: Source,
    beats: Interval,
    end: watch::Receiver<bool>,
    over: bool,
    _place: Place,
}

/// Answers with a stream that lasts as long as the session, the server and the source.
pub(crate) fn respond(portal: &Portal, pass: &Pass, source: Source) -> Answer {
    let place = portal.streams().enter(pass.digest).ok_or(Fault::TooMany)?;
    let mut beats = interval(HEARTBEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut end = portal.streams().end.subscribe();
    let over = *end.borrow_and_update();
    let (portal, pass) = (portal.clone(), pass.clone());
    let telling = Telling { portal, pass, source, beats, end, over, _place: place };
    let events = stream::unfold(telling, |mut telling| async move {
        let event = telling.next().await?;
        Some((Ok::<_, Infallible>(event), telling))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().insert(UNBUFFERED, HeaderValue::from_static("no"));
    Ok(response)
}

impl Telling {
    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        tokio::select! {
            _ = self.end.changed() => None,
            _ = self.beats.tick() => self.beat().await,
            news = self.source.next() => news.map(|news| event(&news)),
        }
    }

    /// A sign of life; the last word when the session has ended.
    async fn beat(&mut self) -> Option<Event> {
        let world = self.portal.engine().world();
        match world.store.session(self.pass.digest, world.clock.now()).await {
            Ok(Some(_)) => Some(Event::default().comment("")),
            Ok(None) => {
                self.over = true;
                Some(Event::default().event("end").data("{}"))
            }
            // Browsers open the stream again by themselves; by then the store may answer.
            Err(_) => None,
        }
    }
}

fn event(news: &News) -> Event {
    match news {
        News::Row { id, path } => {
            Event::default().event("row").id(id).data(json!({ "row": path }).to_string())
        }
        News::Missed => Event::default().event("missed").data("{}"),
    }
}
