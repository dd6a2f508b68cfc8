//! Letting customers and the people whose data it is into the portal, and logging customers out.

use bytes::Bytes;
use http::StatusCode;
use klingel_engine::link::{self, Wanted};
use klingel_store::{Answer, Once, OnceKey};

use crate::ApiState;
use crate::problem::Problem;

pub(crate) mod create;
pub(crate) mod expire_all;
pub(crate) mod subject;

/// A link that was made.
struct Made {
    url: String,
    token: String,
}

/// Makes a link. An idempotency key keeps another body from being taken for this one; the link is made anew each time.
async fn make(api: &ApiState, once: Option<OnceKey>, wanted: Wanted) -> Result<Made, Problem> {
    let world = api.engine().world();
    if let Some(key) = once {
        // Without the body: only SHA-256 of a link's secret is ever stored.
        let answer = Answer { status: StatusCode::OK.as_u16(), body: Bytes::new() };
        world.store.keep_answer(Once { key, answer }).await?;
    }
    let (token, pass) = link::new(wanted, &*world.clock, &*world.dice);
    world.store.add_link(pass).await?;
    Ok(Made { url: link::url(api.public_url(), &token), token })
}
