//! *Meine Daten > Datenweitergabe*: users see to whom their data go, give and withdraw. The subject is the user's uuid,
//! the recipient an operator's id.

use std::collections::BTreeMap;

use klingel_engine::deliver::description::Words;
use klingel_engine::disclosure::{
    DECISIONS_SHOWN_MAX, Decision, DecisionKind, Disclosing, Disclosure, RELEASES_MAX, Release, ReleaseState,
    ReleasedField,
};
use klingel_engine::{Engine, Refusal};
use klingel_model::{AppId, Application, Micros};

use super::feed::decide::{Wanted, decide};
use super::feed::decisions::{Standing, standings};
use super::feed::user_uuid;
use super::records::consent::{Released, State};
use super::records::decision::{self, Kind};
use super::records::user;

/// Lines of a user's history that are read: enough for the newest ones of every operator that is used now and then.
const LINES: usize = 1000;

/// The user's say.
#[derive(Debug, Clone, Copy)]
pub struct Datenweitergabe;

impl Disclosure for Datenweitergabe {
    fn releases<'a>(
        &'a self,
        engine: &'a Engine,
        application: &'a Application,
        subject: &'a str,
    ) -> Disclosing<'a, Vec<Release>> {
        Box::pin(async move {
            let (user, app_id) = (user_uuid(subject)?, application.id);
            let registered = user::find(&*engine.world().store, app_id, &user).await?;
            let registered = registered.map(|kept| kept.document).unwrap_or_default();
            let mut history = history(engine, app_id, &user).await?;
            let standings = standings(engine, app_id, &user).await?;
            let releases = standings.into_iter().take(RELEASES_MAX).map(|standing| {
                let history = history.remove(&standing.operator).unwrap_or_default();
                release(standing, &registered, history)
            });
            let mut releases: Vec<Release> = releases.collect();
            releases.sort_by_key(|release| (release.title.to_lowercase(), release.recipient.clone()));
            Ok(releases)
        })
    }

    fn give<'a>(
        &'a self,
        engine: &'a Engine,
        application: &'a Application,
        subject: &'a str,
        recipient: &'a str,
    ) -> Disclosing<'a, ()> {
        Box::pin(async move {
            let user_uuid = known(engine, application.id, subject, recipient).await?;
            let Some(registered) = user::find(&*engine.world().store, application.id, &user_uuid).await?
            else {
                return Err(Refusal::Conflict(
                    "nothing is registered of this user, so there is nothing to release".to_owned(),
                ));
            };
            let operator = recipient.to_owned();
            let wanted = Wanted { operator, user_uuid, released: Some(registered.document) };
            decide(engine, application, wanted).await.map(drop)
        })
    }

    fn withdraw<'a>(
        &'a self,
        engine: &'a Engine,
        application: &'a Application,
        subject: &'a str,
        recipient: &'a str,
    ) -> Disclosing<'a, ()> {
        Box::pin(async move {
            let user_uuid = known(engine, application.id, subject, recipient).await?;
            let wanted = Wanted { operator: recipient.to_owned(), user_uuid, released: None };
            decide(engine, application, wanted).await.map(drop)
        })
    }
}

/// The user's uuid, if he can decide about this operator.
async fn known(engine: &Engine, app_id: AppId, subject: &str, recipient: &str) -> Result<String, Refusal> {
    let user = user_uuid(subject)?;
    let standings = standings(engine, app_id, &user).await?;
    if standings.iter().any(|standing| standing.operator == recipient) {
        Ok(user)
    } else {
        Err(Refusal::NotFound("recipient"))
    }
}

fn release(standing: Standing, registered: &Released, history: Vec<Decision>) -> Release {
    let (state, released) = match &standing.consent {
        None => (ReleaseState::Open, registered),
        Some(consent) if consent.state == State::Given => (ReleaseState::Given, &consent.released),
        Some(_) => (ReleaseState::Withdrawn, registered),
    };
    Release {
        fields: fields(released),
        recipient: standing.operator,
        title: standing.described.name,
        terms_url: standing.described.terms_url,
        privacy_url: standing.described.privacy_url,
        state,
        decided_at: standing.consent.as_ref().map(|consent| Micros::from_unix_us(consent.decided_us)),
        history,
    }
}

fn fields(released: &Released) -> Vec<ReleasedField> {
    let all = [
        ("userVorname", Words { de: "Vorname", en: "First name" }, &released.user_vorname),
        ("userName", Words { de: "Nachname", en: "Surname" }, &released.user_name),
        ("userEmail", Words { de: "E-Mail-Adresse", en: "E-mail address" }, &released.user_email),
        ("bereich", Words { de: "Bereich", en: "Work area" }, &released.bereich),
    ];
    let given = all.into_iter().filter_map(|(name, label, value)| Some((name, label, value.clone()?)));
    given.map(|(name, label, value)| ReleasedField { name, label, value }).collect()
}

/// The newest decisions of a user, newest first, by operator.
async fn history(
    engine: &Engine,
    app_id: AppId,
    user: &str,
) -> Result<BTreeMap<String, Vec<Decision>>, Refusal> {
    let part = decision::page(&*engine.world().store, app_id, user, LINES, None).await?;
    let mut history: BTreeMap<String, Vec<Decision>> = BTreeMap::new();
    for line in part.items {
        let lines = history.entry(line.operator).or_default();
        if lines.len() < DECISIONS_SHOWN_MAX {
            lines.push(Decision { kind: kind(line.kind), at: Micros::from_unix_us(line.at_us) });
        }
    }
    Ok(history)
}

const fn kind(kind: Kind) -> DecisionKind {
    match kind {
        Kind::Given => DecisionKind::Given,
        Kind::Changed => DecisionKind::Changed,
        Kind::Withdrawn => DecisionKind::Withdrawn,
        Kind::Declined => DecisionKind::Declined,
        Kind::Dropped => DecisionKind::Dropped,
    }
}
