//! `Idempotency-Key`: the same request posted twice is done once, and answered twice alike.
//!
//! The key and its answer are kept by the store, in the same transaction as what the request wrote, so that they
//! survive what the write survives and hold for every process on the store.

use http::HeaderName;
use klingel_engine::keys::sha256;
use klingel_model::EnvironmentId;
use klingel_store::OnceKey;

use crate::ApiState;
use crate::problem::Problem;

/// Characters of an idempotency key.
const KEY_CHARS_MAX: usize = 256;
pub(crate) static HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// What makes a `POST` the same as another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Post<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
}

/// The request's idempotency key as the store knows it; `None` without the header.
/// Errors: 422 when the header is not 1 to 256 visible ASCII characters.
pub(crate) fn once_key(
    api: &ApiState,
    environment_id: EnvironmentId,
    post: Post<'_>,
    header: Option<&[u8]>,
) -> Result<Option<OnceKey>, Problem> {
    let Some(text) = header else { return Ok(None) };
    if !(1..=KEY_CHARS_MAX).contains(&text.len()) || !text.iter().all(u8::is_ascii_graphic) {
        return Err(Problem::field(
            &["header", HEADER.as_str()],
            "value_error",
            "must be 1 to 256 visible ASCII characters without spaces",
        ));
    }
    // A line break cannot occur in any of the parts but the last, so no two requests run together.
    let key = sha256(&[
        &environment_id.to_bytes(),
        b"POST",
        b"\n",
        post.path.trim_end_matches('/').as_bytes(),
        b"\n",
        post.query.as_bytes(),
        b"\n",
        text,
    ]);
    let expires_at = api.engine().world().clock.now().plus(api.engine().settings().idempotency_for);
    Ok(Some(OnceKey { key, request: sha256(&[post.body]), expires_at }))
}
