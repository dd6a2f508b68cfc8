//! Who may come in: HTTP Basic with an API client's key and secret, 20 times a minute.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, StatusCode, header};
use klingel_model::AppId;

use super::Doors;
use crate::signinapp::problem::Problem;
use crate::signinapp::records::client::Client;
use crate::signinapp::records::{self, Document as _};

/// Characters of key and secret together.
const CREDENTIALS_CHARS_MAX: usize = 512;
/// The vendor's own example leaves the padding out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Doors {
    /// The account of the caller, who may read `permission`. Errors: 401, 429, 403, in this order.
    pub(super) async fn admit(&self, headers: &HeaderMap, permission: &str) -> Result<AppId, Problem> {
        let (app_id, client) = self.client(headers).await?;
        self.rate.count(app_id, &client.key, self.engine.world().clock.now()).map_err(Problem::TooMany)?;
        if client.permissions.iter().any(|one| one == permission) {
            Ok(app_id)
        } else {
            let why = format!("This API client has no permission for {permission}.");
            Err(Problem::Sentence(StatusCode::FORBIDDEN, why))
        }
    }

    async fn client(&self, headers: &HeaderMap) -> Result<(AppId, Client), Problem> {
        let (key, secret) = credentials(headers).ok_or(Problem::Unauthorised)?;
        let store = &self.engine.world().store;
        for record in store.records_with_key(Client::KIND, &key).await? {
            let client: Client = records::open(&record)?;
            let application = store.application_by_id(record.app_id).await?;
            if client.has_secret(&secret) && application.is_some_and(|app| app.dialect == "signinapp") {
                return Ok((record.app_id, client));
            }
        }
        Err(Problem::Unauthorised)
    }
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || text.len() > CREDENTIALS_CHARS_MAX {
        return None;
    }
    let bytes = LENIENT.decode(text.trim()).ok()?;
    let (key, secret) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    (!key.is_empty()).then(|| (key.to_owned(), secret.to_owned()))
}
