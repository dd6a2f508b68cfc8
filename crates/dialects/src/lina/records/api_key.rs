//! Keys to a store's interface. The text of a key is shown once; kept is its SHA-256, which is also its id.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use aws_lc_rs::digest;
use klingel_engine::Refusal;
use klingel_model::{AppId, Clock, Dice, Micros};
use klingel_store::Store;
use serde::{Deserialize, Serialize};

use super::{Kept, Place};
use crate::lina::plan;

const KIND: &str = "lina.key";
/// Random bytes of a key; its text has twice as many characters, all that the vendor's keys may have.
const KEY_BYTES: usize = 20;
/// Characters of a key's name.
pub const NAME_CHARS_MAX: usize = 200;
/// Addresses in an allow-list.
const ADDRESSES_MAX: usize = 64;
/// Days that a key may be valid for.
pub const DAYS_MAX: u32 = 36_500;
/// The allow-list that lets every address in, for owners who say so.
pub const ANY_ADDRESS: &str = "*";

/// What a store's owner says of a key.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewKey {
    /// *Bezeichnung*.
    pub name: String,
    /// *Drittanbieter*.
    pub operator: String,
    /// *IP Adresse*: IPv4 addresses separated by `;`, or `*` for every address.
    pub ip_address: String,
    /// *Rechte*: `{endpoint}_read` or `{endpoint}_write`.
    pub scopes: Vec<String>,
    /// *Gültig für mehrere Tage*; absent: without end.
    #[serde(default)]
    pub valid_days: Option<u32>,
}

/// A key as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKey {
    /// What it is for.
    pub name: String,
    /// Who holds it.
    pub operator: String,
    /// The allow-list as it was written.
    pub ip_address: String,
    /// Its rights.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_us: i64,
    /// From when it opens nothing; `None`: no end.
    pub valid_until_us: Option<i64>,
    /// Since when it has been revoked.
    pub revoked_us: Option<i64>,
}

impl ApiKey {
    /// Whether it opens anything at `now`.
    pub fn valid(&self, now: Micros) -> bool {
        self.revoked_us.is_none() && self.valid_until_us.is_none_or(|end| now.as_unix_us() < end)
    }

    /// Whether callers may come from this address; `None`: the server does not say which it is.
    pub fn lets_in(&self, peer: Option<IpAddr>) -> bool {
        if self.ip_address == ANY_ADDRESS {
            return true;
        }
        let Some(IpAddr::V4(peer)) = peer.map(|address| address.to_canonical()) else { return false };
        addresses(&self.ip_address).is_ok_and(|allowed| allowed.contains(&peer))
    }
}

fn addresses(text: &str) -> Result<Vec<Ipv4Addr>, Refusal> {
    let parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    let list: Result<Vec<Ipv4Addr>, _> = parts.iter().map(|part| part.parse()).collect();
    match list {
        Ok(list) if !list.is_empty() && list.len() <= ADDRESSES_MAX => Ok(list),
        _ => Err(Refusal::Invalid(
            "ipAddress",
            format!(
                "must be 1 to {ADDRESSES_MAX} IPv4 addresses separated by ';', or {ANY_ADDRESS} to let every address in"
            ),
        )),
    }
}

fn check(new: &NewKey) -> Result<(), Refusal> {
    if new.name.trim().is_empty() || new.name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::Invalid("name", format!("must have 1 to {NAME_CHARS_MAX} characters")));
    }
    super::operator::id(&new.operator)?;
    if new.ip_address != ANY_ADDRESS {
        addresses(&new.ip_address)?;
    }
    if new.scopes.is_empty() || !new.scopes.iter().all(|scope| plan::is_scope(scope)) {
        return Err(Refusal::Invalid("scopes", format!("one or more of {}", plan::scopes().join(", "))));
    }
    if new.valid_days.is_some_and(|days| days == 0 || days > DAYS_MAX) {
        return Err(Refusal::Invalid(
            "validDays",
            format!("must be 1 to {DAYS_MAX}, or left out for a key without end"),
        ));
    }
    Ok(())
}

