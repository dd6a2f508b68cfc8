//! The body of an event, with the published keys in the published order, compact.

use bytes::Bytes;
use klingel_engine::{Publish, Refusal};
use klingel_model::{ChannelName, Dice, EventTypeName, Micros};
use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::fields::{self, Fields};
use super::problem::Problem;
use super::time;

/// Characters of an `idempotency_key`.
pub(super) const KEY_CHARS: usize = 16;
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const TEXT_CHARS_MAX: usize = 500;
const URL_CHARS_MAX: usize = 2000;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Somebody came.
    SignIn,
    /// Somebody went.
    SignOut,
}

impl What {
    /// The event's name.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "visitor.signin",
            Self::SignOut => "visitor.signout",
        }
    }

    /// The event of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::SignIn, Self::SignOut].into_iter().find(|what| what.as_str() == name)
    }
}

/// The body.
#[derive(Debug, Serialize)]
struct Body<'a> {
    event: &'static str,
    event_at: String,
    pushed_at: String,
    idempotency_key: String,
    site: &'a SiteOut,
    visitor: &'a Visitor,
    #[serde(skip_serializing_if = "Option::is_none")]
    visiting: Option<&'a Visiting>,
}

/// The site, as it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SiteOut {
    /// Its number.
    pub(super) id: i64,
    /// `standard` or `remote`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Its name.
    pub(super) name: String,
    /// An IANA time zone.
    pub(super) timezone: String,
}

/// The visitor, as he is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Visitor {
    /// The visit's number.
    pub(super) id: i64,
    /// The person's number, if the person is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) returning_visitor_id: Option<i64>,
    /// The name.
    pub(super) name: String,
    /// Where a photo is.
    pub(super) photo_url: Option<String>,
    /// Where the badge is.
    pub(super) badge_url: Option<String>,
    /// What the visitor was asked at this visit.
    pub(super) additional: Answers,
    /// What is known of the person.
    pub(super) personal_fields: Answers,
    /// Known from earlier visits.
    pub(super) is_returning: bool,
    /// Announced before.
    pub(super) is_pre_registered: bool,
    /// Not at the site in person.
    pub(super) is_remote: bool,
}

/// Who is visited. Texts that are not known are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Visiting {
    /// The person's number.
    pub(super) id: i64,
    /// The name.
    pub(super) name: String,
    /// What the person does.
    pub(super) role: String,
    /// Where the person is reached.
    pub(super) email: String,
    /// Where the person is reached.
    pub(super) mobile: String,
}

/// An event before it is written.
#[derive(Debug)]
pub(super) struct Event<'a> {
    /// What happened.
    pub(super) what: What,
    /// When.
    pub(super) at: Micros,
    /// Where.
    pub(super) site: &'a SiteOut,
    /// To whom.
    pub(super) visitor: &'a Visitor,
    /// Whom he visits.
    pub(super) visiting: Option<&'a Visiting>,
    /// In which group; the body does not tell it.
    pub(super) group_id: Option<i64>,
}

impl Event<'_> {
    /// The message. `pushed_at` and `idempotency_key` are made here, once for all notifications and attempts.
    pub(super) fn publish(&self, key: Option<String>, now: Micros, dice: &dyn Dice) -> Publish {
        let body = Body {
            event: self.what.as_str(),
            event_at: time::written(self.at),
            pushed_at: time::written(now),
            idempotency_key: key.unwrap_or_else(|| random_text(KEY_CHARS, dice)),
            site: self.site,
            visitor: self.visitor,
            visiting: self.visiting,
        };
        let payload = serde_json::to_vec(&body).expect("texts, numbers and lists of them are always JSON");
        let mut channels = vec![channel("site", self.site.id)];
        channels.extend(self.group_id.map(|id| channel("group", id)));
        Publish {
            event_type: EventTypeName::new(self.what.as_str()).expect("both names are good"),
            payload: Bytes::from(payload),
            channels,
            event_id: None,
            payload_until: None,
            once: None,
            records: Vec::new(),
        }
    }
}

/// The mark by which notifications know site and group of a message: `site.4567`, `group.12`.
pub(super) fn channel(kind: &str, id: i64) -> ChannelName {
    ChannelName::new(&format!("{kind}.{id}")).expect("a word, a dot and digits are a good name")
}

/// A random text of letters and digits, all equally likely.
pub(super) fn random_text(chars: usize, dice: &dyn Dice) -> String {
    let mut text = String::with_capacity(chars);
    let mut bytes = [0u8; 32];
    while text.len() < chars {
        dice.fill(&mut bytes);
        // 248 is the last multiple of 62 in a byte: the bytes above it would prefer the first letters.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        text.extend(fair.take(chars - text.len()).map(|byte| char::from(LETTERS[usize::from(byte % 62)])));
    }
    text
}

