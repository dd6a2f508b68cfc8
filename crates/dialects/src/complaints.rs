//! What every vendor owes the house, as a check that takes any list of vendors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use klingel_engine::deliver::{Received, Sending, Verification};
use klingel_model::{
    AppId, AttemptId, Dice, Endpoint, EndpointHealth, EndpointId, EnvironmentId, EventTypeName, Message,
    MessageId, Micros, SecretKey, SigningSecret, Trigger,
};

use crate::vendor::{Signature, Vendor};

/// Bytes that a dialect may put around a payload.
const ENVELOPE_BYTES_MAX: usize = 64 * 1024;
/// Characters of a README that says something.
const README_CHARS_MIN: usize = 400;
/// The payload of the trial.
const PAYLOAD: &[u8] = br#"{"trial":true}"#;

/// What is missing or wrong, a sentence each; empty when every vendor keeps to the rules.
pub fn complaints(vendors: &[Vendor], dice: &dyn Dice) -> Vec<String> {
    let mut found = Vec::new();
    let (mut names, mut prefixes) = (BTreeSet::new(), BTreeSet::new());
    for vendor in vendors {
        let name = vendor.name();
        let mut complain = |what: String| found.push(format!("{name}: {what}"));
        if !names.insert(name) {
            complain("another vendor has this name already".to_owned());
        }
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            complain("the name must be of small letters and digits: it stands in paths".to_owned());
        }
        if vendor.readme.len() < README_CHARS_MIN {
            complain(format!(
                "README.md must say what is honoured, decided and not known ({README_CHARS_MIN} characters)"
            ));
        }
        if vendor.golden.is_empty() || vendor.golden.iter().any(|golden| golden.text.trim().is_empty()) {
            complain("golden/ must hold at least one request, and no empty file".to_owned());
        }
        let files: BTreeSet<&str> = vendor.golden.iter().map(|golden| golden.name).collect();
        if files.len() != vendor.golden.len() {
            complain("two golden files have one name".to_owned());
        }
        if vendor.doors.is_some() == vendor.door_prefixes.is_empty() {
            complain("doors and door_prefixes belong together".to_owned());
        }
        for prefix in vendor.door_prefixes {
            if !prefix.starts_with('/')
                || !prefix.ends_with('/')
                || prefix.starts_with("/api/")
                || *prefix == "/"
            {
                complain(format!("the prefix {prefix} must be a path of the vendor's own, such as /name/"));
            }
            let same = |known: &&str| known.starts_with(prefix) || prefix.starts_with(*known);
            if prefixes.iter().any(same) {
                complain(format!("another vendor has paths below the prefix {prefix} already"));
            }
            prefixes.insert(*prefix);
        }
        describe(vendor).into_iter().for_each(&mut complain);
        trial(vendor, dice).err().into_iter().for_each(complain);
    }
    found
}

/// Looks at what the vendor says of itself.
fn describe(vendor: &Vendor) -> Vec<String> {
    let (mut found, name) = (Vec::new(), vendor.name());
    let description = vendor.dialect.description();
    let mut words = vec![description.title, description.endpoint];
    words.extend(description.place);
    let mut forms = vec![description.endpoint_form, description.application_form];
    if description.signs != matches!(vendor.signature, Signature::Verified) {
        found.push("description and signature disagree about whether requests are signed".to_owned());
    }
    if description.application_form.is_empty() != description.application_path.is_empty() {
        found.push("application_form and application_path belong together".to_owned());
    }
    let mut paths = BTreeSet::new();
    for list in description.collections {
        words.extend([list.title, list.item, list.empty]);
        words.extend(list.columns.iter().chain(list.reveal_once).map(|column| column.label));
        forms.push(list.form);
        if !paths.insert(list.path) {
            found.push(format!("two collections have the path {}", list.path));
        }
        let pointers = list.columns.iter().chain(list.reveal_once).map(|column| column.pointer);
        if pointers.chain([list.key]).any(|pointer| !pointer.starts_with('/')) {
            found.push(format!("in {} something is no JSON pointer", list.path));
        }
        if list.parent.is_some() != list.path.contains("{parent}") {
            found.push(format!("in {} parent and path belong together", list.path));
        }
    }
    words.extend(forms.into_iter().flatten().map(|field| field.label));
    if words.iter().any(|words| words.de.is_empty() || words.en.is_empty()) {
        found.push("every title, label and sentence must be there in both languages".to_owned());
    }
    let foreign = vendor.dialect.chores().iter().filter(|chore| !chore.name.starts_with(&format!("{name}.")));
    found.extend(foreign.map(|chore| format!("the chore {} must begin with the vendor's name", chore.name)));
    found
}

