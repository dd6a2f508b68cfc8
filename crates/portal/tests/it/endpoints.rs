//! Endpoints: made, changed, deleted; their form comes from the dialect.

use http::Method;
use klingel_model::{AppId, Endpoint, EndpointId};
use klingel_store::{EndpointRef, Order, Page as ListPage, Reader as _};
use serde_json::{Value, json};

use crate::house::House;
use crate::vendors::{with_conditions, with_numbers};

impl House {
    /// The endpoints of an application, oldest first.
    pub(crate) async fn endpoints(&self, app: AppId) -> Vec<Endpoint> {
        let page = ListPage { limit: 100, after: None, order: Order::Ascending };
        self.store.endpoints(app, page).await.unwrap().items
    }

    /// One endpoint.
    pub(crate) async fn endpoint(&self, app: AppId, id: EndpointId) -> Option<Endpoint> {
        self.store.endpoint(app, EndpointRef::Id(id)).await.unwrap()
    }

    /// Makes an endpoint through the API.
    pub(crate) async fn add_endpoint(&self, app: AppId, body: &Value) -> EndpointId {
        let made = self.api(Method::POST, &format!("/app/{app}/endpoint/"), body).await;
        made["id"].as_str().unwrap().parse().unwrap()
    }

    /// What the audit log says was done, newest first; that somebody came is left out.
    pub(crate) async fn done(&self, app: AppId) -> Vec<String> {
        use klingel_store::Access as _;
        let page = ListPage { limit: 100, after: None, order: Order::Descending };
        let lines = self.store.audit(self.environment_id, Some(app), page).await.unwrap();
        let actions = lines.items.into_iter().map(|(_, line)| line.action);
        actions.filter(|action| action != "session.begin").collect()
    }
}

fn settings(endpoint: &Endpoint) -> Value {
    serde_json::from_str(endpoint.dialect_settings_json.as_deref().unwrap()).unwrap()
}

#[tokio::test]
async fn an_endpoint_is_made_and_changed_with_every_field() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    house.api(Method::POST, "/event-type/", &json!({"name": "user.new", "description": "new"})).await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    let fields = [
        ("url", "https://example.com/hook"),
        ("description", "Orders"),
        ("eventTypes", "user.new"),
        ("channels", "berlin, hamburg"),
        ("filter.combine", "any"),
        ("filter.field", "payload.amount"),
        ("filter.operator", "gte"),
        ("filter.value", "100"),
        ("filter.field", "payload.urgent"),
        ("filter.operator", "eq"),
        ("filter.value", "true"),
        ("filter.field", ""),
        ("filter.operator", "eq"),
        ("filter.value", "ignored"),
        ("throttleRate", "5"),
        ("maxInFlight", "3"),
        ("retry", "own"),
        ("retrySchedule", "5 s, 5 min"),
    ];
    let made = customer.submit(&new, &new, &fields).await;
    let [endpoint] = &house.endpoints(app).await[..] else { panic!("one endpoint") };
    let path = format!("/portal/apps/{app}/endpoints/{}", endpoint.id);
    assert_eq!(made.location(), path);
    assert_eq!(endpoint.url.as_ref(), "https://example.com/hook");
    assert_eq!(endpoint.description, "Orders");
    assert_eq!(endpoint.rate_limit_per_s, Some(5));
    assert_eq!(endpoint.max_in_flight, 3);
    assert_eq!(endpoint.retry_schedule.as_ref().unwrap().delays().len(), 2);
    assert_eq!(endpoint.secrets.len(), 1);
    let filter: Value = serde_json::from_str(endpoint.filter_json.as_deref().unwrap()).unwrap();
    assert_eq!(
        filter,
        json!({"$or": [{"payload": {"amount": {"$gte": 100}}}, {"payload": {"urgent": true}}]})
    );

    let page = customer.get(&path).await;
    page.shows(&[
        "Orders",
        "Healthy",
        "https://example.com/hook",
        "user.new",
        "5 s, 5 min",
        "payload.amount is at least 100",
    ]);
    let edit = format!("{path}/edit");
    let form = customer.get(&edit).await;
    form.shows(&["value=\"payload.amount\"", "value=\"5 s, 5 min\"", "value=\"berlin, hamburg\""]);
    house.clock.advance(std::time::Duration::from_secs(1));
    let changed = customer
        .submit(&edit, &edit, &[("url", "https://example.com/2"), ("disabled", "true"), ("retry", "never")])
        .await;
    assert_eq!(changed.location(), path);
    let now = house.endpoint(app, endpoint.id).await.unwrap();
    assert_eq!(
        (now.url.as_ref(), now.disabled, now.filter_json, now.event_types),
        ("https://example.com/2", true, None, None)
    );
    assert_eq!(now.retry_schedule.unwrap().delays().len(), 0);
    customer.get(&path).await.shows(&["Switched off"]);
    assert_eq!(house.done(app).await, ["endpoint.change", "endpoint.create"]);
}