/// Reads a visitor; the id may be left out where `new_id` gives one.
pub(super) fn read_visitor(fields: &mut Fields, new_id: Option<i64>) -> Option<Visitor> {
    let id = match new_id {
        Some(new) if fields.is_absent("id") => fields.optional("id", fields::id).or(Some(new)),
        _ => fields.required("id", fields::id),
    };
    let name = fields.required("name", fields::name(TEXT_CHARS_MAX));
    let returning_visitor_id = fields.optional("returning_visitor_id", fields::id);
    let visitor = Visitor {
        id: 0,
        returning_visitor_id,
        name: String::new(),
        photo_url: fields.optional("photo_url", fields::text(URL_CHARS_MAX)),
        badge_url: fields.optional("badge_url", fields::text(URL_CHARS_MAX)),
        additional: fields.optional("additional", fields::any).unwrap_or_default(),
        personal_fields: fields.optional("personal_fields", fields::any).unwrap_or_default(),
        is_returning: fields.optional("is_returning", fields::any).unwrap_or(returning_visitor_id.is_some()),
        is_pre_registered: fields.optional("is_pre_registered", fields::any).unwrap_or_default(),
        is_remote: fields.optional("is_remote", fields::any).unwrap_or_default(),
    };
    Some(Visitor { id: id?, name: name?, ..visitor })
}

/// Reads who is visited.
pub(super) fn read_visiting(fields: &mut Fields) -> Option<Visiting> {
    let id = fields.required("id", fields::id);
    let name = fields.required("name", fields::name(TEXT_CHARS_MAX));
    let mut text = |name: &str| fields.optional(name, fields::text(TEXT_CHARS_MAX)).unwrap_or_default();
    let (role, email, mobile) = (text("role"), text("email"), text("mobile"));
    Some(Visiting { id: id?, name: name?, role, email, mobile })
}

/// Reads a site; where its `known_id` stands in the path, the body may leave it out but not contradict it.
pub(super) fn read_site(fields: &mut Fields, known_id: Option<i64>) -> Option<SiteOut> {
    let id = match known_id {
        Some(known) => Some(fields.known_id(known)),
        None => fields.required("id", fields::id),
    };
    let kind = fields.required("type", |kind: &String| {
        let known = matches!(kind.as_str(), "standard" | "remote");
        if known { Ok(()) } else { Err("The type must be standard or remote.".to_owned()) }
    });
    let name = fields.required("name", fields::name(TEXT_CHARS_MAX));
    let timezone = fields.required("timezone", |zone: &String| {
        let known = zone.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'));
        if known && (1..=64).contains(&zone.len()) {
            Ok(())
        } else {
            Err("The timezone must be an IANA name such as Europe/London.".to_owned())
        }
    });
    Some(SiteOut { id: id?, kind: kind?, name: name?, timezone: timezone? })
}

/// Puts an event that came through the management API into the published form: any of the body's keys may be left out
/// that Klingel knows itself, and `group_id` may stand beside them.
pub(super) fn shape(publish: Publish, now: Micros, dice: &dyn Dice) -> Result<Publish, Refusal> {
    let Some(what) = What::named(publish.event_type.as_str()) else {
        return Err(Refusal::Invalid("eventType", "must be visitor.signin or visitor.signout".to_owned()));
    };
    let read = || {
        let mut fields = Fields::of(&publish.payload)?;
        fields.optional("event", |event: &String| {
            let same = event == what.as_str();
            if same {
                Ok(())
            } else {
                Err(format!("The event must be {}, as eventType says.", what.as_str()))
            }
        });
        let at = fields.optional("event_at", instant).as_deref().and_then(time::read);
        // It is always the time of admission; a client may send a whole body back.
        fields.optional::<String>("pushed_at", instant);
        let key = fields.optional("idempotency_key", idempotency_key);
        let group_id = fields.optional("group_id", fields::id);
        if fields.is_absent("site") {
            fields.fault("site", "The site field is required.");
        }
        if fields.is_absent("visitor") {
            fields.fault("visitor", "The visitor field is required.");
        }
        let site = fields.object("site", |fields| read_site(fields, None));
        let visitor = fields.object("visitor", |fields| read_visitor(fields, None));
        let visiting = fields.object("visiting", read_visiting);
        let parts = site.zip(visitor).map(|(site, visitor)| (at, key, group_id, site, visitor, visiting));
        fields.finish(parts)
    };
    let (at, key, group_id, site, visitor, visiting) =
        read().map_err(|problem: Problem| Refusal::Invalid("payload", problem.text()))?;
    let at = at.unwrap_or(now);
    let event = Event { what, at, site: &site, visitor: &visitor, visiting: visiting.as_ref(), group_id };
    let mut shaped = event.publish(key, now, dice);
    let own = publish.channels.into_iter().filter(|channel| !shaped.channels.contains(channel));
    let own: Vec<_> = own.collect();
    shaped.channels.extend(own);
    Ok(Publish {
        event_id: publish.event_id,
        payload_until: publish.payload_until,
        once: publish.once,
        ..shaped
    })
}

/// Whether a text is an instant.
#[expect(clippy::ptr_arg, reason = "the field reader hands over what it has read")]
pub(super) fn instant(text: &String) -> Result<(), String> {
    match time::read(text) {
        Some(_) => Ok(()),
        None => Err("The instant must be written as 2021-04-29T13:39:57Z.".to_owned()),
    }
}

#[expect(clippy::ptr_arg, reason = "the field reader hands over what it has read")]
fn idempotency_key(key: &String) -> Result<(), String> {
    if key.len() == KEY_CHARS && key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err(format!("The idempotency_key must have {KEY_CHARS} letters and digits."))
    }
}
