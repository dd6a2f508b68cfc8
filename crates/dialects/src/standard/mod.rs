//! Standard Webhooks 1.0.0. What is honoured, and what is good to know: `README.md` in this folder.

use aws_lc_rs::signature::Ed25519KeyPair;
use klingel_engine::deliver::description::{Description, Field, FieldKind, Words};
use klingel_engine::deliver::{
    Dialect, Failure, OutboundRequest, Received, Response, Sending, UnfitSecret, Unsendable, Verdict,
    Verification,
};
use klingel_model::{Dice, Micros, RetrySchedule, SecretKey};

use crate::http_rules;
use crate::vendor::{Golden, Signature, Vendor};

pub mod sign;
pub mod verify;
mod wire;

#[cfg(test)]
mod tests;

/// What this folder hands over.
pub fn vendor() -> Vendor {
    const GOLDEN: &[Golden] = &[
        Golden { name: "1-symmetric.txt", text: include_str!("golden/1-symmetric.txt") },
        Golden {
            name: "2-symmetric-body-with-space.txt",
            text: include_str!("golden/2-symmetric-body-with-space.txt"),
        },
        Golden { name: "3-key-pair.txt", text: include_str!("golden/3-key-pair.txt") },
    ];
    Vendor::new(Standard, include_str!("README.md"), GOLDEN, Signature::Verified)
}

/// The dialect of applications that name none.
#[derive(Debug, Clone, Copy)]
pub struct Standard;

/// What an endpoint's owner fills in.
const FORM: [Field; 2] = [
    Field {
        name: ".url",
        label: Words { de: "Adresse", en: "URL" },
        hint: Some(Words {
            de: "Hierhin senden wir jede Nachricht als POST.",
            en: "Every message is posted to this address.",
        }),
        kind: FieldKind::Url,
        required: true,
    },
    Field {
        name: ".description",
        label: Words { de: "Beschreibung", en: "Description" },
        hint: None,
        kind: FieldKind::Text(500),
        required: false,
    },
];

impl Dialect for Standard {
    fn name(&self) -> &'static str {
        "standard"
    }

    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        wire::write(sending, &self.signing_secrets(sending.endpoint, sending.now))
    }

    fn read(&self, outcome: &Result<Response, Failure>, now: Micros) -> Verdict {
        http_rules::read(outcome, now)
    }

    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::standard()
    }

    fn new_secret(&self, dice: &dyn Dice) -> Option<SecretKey> {
        Some(SecretKey::generate(dice))
    }

    fn parse_secret(&self, text: &str) -> Result<SecretKey, UnfitSecret> {
        let key = SecretKey::parse(text).map_err(|invalid| UnfitSecret(invalid.to_string()))?;
        if let SecretKey::Ed25519(pair) = &key {
            let (seed, public) = pair.split_at(32);
            Ed25519KeyPair::from_seed_and_public_key(seed, public).map_err(|_| {
                UnfitSecret("the last 32 bytes of whsk_… are not the public key of the first 32".to_owned())
            })?;
        }
        Ok(key)
    }

    fn verify(&self, received: &Received<'_>, secret: &SecretKey, now: Micros) -> Verification {
        verify::received(received, secret, now)
    }

    fn description(&self) -> Description {
        Description {
            title: Words { de: "Standard", en: "Standard" },
            place: &[],
            endpoint: Words { de: "Endpunkt", en: "Endpoint" },
            endpoint_form: &FORM,
            signs: true,
            ..Description::default()
        }
    }
}
