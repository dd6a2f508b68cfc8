//! `Idempotency-Key`: the same request posted twice is done once, and answered twice alike.
//!
//! The key and its answer are kept by the store, in the same transaction as what the request wrote, so that they
//! survive what the write survives and hold for every process on the store.

use http::{HeaderMap, HeaderName, Method, Uri};
use klingel_engine::keys::sha256;
use klingel_model::{EnvironmentId, Micros};
use klingel_store::OnceKey;

use crate::problem::Problem;

/// Characters of an idempotency key.
const KEY_CHARS_MAX: usize = 256;
static HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// The request's idempotency key as the store knows it; `None` without the header. `expires_at` is asked only for a key.
/// Errors: 422 when the header is not 1 to 256 visible ASCII characters.
pub(crate) fn once_key(
    environment_id: EnvironmentId,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
    expires_at: impl FnOnce() -> Micros,
) -> Result<Option<OnceKey>, Problem> {
    let Some(value) = headers.get(&HEADER) else { return Ok(None) };
    let text = value.as_bytes();
    if !(1..=KEY_CHARS_MAX).contains(&text.len()) || !text.iter().all(u8::is_ascii_graphic) {
        return Err(Problem::field(
            &["header", HEADER.as_str()],
            "value_error",
            "must be 1 to 256 visible ASCII characters without spaces",
        ));
    }
    let path = uri.path().trim_end_matches('/');
    let query = uri.query().unwrap_or_default();
    // A line break cannot occur in any of the parts but the last, so no two requests run together.
    let key = sha256(&[
        &environment_id.to_bytes(),
        method.as_str().as_bytes(),
        b"\n",
        path.as_bytes(),
        b"\n",
        query.as_bytes(),
        b"\n",
        text,
    ]);
    Ok(Some(OnceKey { key, request: sha256(&[body]), expires_at: expires_at() }))
}
