//! `POST /portal/apps/{app_id}/inspector/answer`: what requests are answered from now on.

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;

use super::draw;
use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::{Posted, Tenant};
use crate::form::Form;
use crate::inspector::kept::Choice;

/// Statuses that end an exchange and that receivers may send.
pub(super) const STATUS_BOUNDS: (i64, i64) = (200, 599);
/// Longest delay: beyond the time-out of every dialect, below the server's own default for a whole request.
pub(super) const DELAY_MS_MAX: i64 = 25_000;
/// Bytes of a chosen body.
pub(super) const BODY_BYTES_MAX: usize = 4096;

/// The form as it was filled in, with the names of fields that are wrong.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) status: String,
    pub(super) delay_ms: String,
    pub(super) body: String,
    pub(super) wrong: Vec<&'static str>,
}

impl Filled {
    pub(super) fn of(choice: &Choice) -> Self {
        Self {
            status: choice.status.to_string(),
            delay_ms: choice.delay.as_millis().to_string(),
            body: choice.body.clone(),
            wrong: Vec::new(),
        }
    }

    fn read(form: &Form) -> Result<Choice, Self> {
        let text = |name: &str| form.filled(name).unwrap_or_default().to_owned();
        let mut filled = Self { status: text("status"), delay_ms: text("delay_ms"), ..Self::default() };
        form.one("body").unwrap_or_default().clone_into(&mut filled.body);
        let within = |text: &str, (low, high): (i64, i64)| {
            text.parse::<i64>().ok().filter(|number| (low..=high).contains(number))
        };
        let status = within(&filled.status, STATUS_BOUNDS).and_then(|status| u16::try_from(status).ok());
        let delay = within(&filled.delay_ms, (0, DELAY_MS_MAX)).and_then(|ms| u64::try_from(ms).ok());
        let fits = filled.body.len() <= BODY_BYTES_MAX;
        if let (Some(status), Some(delay_ms), true) = (status, delay, fits) {
            return Ok(Choice { status, delay: Duration::from_millis(delay_ms), body: filled.body });
        }
        let checks = [(status.is_some(), "status"), (delay.is_some(), "delay_ms"), (fits, "body")];
        filled.wrong = checks.into_iter().filter(|(right, _)| !right).map(|(_, name)| name).collect();
        Err(filled)
    }
}

/// Takes the form.
pub(crate) async fn answer(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let Posted { seat: tenant, form, .. } = posted;
    match Filled::read(&form) {
        Ok(choice) => {
            portal.inspector().fresh().choose(tenant.application.id, choice);
            see_other(&format!("{}/inspector", tenant.base()))
        }
        Err(filled) => draw(&portal, &tenant, &filled, StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}