/// Bytes as small hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The id of the key with this text.
pub fn id_of(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

/// Makes a key. Gives its text, which cannot be shown again, and what is kept.
pub async fn create(
    store: &dyn Store,
    clock: &dyn Clock,
    dice: &dyn Dice,
    app_id: AppId,
    mut new: NewKey,
) -> Result<(String, Kept<ApiKey>), Refusal> {
    check(&new)?;
    new.scopes.sort_unstable();
    new.scopes.dedup();
    let mut bytes = [0u8; KEY_BYTES];
    dice.fill(&mut bytes);
    let text = hex(&bytes);
    let now = clock.now();
    let days = |days: u32| now.plus(Duration::from_hours(24 * u64::from(days))).as_unix_us();
    let document = ApiKey {
        name: new.name,
        operator: new.operator,
        ip_address: new.ip_address,
        scopes: new.scopes,
        created_us: now.as_unix_us(),
        valid_until_us: new.valid_days.map(days),
        revoked_us: None,
    };
    let key = id_of(&text);
    let place = Place { app_id, kind: KIND, key: key.clone(), partition: "" };
    super::change(store, vec![super::put(place, &document, now, None)]).await?;
    Ok((text, Kept { document, key, version: now }))
}

/// Every key of the store, revoked and ended ones included.
pub async fn list(store: &dyn Store, app_id: AppId) -> Result<Vec<Kept<ApiKey>>, Refusal> {
    super::load_all(store, app_id, KIND, "").await
}

/// Revokes a key. Once it is revoked, nothing changes any more. Errors: `NotFound("key")`, `Conflict`.
pub async fn revoke(store: &dyn Store, clock: &dyn Clock, app_id: AppId, id: &str) -> Result<(), Refusal> {
    let Some(mut kept) = super::load::<ApiKey>(store, app_id, KIND, id).await? else {
        return Err(Refusal::NotFound("key"));
    };
    if kept.document.revoked_us.is_some() {
        return Ok(());
    }
    let now = clock.now();
    kept.document.revoked_us = Some(now.as_unix_us());
    let place = Place { app_id, kind: KIND, key: kept.key, partition: "" };
    super::change(store, vec![super::put(place, &kept.document, now, Some(kept.version))]).await
}

/// The key of this text with its store; `None` if nobody has made it.
pub async fn find(store: &dyn Store, text: &str) -> Result<Option<(AppId, ApiKey)>, Refusal> {
    let found = store.records_with_key(KIND, &id_of(text)).await;
    let found = found.map_err(|error| Refusal::of(error, "key"))?.into_iter().next();
    found.map(|record| Ok((record.app_id, super::read(record)?.document))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lets_in(list: &str, peer: &str) -> bool {
        let key = ApiKey {
            name: String::new(),
            operator: String::new(),
            ip_address: list.to_owned(),
            scopes: Vec::new(),
            created_us: 0,
            valid_until_us: None,
            revoked_us: None,
        };
        key.lets_in(peer.parse().ok())
    }

    #[test]
    fn the_allow_list_is_read_to_the_letter() {
        assert!(lets_in("192.0.2.1; 192.0.2.7", "192.0.2.7"));
        assert!(lets_in("192.0.2.1", "::ffff:192.0.2.1"), "an IPv4 caller on a socket for both");
        assert!(!lets_in("192.0.2.1", "192.0.2.10") && !lets_in("192.0.2.1", "2001:db8::1"));
        assert!(!lets_in("192.0.2.1", "unknown") && !lets_in("", "192.0.2.1"));
        assert!(lets_in("*", "unknown") && lets_in("*", "2001:db8::1"));
        for wrong in ["", ";", "192.0.2.0/24", "192.0.2.1, 192.0.2.2", "2001:db8::1", "*;192.0.2.1"] {
            assert!(addresses(wrong).is_err(), "{wrong:?}");
        }
    }
}
