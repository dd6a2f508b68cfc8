//! The LINA Third Party API. What is honoured, decided and not known: `README.md` in this folder.

use std::sync::Arc;

use klingel_engine::deliver::description::{Choice, Description, Field, FieldKind, Words};
use klingel_engine::deliver::{
    Dialect, Failure, OutboundRequest, Response, Sending, UnfitSecret, UnfitSettings, Unsendable, Verdict,
    Wishes,
};
use klingel_engine::{Publish, Refusal};
use klingel_model::{Dice, Endpoint, Micros, RetrySchedule, SecretKey};

use crate::vendor::{Command, Golden, Signature, Vendor};

mod answer;
mod command;
mod doors;
mod feed;
mod hook;
mod management;
mod plan;
mod records;
mod wire;

#[cfg(test)]
mod tests;

const NO_SIGNATURE: &str = "The vendor describes no signature and no secret: receivers know their requests by the hook's uuid in the body.";

/// What this folder hands over.
pub fn vendor() -> Vendor {
    const GOLDEN: &[Golden] = &[
        Golden { name: "1-register.json", text: include_str!("golden/1-register.json") },
        Golden { name: "2-registered.json", text: include_str!("golden/2-registered.json") },
        Golden { name: "3-change.json", text: include_str!("golden/3-change.json") },
        Golden { name: "4-delete.json", text: include_str!("golden/4-delete.json") },
        Golden { name: "5-given.json", text: include_str!("golden/5-given.json") },
        Golden { name: "6-withdrawn.json", text: include_str!("golden/6-withdrawn.json") },
        Golden { name: "7-exhausted.json", text: include_str!("golden/7-exhausted.json") },
    ];
    Vendor {
        doors: Some(doors::router),
        door_prefixes: &[doors::PREFIX],
        management: Some(management::router),
        feed: Some(feed::router),
        command: Some(Command { arguments: command::arguments, run: command::run }),
        ..Vendor::new(Lina, include_str!("README.md"), GOLDEN, Signature::Absent(NO_SIGNATURE))
    }
}

/// The dialect.
#[derive(Debug, Clone, Copy)]
pub struct Lina;

const PLACE: [Words; 3] = [
    Words { de: "Einstellung", en: "Settings" },
    Words { de: "Schnittstellen", en: "Interfaces" },
    Words { de: "Third Party API", en: "Third Party API" },
];

const HOOK_KEYS: [Choice; 1] =
    [Choice { value: "personalData", label: Words { de: "Personaldaten", en: "Personal data" } }];

const ENDPOINT_FORM: [Field; 3] = [
    Field {
        name: "hookKey",
        label: Words { de: "Webhook-Key", en: "Webhook key" },
        hint: Some(Words {
            de: "Welches Ereignis gesendet wird. Der Endpunkt Personal muss gebucht sein.",
            en: "Which event is sent. The endpoint Personal must be booked.",
        }),
        kind: FieldKind::One(&HOOK_KEYS),
        required: true,
    },
    Field {
        name: "operator",
        label: Words { de: "Drittanbieter", en: "Third party" },
        hint: None,
        kind: FieldKind::OneRecord("lina.operator"),
        required: true,
    },
    Field {
        name: ".url",
        label: Words { de: "URL", en: "URL" },
        hint: None,
        kind: FieldKind::Url,
        required: true,
    },
];

const BOOKABLE: [Choice; 6] = [
    Choice { value: "personal", label: Words { de: "Personal", en: "Personnel" } },
    Choice { value: "bwa", label: Words { de: "BWA", en: "Business analysis (BWA)" } },
    Choice { value: "revenuejournal", label: Words { de: "Umsatz", en: "Revenue" } },
    Choice { value: "webcashregister", label: Words { de: "Webkasse", en: "Web cash register" } },
    Choice { value: "merchandiseman", label: Words { de: "Wareneinsatz", en: "Merchandise management" } },
    Choice { value: "taxonomie_import", label: Words { de: "DFKA-Taxonomie", en: "DFKA taxonomy" } },
];

const APPLICATION_FORM: [Field; 4] = [
    Field {
        name: "bookedEndpoints",
        label: Words { de: "Gebuchte Endpunkte", en: "Booked endpoints" },
        hint: None,
        kind: FieldKind::Some(&BOOKABLE),
        required: false,
    },
    Field {
        name: "extraPosBookings",
        label: Words { de: "Weitere Buchungen LINA Data POS", en: "Further bookings of LINA Data POS" },
        hint: Some(Words {
            de: "Jede hebt das Limit um 100 Anfragen je 15 Minuten, höchstens auf 1000.",
            en: "Each raises the limit by 100 requests per 15 minutes, to 1000 at most.",
        }),
        kind: FieldKind::Number(0, 9),
        required: false,
    },
    Field {
        name: "keyInQuery",
        label: Words { de: "API-Key in der URL erlauben", en: "Allow the API key in the URL" },
        hint: Some(Words {
            de: "Schlüssel in URLs stehen in den Protokollen fremder Server.",
            en: "Keys in URLs end up in the logs of other servers.",
        }),
        kind: FieldKind::Switch,
        required: false,
    },
    Field {
        name: "countListing",
        label: Words { de: "Auflisten zählt ins Rate-Limit", en: "Listing counts for the rate limit" },
        hint: None,
        kind: FieldKind::Switch,
        required: false,
    },
];

impl Dialect for Lina {
    fn name(&self) -> &'static str {
        "lina"
    }

    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        wire::write(sending)
    }

    /// The answer is not evaluated: whatever it says, the receiver has the data. Without an answer there is no second
    /// attempt either.
    fn read(&self, outcome: &Result<Response, Failure>, _: Micros) -> Verdict {
        match outcome {
            Ok(_) => Verdict::Delivered,
            Err(_) => Verdict::GiveUp,
        }
    }

    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::new([]).expect("no wait is too long, and none are not too many")
    }

    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }

    fn parse_secret(&self, _: &str) -> Result<SecretKey, UnfitSecret> {
        Err(UnfitSecret("hooks of this dialect have no secret; leave the field out".to_owned()))
    }

    /// Personal data go out only with a consent that is kept, which a plain message has not.
    fn shape(&self, _: Publish, _: Micros, _: &dyn Dice) -> Result<Publish, Refusal> {
        Err(Refusal::Invalid(
            "eventType",
            "this dialect sends what users decide: post decisions to /api/v1/app/{app_id}/lina/consent/give and …/withdraw"
                .to_owned(),
        ))
    }

    fn parse_settings(&self, text: &str) -> Result<String, UnfitSettings> {
        Ok(hook::HookSettings::parse(text)?.to_json())
    }

    fn wishes(&self, endpoint: &Endpoint) -> Option<Arc<dyn Wishes>> {
        Some(hook::HookSettings::wishes(endpoint))
    }

    fn description(&self) -> Description {
        Description {
            title: Words { de: "LINA", en: "LINA" },
            place: &PLACE,
            endpoint: Words { de: "Webhook", en: "Webhook" },
            endpoint_form: &ENDPOINT_FORM,
            application_form: &APPLICATION_FORM,
        }
    }
}