#[tokio::test]
async fn a_form_comes_from_the_dialect_in_the_vendors_words() {
    let house = House::new().await;
    let app = house.application("Messe", with_numbers()).await;
    let mut customer = house.customer(app).await;
    customer.language = "de";
    let list = format!("/portal/apps/{app}/endpoints");
    customer.get(&list).await.shows(&[
        "Einstellungen › Integrationen › Koppelungen",
        "Webhook anlegen",
        "noch nichts eingerichtet",
    ]);
    let new = format!("{list}/new");
    customer.get(&new).await.shows(&[
        "Benutzer: neu",
        "Veranstaltungen auswählen",
        "name=\"settings.triggers.user.new\"",
    ]);
    let fields = [
        ("settings.name", "CRM"),
        ("url", "https://example.com/crm"),
        ("settings.triggers.user.new", "true"),
        ("settings.events", "3, 5"),
    ];
    customer.submit(&new, &new, &fields).await.location();
    let endpoint = &house.endpoints(app).await[0];
    let kept = settings(endpoint);
    assert_eq!((&kept["name"], &kept["events"]), (&json!("CRM"), &json!([3, 5])));
    assert_eq!(kept["triggers"]["user"], json!({"new": true, "update": false, "delete": false}));
    customer.get(&list).await.shows(&["CRM", "Benutzer: neu", "In Ordnung"]);
}

#[tokio::test]
async fn records_are_chosen_by_name_and_conditions_stand_in_rows() {
    let house = House::new().await;
    let app = house.application("Office", with_conditions()).await;
    let site = json!({"name": "Berlin <b>", "type": "standard", "timezone": "Europe/Berlin"});
    house.api(Method::PUT, &format!("/app/{app}/{}/sites/7", with_conditions()), &site).await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    customer.get(&new).await.shows(&["Berlin &#60;b&#62;", "Advanced filters", "Visitor group"]);
    let fields = [
        ("settings.site", "7"),
        ("settings.event", "signin"),
        ("url", "https://example.com/visits"),
        ("settings.filter.combine", "all"),
        ("settings.filter.field", "Company"),
        ("settings.filter.operator", "equals"),
        ("settings.filter.value", "Acme"),
        ("settings.filter.field", "host"),
        ("settings.filter.operator", "is_set"),
        ("settings.filter.value", ""),
    ];
    let made = customer.submit(&new, &new, &fields).await;
    let path = made.location().to_owned();
    let kept = settings(&house.endpoints(app).await[0]);
    assert_eq!(kept["site"], 7);
    assert_eq!(kept["filter"]["rows"][0], json!({"field": "Company", "operator": "equals", "value": "Acme"}));
    customer.get(&path).await.shows(&["Berlin &#60;b&#62;", "Company equals Acme"]);
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_nothing_is_made() {
    let house = House::new().await;
    let app = house.application("Office", with_conditions()).await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    let wrong = [
        ("settings.event", "signin"),
        ("url", "ftp://example.com"),
        ("throttleRate", "many"),
        ("settings.filter.field", "Company"),
        ("settings.filter.operator", "greater"),
        ("settings.filter.value", "x"),
    ];
    let told = customer.submit(&new, &new, &wrong).await;
    assert_eq!(told.status, 422);
    told.shows(&[
        "Please give a whole number from 1 to 65535.",
        "value=\"many\"",
        "value=\"ftp://example.com\"",
    ]);
    let mut wrong = wrong.to_vec();
    wrong[2].1 = "9";
    let told = customer.submit(&new, &new, &wrong).await;
    assert_eq!(told.status, 422);
    told.shows(&["This value is not accepted.", "aria-invalid"]);
    assert_eq!(house.endpoints(app).await, []);
}

#[tokio::test]
async fn a_form_can_ask_for_more_rows_and_for_json() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    let row = [("filter.field", "payload.a"), ("filter.operator", "eq"), ("filter.value", "1")];
    let count = |html: &str| html.matches("name=\"filter.field\"").count();
    let mut fields = row.to_vec();
    fields.push(("redraw", "filter.rows"));
    let more = customer.submit(&new, &new, &fields).await;
    assert_eq!((more.status, count(&more.html)), (200, 4));
    fields.pop();
    fields.push(("redraw", "filter.json"));
    let json = customer.submit(&new, &new, &fields).await;
    json.shows(&["name=\"filter.mode\" value=\"json\"", "&#34;payload&#34;"]);
    let fields = [
        ("filter.mode", "json"),
        ("filter.json", "{\"payload\":{\"b\":{\"$gt\":2}}}"),
        ("redraw", "filter.table"),
    ];
    customer.submit(&new, &new, &fields).await.shows(&["value=\"payload.b\""]);
    let fields = [("url", "https://example.com"), ("filter.mode", "json"), ("filter.json", "{oops")];
    let told = customer.submit(&new, &new, &fields).await;
    assert_eq!(told.status, 422);
    told.shows(&["This is not valid JSON."]);
    assert_eq!(house.endpoints(app).await, []);
}

