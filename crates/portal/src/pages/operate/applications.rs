//! `/portal/apps`: the applications of an environment, and the form for a new one.

use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use klingel_model::{AppId, Application, EnvironmentId, Uid};
use klingel_store::{AppRef, Order, Page as ListPage, Scan};
use serde_json::json;

use super::search::{Search, SearchView};
use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::asked::Asked;
use crate::door::{Operator, Posted};
use crate::fault::Fault;
use crate::form::{FieldView, Look, Pick};
use crate::frame::{Frame, Section, application_href};
use crate::management::{Call, Refused};
use crate::once::ONCE_FIELD;
use crate::show::time::Moment;
use crate::words::Words;

const PATH: &str = "/portal/apps";
/// The dialect that the form begins with: the API's own.
const DIALECT_DEFAULT: &str = "standard";
/// Applications of one page.
const ROWS: usize = 50;
/// Applications that are read at once for a search.
const READ_AT_ONCE: usize = 500;
/// Applications that one page of a search looks at.
const LOOKED_AT_MAX: usize = 5000;

#[derive(Debug, Template)]
#[template(path = "operate/applications.html")]
struct Page {
    frame: Frame,
    search: SearchView,
    rows: Vec<Row>,
    next: Option<String>,
    /// Whether the search stopped before the page was full.
    cut: bool,
    fields: Vec<FieldView>,
    once: String,
    refused: String,
    example: String,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    uid: String,
    id: String,
    dialect: &'static str,
    created: Moment,
}

/// A form that was not accepted, to be shown again.
#[derive(Debug, Default)]
struct Filled {
    name: String,
    uid: String,
    dialect: String,
    refused: Option<Refused>,
}

/// The list, newest first, and the form.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    draw(&portal, &operator, &asked, Filled::default()).await
}

async fn draw(portal: &Portal, operator: &Operator, asked: &Asked, filled: Filled) -> Answer {
    let frame = Frame::operator(operator, Section::Applications, "nav-applications");
    let mut search = Search::new(PATH, frame.words, asked);
    let text = search.text("text", "applications-text");
    let (search, _) = search.done();
    let after = asked.one("after").and_then(|text| text.parse().ok());
    let found = match text {
        None => portal.engine().reader().applications(operator.environment_id, newest(ROWS, after)).await?,
        Some(text) => matching(portal, operator.environment_id, &text, after).await?,
    };
    let refused = filled.refused.as_ref();
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        search,
        rows: found.items.iter().map(|application| row(portal, &frame, application)).collect(),
        cut: found.resume.is_some() && found.items.len() < ROWS,
        next: found.resume.map(|id| asked.onward(PATH, "after", &id.to_string())),
        refused: refused.and_then(|refused| refused.sentence.clone()).unwrap_or_default(),
        fields: fields(portal, frame.words, &filled),
        once: portal.new_once(),
        example: example(portal),
        frame,
    };
    page_with(status, &page)
}

fn newest(limit: usize, after: Option<AppId>) -> ListPage<AppId> {
    ListPage { limit, after, order: Order::Descending }
}

/// Applications with this text in their name or uid, whatever the case of its letters, or with this id.
async fn matching(
    portal: &Portal,
    environment_id: EnvironmentId,
    text: &str,
    mut after: Option<AppId>,
) -> Result<Scan<Application, AppId>, Fault> {
    let reader = portal.engine().reader();
    if let Ok(id) = text.parse() {
        let found = reader.application(environment_id, AppRef::Id(id)).await?;
        return Ok(Scan { items: found.into_iter().collect(), resume: None });
    }
    let text = text.to_lowercase();
    let holds = |field: &str| field.to_lowercase().contains(&text);
    let wanted = |application: &Application| {
        holds(&application.name) || application.uid.as_ref().map(Uid::as_str).is_some_and(holds)
    };
    let (mut items, mut looked_at) = (Vec::new(), 0);
    loop {
        let part = reader.applications(environment_id, newest(READ_AT_ONCE, after)).await?;
        looked_at += part.items.len();
        for application in part.items {
            if wanted(&application) {
                let id = application.id;
                items.push(application);
                if items.len() == ROWS {
                    return Ok(Scan { items, resume: Some(id) });
                }
            }
        }
        after = part.resume;
        if after.is_none() || looked_at >= LOOKED_AT_MAX {
            return Ok(Scan { items, resume: after });
        }
    }
}

fn fields(portal: &Portal, words: Words, filled: &Filled) -> Vec<FieldView> {
    let dialects = &portal.engine().world().dialects;
    let pick = |name: &str| Pick {
        value: name.to_owned(),
        label: words.of(portal.description(name).title).to_owned(),
        chosen: false,
    };
    let picks: Vec<Pick> = dialects.iter().map(|dialect| pick(dialect.name())).collect();
    let chosen = if filled.dialect.is_empty() { DIALECT_DEFAULT } else { &filled.dialect };
    let mut fields = vec![
        FieldView::new("name", words.t("applications-name"), Look::Text).value(&filled.name).required(),
        FieldView::new("uid", words.t("applications-uid"), Look::Text)
            .value(&filled.uid)
            .hint(words.t("applications-uid-hint")),
        FieldView::new("dialect", words.t("applications-dialect"), Look::One(picks))
            .value(chosen)
            .hint(words.t("applications-dialect-hint")),
    ];
    for field in &mut fields {
        if let Some(why) = filled.refused.as_ref().and_then(|refused| refused.at(&field.name)) {
            field.error = words.t("operate-refused-field");
            why.clone_into(&mut field.detail);
        }
    }
    fields
}

fn row(portal: &Portal, frame: &Frame, application: &Application) -> Row {
    Row {
        href: application_href(application.id),
        name: application.name.clone(),
        uid: application.uid.as_ref().map(ToString::to_string).unwrap_or_default(),
        id: application.id.to_string(),
        dialect: frame.words.of(portal.description(&application.dialect).title),
        created: Moment::of(frame.words, application.created_at),
    }
}

/// How an application is made by a program, to be copied.
pub(super) fn example(portal: &Portal) -> String {
    format!(
        "curl -H \"Authorization: Bearer $KEY\" -H \"Content-Type: application/json\" \
         -d '{{\"name\": \"Shop\", \"uid\": \"shop\"}}' {}/api/v1/app/",
        portal.settings().public_url
    )
}

/// Makes an application, and goes on to its page.
pub(crate) async fn make(State(portal): State<Portal>, posted: Posted<Operator>) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let text = |name| form.filled(name).unwrap_or_default().to_owned();
    let mut filled = Filled { name: text("name"), uid: text("uid"), dialect: text("dialect"), refused: None };
    let mut body = json!({ "name": filled.name, "dialect": filled.dialect });
    if !filled.uid.is_empty() {
        body["uid"] = json!(filled.uid);
    }
    let idempotency_key = form.filled(ONCE_FIELD);
    let call = Call { method: Method::POST, path: "/api/v1/app/", body, idempotency_key };
    match portal.call(operator.environment_id, call).await? {
        Ok(made) => {
            let id: Option<AppId> = made["id"].as_str().and_then(|text| text.parse().ok());
            let id =
                id.ok_or_else(|| Fault::Internal("the API made an application without an id".to_owned()))?;
            portal.note_of_operator(&operator, Some(id), "application.create", &id.to_string()).await?;
            see_other(&application_href(id))
        }
        Err(refused) => {
            filled.refused = Some(refused);
            draw(&portal, &operator, &Asked::default(), filled).await
        }
    }
}
