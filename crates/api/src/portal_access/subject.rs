//! `POST /api/v1/auth/subject-portal-access/{app_id}`

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_engine::Refusal;
use klingel_engine::link::{CUSTOMER_ACCESS_S_MAX, CUSTOMER_ACCESS_S_MIN, SUBJECT_ACCESS_S, Wanted};
use klingel_model::{Application, PassScope};
use klingel_store::access::ACCESS_TEXT_BYTES_MAX;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::make;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::fields::{Faults, Fields};
use crate::find::{self, InPath};
use crate::problem::Problem;
use crate::rules;

/// The holder in the audit log.
const HOLDER: &str = "subject-portal-access";

/// How a person is let in.
#[derive(Debug, ToSchema)]
#[schema(as = SubjectPortalAccessIn)]
pub(crate) struct SubjectPortalAccessIn {
    /// Who: the id that the dialect knows the person by. Whoever opens the link decides in this person's name.
    #[schema(min_length = 1, max_length = 256)]
    subject: String,
    /// When access ends, in seconds from now: the link opens nothing from then on, and the session that it opened ends.
    #[schema(required = false, default = 3600, minimum = 60, maximum = 604_800)]
    expiry: u32,
}

impl SubjectPortalAccessIn {
    fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let subject = fields.required("subject", subject);
        let bounds = CUSTOMER_ACCESS_S_MIN..=CUSTOMER_ACCESS_S_MAX;
        let expiry = fields.optional("expiry", rules::integer(bounds)).unwrap_or(SUBJECT_ACCESS_S);
        fields.finish(subject.map(|subject| Self { subject, expiry }))
    }
}

/// A line of text that fits into a pass.
fn subject(raw: &RawValue, faults: &mut Faults) -> Option<String> {
    let text = rules::title(raw, faults)?;
    if text.len() > ACCESS_TEXT_BYTES_MAX {
        let msg = format!("must have at most {ACCESS_TEXT_BYTES_MAX} bytes");
        return faults.add("value_error.any_str.max_length", msg);
    }
    Some(text)
}

/// A way to one's own page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubjectPortalAccessOut {
    /// Opens the page of this one person, once. Send the person there, who has logged in at your place.
    url: String,
    /// The link's secret, as it stands at the end of `url`. It is no key to this API.
    token: String,
}

/// Makes a link to the page of a person whose data an application sends: the person sees there what goes to whom,
/// gives and withdraws, and sees nothing else.
///
/// The link can be opened once, within `expiry`. Only some dialects let people decide; for an application of any other
/// it is refused with 409. A request that is repeated with the same idempotency key gets a link of its own.
#[utoipa::path(
    post,
    path = "/api/v1/auth/subject-portal-access/{app_id}",
    operation_id = "v1.authentication.subject-portal-access",
    tag = "Authentication",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key with another body is refused"),
    ),
    request_body = SubjectPortalAccessIn,
    responses((status = 200, description = "A link that opens the person's page", body = SubjectPortalAccessOut))
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let access = SubjectPortalAccessIn::read(&request.body)?;
    let environment_id = request.caller.environment_id;
    let application = find::application(&api, environment_id, &app).await?;
    check(&api, &application, &access.subject).await?;
    let wanted = Wanted {
        environment_id,
        scope: PassScope::Subject { app_id: application.id, subject: access.subject },
        holder: HOLDER.to_owned(),
        read_only: false,
        valid_for: Duration::from_secs(access.expiry.into()),
    };
    let made = make(&api, request.once, wanted).await?;
    Ok(answer::json(StatusCode::OK, &SubjectPortalAccessOut { url: made.url, token: made.token }))
}

/// Nobody gets a link that opens an error. Whether the person is known is not asked: hosts may register them later.
async fn check(api: &ApiState, application: &Application, subject: &str) -> Result<(), Problem> {
    let dialect = api.engine().world().dialect(&application.dialect);
    let Some(disclosure) = dialect.and_then(|dialect| dialect.disclosure()) else {
        let why = format!(
            "applications of the dialect {} have no page on which people decide about their data",
            application.dialect
        );
        return Err(Problem::new(StatusCode::CONFLICT, "conflict", why));
    };
    match disclosure.releases(api.engine(), application, subject).await {
        Ok(_) => Ok(()),
        // The dialect names the field as its own documents do.
        Err(Refusal::Invalid(_, why)) => Err(Problem::field(&["body", "subject"], "value_error", why)),
        Err(refusal) => Err(refusal.into()),
    }
}
