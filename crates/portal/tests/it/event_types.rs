//! The catalogue of event types.

use klingel_model::EventTypeName;
use klingel_store::Reader as _;

use crate::house::{Browser, House};

const PATH: &str = "/portal/event-types";
const SCHEMA: &str = r#"{"type": "object", "properties": {"room": {"examples": ["<script>Aula</script>"]}}}"#;

async fn hidden(browser: &mut Browser, path: &str, name: &str) -> String {
    let html = browser.get(path).await.html;
    let rest = html.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a hidden field");
    rest.split('"').next().unwrap().to_owned()
}

async fn made(house: &House, operator: &mut Browser, name: &str) -> String {
    let once = hidden(operator, PATH, "once").await;
    let fields = [("once", once.as_str()), ("name", name), ("description", "A room"), ("schema.1", SCHEMA)];
    let path = format!("{PATH}/{name}");
    assert_eq!(operator.post(PATH, PATH, &fields).await.location(), path);
    // Whoever changes it next does so at another instant.
    house.clock.advance(std::time::Duration::from_secs(1));
    path
}

#[tokio::test]
async fn an_event_type_is_made_shown_with_an_example_and_changed() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    operator.get(PATH).await.shows(&["No event type yet", "curl"]);
    let path = made(&house, &mut operator, "room.booked").await;
    operator.get(PATH).await.shows(&["room.booked", "with schema"]);
    let page = operator.get(&path).await;
    page.shows(&["Example for version 1", "&#60;script&#62;Aula&#60;/script&#62;", "version 2"]);
    page.hides(&["<script>Aula"]);

    let version = hidden(&mut operator, &path, "version").await;
    let fields =
        [("version", version.as_str()), ("description", "A hall"), ("schema.1", ""), ("deprecated", "true")];
    assert_eq!(operator.post(&path, &path, &fields).await.location(), path);
    let name = EventTypeName::new("room.booked").unwrap();
    let known = house.store.event_type(house.environment_id, name).await.unwrap().unwrap();
    assert_eq!((known.description.as_str(), known.deprecated, known.schemas_json), ("A hall", true, None));
    assert_eq!(operator.post(&path, &path, &fields).await.status, 409);
    operator.get("/portal/audit").await.shows(&["event_type.create", "event_type.change"]);
}

#[tokio::test]
async fn faults_are_marked_at_their_fields() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    let once = hidden(&mut operator, PATH, "once").await;
    let mut told = async |fields: &[(&str, &str)]| {
        let mut all = vec![("once", once.as_str())];
        all.extend_from_slice(fields);
        operator.post(PATH, PATH, &all).await
    };
    let page = told(&[("name", "no name!"), ("description", "x")]).await;
    assert_eq!(page.status, 422);
    page.shows(&["id=\"field-name-error\"", "value=\"no name!\""]);
    let page = told(&[("name", "a"), ("description", "x"), ("schema.1", "{\"type\": ")]).await;
    assert_eq!(page.status, 422);
    page.shows(&["id=\"field-schema-1-error\"", "This is no JSON object"]);
    let page = told(&[("name", "a"), ("description", "x"), ("schema.1", "[]")]).await;
    page.shows(&["id=\"field-schema-1-error\""]);
    operator.get(PATH).await.shows(&["No event type yet"]);
}

#[tokio::test]
async fn an_event_type_is_archived_brought_back_and_deleted() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    let path = made(&house, &mut operator, "room.booked").await;
    let archive = format!("{path}/archive");
    let version = hidden(&mut operator, &path, "version").await;
    operator.post(&path, &archive, &[("version", version.as_str())]).await.location();
    operator.get(PATH).await.hides(&["room.booked"]);
    operator.get(&format!("{PATH}?archived=1")).await.shows(&["room.booked", "archived"]);
    house.clock.advance(std::time::Duration::from_secs(1));
    let version = hidden(&mut operator, &path, "version").await;
    operator.post(&path, &archive, &[("version", version.as_str())]).await.location();
    operator.get(PATH).await.shows(&["room.booked", "in use"]);
    let delete = format!("{path}/delete");
    assert_eq!(operator.post(&path, &delete, &[("confirm", "yes")]).await.status, 409);
    assert_eq!(operator.post(&path, &delete, &[("confirm", "room.booked")]).await.location(), PATH);
    assert_eq!(operator.get(&path).await.status, 404);
}
