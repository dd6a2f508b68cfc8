//! Links that open the portal once.

use std::time::Duration;

use klingel_model::{Clock, Dice, EnvironmentId, Pass, PassScope};

use crate::keys;

/// How long an operator has to open his link.
pub const OPERATOR_LINK_FOR: Duration = Duration::from_mins(10);
/// Shortest access of a customer, link and session together, in seconds.
pub const CUSTOMER_ACCESS_S_MIN: u32 = 60;
/// Longest access of a customer, in seconds.
pub const CUSTOMER_ACCESS_S_MAX: u32 = 7 * 24 * 60 * 60;
/// A customer's access when nobody says how long, in seconds; client libraries expect a week.
pub const CUSTOMER_ACCESS_S: u32 = CUSTOMER_ACCESS_S_MAX;
/// The access of a person to the page of her own data when nobody says how long, in seconds: it decides in her name.
pub const SUBJECT_ACCESS_S: u32 = 60 * 60;

/// What a link is to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// In which environment.
    pub environment_id: EnvironmentId,
    /// What.
    pub scope: PassScope,
    /// For whom, for the audit log.
    pub holder: String,
    /// Whether only to look.
    pub read_only: bool,
    /// For how long, from now.
    pub valid_for: Duration,
}

/// Makes a link's token, to be shown once, and the pass for [`Access::add_link`](klingel_store::Access::add_link).
pub fn new(wanted: Wanted, clock: &dyn Clock, dice: &dyn Dice) -> (String, Pass) {
    let (token, digest) = keys::new_pass(dice);
    let now = clock.now();
    let pass = Pass {
        digest,
        environment_id: wanted.environment_id,
        scope: wanted.scope,
        holder: wanted.holder,
        read_only: wanted.read_only,
        created_at: now,
        expires_at: now.plus(wanted.valid_for),
    };
    (token, pass)
}

/// Where a token opens the portal of the server at `public_url` (without a slash at its end).
pub fn url(public_url: &str, token: &str) -> String {
    format!("{public_url}/portal/in/{token}")
}
