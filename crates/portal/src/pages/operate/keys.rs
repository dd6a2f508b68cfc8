//! `/portal/keys`: keys to the management API.

use askama::Template;
use axum::extract::State;
use http::StatusCode;
use klingel_engine::keys;
use klingel_model::{ApiKey, ApiKeyId, Role};
use klingel_store::{Order, Page as ListPage};

use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::asked::Asked;
use crate::door::{Operator, Posted};
use crate::fault::Fault;
use crate::form::{FieldView, Form, Look, Pick};
use crate::frame::{Frame, Section};
use crate::show::time::Moment;

const PATH: &str = "/portal/keys";
/// Keys of one page.
const ROWS: usize = 50;
/// Bytes of a label, as at the command line.
const LABEL_BYTES_MAX: usize = 200;
const ROLES: [(Role, &str); 3] =
    [(Role::Publish, "keys-publish"), (Role::Read, "keys-read"), (Role::Admin, "keys-admin")];

#[derive(Debug, Template)]
#[template(path = "operate/keys.html")]
struct Page {
    frame: Frame,
    /// The key that was just made; empty: none.
    made: String,
    /// How it is used.
    example: String,
    fields: Vec<FieldView>,
    once: String,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    id: String,
    label: String,
    role: &'static str,
    created: Moment,
    revoked: Option<Moment>,
}

/// What of the page changes.
#[derive(Debug, Default)]
struct Filled {
    made: String,
    label: String,
    role: Option<Role>,
    error: String,
}

/// The list, newest first, and the form.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    draw(&portal, &operator, &asked, Filled::default()).await
}

async fn draw(portal: &Portal, operator: &Operator, asked: &Asked, filled: Filled) -> Answer {
    let after = asked.one("after").and_then(|text| text.parse().ok());
    let wanted = ListPage::<ApiKeyId> { limit: ROWS, after, order: Order::Descending };
    let found = portal.engine().reader().keys(operator.environment_id, wanted).await?;
    let frame = Frame::operator(operator, Section::Keys, "nav-keys");
    let (words, role) = (frame.words, filled.role.unwrap_or(Role::Publish));
    let picks =
        ROLES.map(|(role, key)| Pick { value: role.as_str().to_owned(), label: words.t(key), chosen: false });
    let mut label = FieldView::new("label", words.t("keys-label"), Look::Text).value(filled.label);
    label.hint = words.t("keys-label-hint");
    label.error = filled.error;
    let status = if label.error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        fields: vec![
            label,
            FieldView::new("role", words.t("keys-role"), Look::One(picks.into())).value(role.as_str()),
        ],
        rows: found.items.iter().map(|key| row(&frame, key)).collect(),
        next: found.resume.map(|id| asked.onward(PATH, "after", &id.to_string())),
        example: format!(
            "curl -H \"Authorization: Bearer {}\" {}/api/v1/app/",
            filled.made,
            portal.settings().public_url
        ),
        made: filled.made,
        once: portal.new_once(),
        frame,
    };
    page_with(status, &page)
}

fn row(frame: &Frame, key: &ApiKey) -> Row {
    let word = ROLES.iter().find(|(role, _)| *role == key.role).map_or("", |(_, word)| word);
    Row {
        id: key.id.to_string(),
        label: key.label.clone(),
        role: word,
        created: Moment::of(frame.words, key.created_at),
        revoked: key.revoked_at.map(|at| Moment::of(frame.words, at)),
    }
}

/// Makes a key and shows it on this page, once: the store knows only its digest, so nobody can show it again.
pub(crate) async fn make(State(portal): State<Portal>, posted: Posted<Operator>) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let role = form.one("role").and_then(Role::parse).ok_or(Fault::Unreadable)?;
    let label = form.filled("label").unwrap_or_default().to_owned();
    if label.len() > LABEL_BYTES_MAX || label.chars().any(char::is_control) {
        let error = operator.visit.words.fill("keys-label-wrong", "max", &LABEL_BYTES_MAX.to_string());
        let filled = Filled { label, role: Some(role), error, ..Filled::default() };
        return draw(&portal, &operator, &Asked::default(), filled).await;
    }
    if !portal.is_first(operator.environment_id, "key.create", &form).await? {
        return see_other(PATH);
    }
    let world = portal.engine().world();
    let now = world.clock.now();
    let (text, digest) = keys::new_key(&*world.dice, role);
    let id = ApiKeyId::new(now, &*world.dice);
    let environment_id = operator.environment_id;
    let key = ApiKey { id, environment_id, role, digest, label, created_at: now, revoked_at: None };
    world.store.add_key(key).await?;
    portal.note_of_operator(&operator, None, "key.create", &id.to_string()).await?;
    draw(&portal, &operator, &Asked::default(), Filled { made: text, ..Filled::default() }).await
}

/// Revokes a key of the operator's environment. One that is revoked already stays so.
pub(crate) async fn revoke(State(portal): State<Portal>, posted: Posted<Operator>) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let id = asked_key(&portal, &operator, &form).await?;
    let world = portal.engine().world();
    if world.store.revoke_key(id, world.clock.now()).await? {
        portal.note_of_operator(&operator, None, "key.revoke", &id.to_string()).await?;
    }
    see_other(PATH)
}

/// The key that the form names, if it is of the operator's environment.
async fn asked_key(portal: &Portal, operator: &Operator, form: &Form) -> Result<ApiKeyId, Fault> {
    let id: ApiKeyId = form.one("key").and_then(|text| text.parse().ok()).ok_or(Fault::Unreadable)?;
    let mut after = None;
    loop {
        let wanted = ListPage::<ApiKeyId> { limit: 500, after, order: Order::Descending };
        let found = portal.engine().reader().keys(operator.environment_id, wanted).await?;
        if found.items.iter().any(|key| key.id == id) {
            return Ok(id);
        }
        after = Some(found.resume.filter(|last| *last > id).ok_or(Fault::NotFound)?);
    }
}