/// Writes one request and looks at it as a receiver would.
fn trial(vendor: &Vendor, dice: &dyn Dice) -> Result<(), String> {
    let dialect = &vendor.dialect;
    let key = match vendor.signature {
        Signature::Absent(why) if why.len() < 20 => {
            return Err("must say why there is no signature".to_owned());
        }
        Signature::Absent(_) => None,
        Signature::Verified => {
            Some(dialect.new_secret(dice).unwrap_or_else(|| SecretKey::Opaque("a shared secret".to_owned())))
        }
    };
    let (message, endpoint) = (message(), endpoint(key.clone()));
    let sending = Sending {
        message: &message,
        endpoint: &endpoint,
        now: Micros::from_unix_us(1_800_000_000_000_000),
        attempt_id: AttemptId::from_u128(1),
        attempt_number: 1,
        trigger: Trigger::Schedule,
    };
    let request = dialect.write(&sending).map_err(|why| format!("cannot write a plain message: {why}"))?;
    if request.body.len() > PAYLOAD.len() + ENVELOPE_BYTES_MAX {
        return Err(format!("puts more than {ENVELOPE_BYTES_MAX} bytes around a payload"));
    }
    if request.timeout.is_zero() || request.timeout.as_secs() > 60 {
        return Err("the time-out must lie between 0 and 60 s".to_owned());
    }
    let headers = http::HeaderMap::from(&request.headers);
    let judge = |body: &[u8], key: &SecretKey| {
        let received = Received { headers: &headers, body };
        dialect.verify(&received, key, sending.now)
    };
    match key {
        Some(key) if judge(&request.body, &key) != Verification::Genuine => {
            Err("its own verification refuses what it has signed".to_owned())
        }
        Some(key) if judge(b"{}", &key) == Verification::Genuine => {
            Err("its verification takes a forged body".to_owned())
        }
        _ => Ok(()),
    }
}

fn message() -> Message {
    Message {
        id: MessageId::from_u128(1),
        environment_id: EnvironmentId::from_u128(1),
        app_id: AppId::from_u128(1),
        event_id: None,
        event_type: EventTypeName::new("trial").expect("a good name"),
        channels: Arc::new([]),
        payload: Some(Bytes::from_static(PAYLOAD)),
        created_at: Micros::from_unix_us(1_800_000_000_000_000),
        payload_until: None,
    }
}

fn endpoint(key: Option<SecretKey>) -> Endpoint {
    Endpoint {
        id: EndpointId::from_u128(1),
        app_id: AppId::from_u128(1),
        uid: None,
        url: "https://receiver.example/".into(),
        description: String::new(),
        disabled: false,
        event_types: None,
        channels: None,
        filter_json: None,
        rate_limit_per_s: None,
        max_in_flight: 1,
        retry_schedule: None,
        headers: BTreeMap::new(),
        secrets: key.into_iter().map(|key| SigningSecret { key, expires_at: None }).collect(),
        dialect_settings_json: None,
        metadata: BTreeMap::new(),
        health: EndpointHealth::default(),
        created_at: Micros::default(),
        updated_at: Micros::default(),
    }
}

#[cfg(test)]
mod tests {
    use klingel_engine::deliver::{
        Dialect, Failure, OutboundRequest, Response, UnfitSecret, Unsendable, Verdict,
    };
    use klingel_model::RetrySchedule;
    use klingel_testkit::SeededDice;

    use super::*;
    use crate::standard::Standard;
    use crate::vendor::Golden;

    /// Writes good requests, and takes any for genuine.
    struct Credulous;

    impl Dialect for Credulous {
        fn name(&self) -> &'static str {
            "credulous"
        }

        fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
            Standard.write(sending)
        }

        fn read(&self, outcome: &Result<Response, Failure>, now: Micros) -> Verdict {
            Standard.read(outcome, now)
        }

        fn retry_schedule(&self) -> RetrySchedule {
            Standard.retry_schedule()
        }

        fn new_secret(&self, dice: &dyn Dice) -> Option<SecretKey> {
            Standard.new_secret(dice)
        }

        fn parse_secret(&self, text: &str) -> Result<SecretKey, UnfitSecret> {
            Standard.parse_secret(text)
        }

        fn verify(&self, _: &Received<'_>, _: &SecretKey, _: Micros) -> Verification {
            Verification::Genuine
        }
    }

    #[test]
    fn every_vendor_keeps_to_the_rules() {
        assert_eq!(complaints(&crate::vendors(), &SeededDice::new(1)), [] as [String; 0]);
    }

    #[test]
    fn a_vendor_that_owes_something_is_told() {
        const EMPTY: &[Golden] = &[Golden { name: "1.txt", text: " " }];
        let mut poor = Vendor::new(Credulous, "short", EMPTY, Signature::Verified);
        poor.door_prefixes = &["/api/v1/"];
        let told = complaints(&[poor.clone(), poor], &SeededDice::new(1)).join("\n");
        for part in [
            "README.md",
            "golden/",
            "belong together",
            "path of the vendor's own",
            "forged body",
            "another vendor has this name",
        ] {
            assert!(told.contains(part), "{part} is missing in:\n{told}");
        }
    }
}
