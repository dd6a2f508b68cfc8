//! API clients: key, secret and what they may read.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klingel_model::{Dice, Micros};
use serde::{Deserialize, Serialize};

use super::Document;
use crate::signinapp::event::random_text;
use crate::signinapp::fields::{self, Fields};

/// API clients of an account.
pub(in crate::signinapp) const CLIENTS_MAX: usize = 100;
/// What a client may be allowed to read.
pub(in crate::signinapp) const PERMISSIONS: [&str; 4] = ["history", "today", "groups", "members"];
/// Characters of a key: 142 bits, so that no two accounts ever have the same.
const KEY_CHARS: usize = 24;
/// Characters of a secret: 285 bits, which need no slow hash.
const SECRET_CHARS: usize = 48;

/// A client as it is kept. The secret itself is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::signinapp) struct Client {
    /// The user name of HTTP Basic.
    pub(in crate::signinapp) key: String,
    /// For people.
    pub(in crate::signinapp) name: String,
    /// What it may read; see [`PERMISSIONS`].
    pub(in crate::signinapp) permissions: Vec<String>,
    /// When it was made, in microseconds.
    created_at_us: i64,
    /// SHA-256 of the secret, in base64.
    secret_sha256: String,
}

impl Document for Client {
    const KIND: &'static str = "signinapp.client";
    const WHAT: &'static str = "API client";

    fn key(&self) -> String {
        self.key.clone()
    }

    fn at(&self) -> Micros {
        Micros::from_unix_us(self.created_at_us)
    }
}

impl Client {
    /// A new client, and its secret, which is shown once.
    pub(in crate::signinapp) fn new(
        name: String,
        permissions: Vec<String>,
        now: Micros,
        dice: &dyn Dice,
    ) -> (Self, String) {
        let secret = random_text(SECRET_CHARS, dice);
        let client = Self {
            key: random_text(KEY_CHARS, dice),
            name,
            permissions,
            created_at_us: now.as_unix_us(),
            secret_sha256: hashed(&secret),
        };
        (client, secret)
    }

    /// Reads name and permissions; absent permissions are all.
    pub(in crate::signinapp) fn read(fields: &mut Fields) -> Option<(String, Vec<String>)> {
        let name = fields.required("name", fields::name(200));
        let all = || PERMISSIONS.map(str::to_owned).to_vec();
        let permissions = fields.optional("permissions", known).unwrap_or_else(all);
        Some((name?, permissions))
    }

    /// Whether this is its secret.
    pub(in crate::signinapp) fn has_secret(&self, secret: &str) -> bool {
        verify_slices_are_equal(hashed(secret).as_bytes(), self.secret_sha256.as_bytes()).is_ok()
    }
}

/// Whether all permissions are known.
#[expect(clippy::ptr_arg, reason = "the field reader hands over what it has read")]
pub(in crate::signinapp) fn known(permissions: &Vec<String>) -> Result<(), String> {
    if permissions.iter().all(|one| PERMISSIONS.contains(&one.as_str()))
        && permissions.len() <= PERMISSIONS.len()
    {
        Ok(())
    } else {
        Err(format!("Permissions are {}.", PERMISSIONS.join(", ")))
    }
}

fn hashed(secret: &str) -> String {
    STANDARD.encode(digest(&SHA256, secret.as_bytes()))
}