#[tokio::test]
async fn deleting_asks_first() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house.add_endpoint(app, &json!({"url": "https://example.com"})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/endpoints/{id}/delete");
    customer.get(&path).await.shows(&["Delete: Endpoint", "https://example.com"]);
    assert!(house.endpoint(app, id).await.is_some());
    assert_eq!(customer.submit(&path, &path, &[]).await.location(), format!("/portal/apps/{app}/endpoints"));
    assert!(house.endpoint(app, id).await.is_none());
    assert_eq!(house.done(app).await, ["endpoint.delete"]);
}

#[tokio::test]
async fn headers_are_kept_and_credentials_are_not_shown_again() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house.add_endpoint(app, &json!({"url": "https://example.com"})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/endpoints/{id}/headers");
    let fields = [
        ("headers.label", "x-team"),
        ("headers.value", "blue"),
        ("headers.label", "authorization"),
        ("headers.value", "Bearer hunter2"),
    ];
    customer.submit(&path, &path, &fields).await.location();
    let page = customer.get(&path).await;
    page.shows(&["value=\"x-team\"", "value=\"blue\"", "value=\"authorization\""]);
    page.hides(&["hunter2"]);
    house.clock.advance(std::time::Duration::from_secs(1));
    let fields = [("headers.label", "authorization"), ("headers.value", "••••••")];
    customer.submit(&path, &path, &fields).await.location();
    let kept = house.endpoint(app, id).await.unwrap().headers;
    assert_eq!(
        kept.into_iter().collect::<Vec<_>>(),
        [("authorization".to_owned(), "Bearer hunter2".to_owned())]
    );
    let told = customer.submit(&path, &path, &[("headers.label", "host"), ("headers.value", "x")]).await;
    assert_eq!(told.status, 422);
    told.shows(&["This value is not accepted."]);
}

#[tokio::test]
async fn a_secret_is_shown_on_request_and_replaced() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house.add_endpoint(app, &json!({"url": "https://example.com"})).await;
    let secret = house.endpoint(app, id).await.unwrap().secrets[0].key.reveal();
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/endpoints/{id}");
    customer.get(&path).await.hides(&["whsec_"]);
    let shown = customer.submit(&path, &format!("{path}/secret"), &[]).await;
    shown.shows(&[&secret]);
    assert_eq!(customer.get(&format!("{path}/secret")).await.status, 405);
    house.clock.advance(std::time::Duration::from_secs(1));
    let rotate = format!("{path}/secret/rotate");
    assert_eq!(customer.submit(&path, &rotate, &[("secret.grace", "1")]).await.location(), path);
    let secrets = house.endpoint(app, id).await.unwrap().secrets;
    assert_eq!(secrets.len(), 2);
    assert_eq!(secrets[1].key.reveal(), secret);
    assert!(secrets[0].expires_at.is_none() && secrets[1].expires_at.is_some());
    let told = customer.submit(&path, &rotate, &[("secret.new", "no secret")]).await;
    assert_eq!(told.status, 422);
    assert_eq!(house.done(app).await, ["secret.rotate", "secret.reveal"]);
}
