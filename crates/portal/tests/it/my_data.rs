//! The page of the person whose data it is: everything she can do there, and that nobody else can.

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request, header};
use klingel_model::{AppId, PassScope};
use klingel_store::{Access as _, Order, Page};
use serde_json::{Value, json};

use crate::house::{Browser, House};

pub(crate) const PERSON: &str = "c6425258-a870-498d-8173-6c2341c934e0";
const OTHER: &str = "11111111-a870-498d-8173-6c2341c934e0";
const PAGE: &str = "/portal/my-data";

/// An application whose dialect lets people decide, with a recipient who wants to have their data.
pub(crate) struct Host {
    pub(crate) house: House,
    app: AppId,
    base: String,
    /// The recipient's own id of its hook.
    hook: String,
}

impl Host {
    pub(crate) async fn new() -> Self {
        let house = House::new().await;
        let dialects = klingel_dialects::all();
        let dialect = dialects.iter().find(|dialect| dialect.disclosure().is_some()).expect("there is one");
        let app = house.application("Trattoria", dialect.name()).await;
        let base = format!("/app/{app}/{}", dialect.name());
        let booked = json!({"bookedEndpoints": ["personal"]});
        house.api(Method::PUT, &format!("{base}/store"), &booked).await;
        let words = json!({
            "name": "Bounti <b>", "termsUrl": "https://b.example/terms", "privacyUrl": "https://b.example/privacy",
        });
        house.api(Method::PUT, &format!("{base}/operator/bounti"), &words).await;
        let scopes = json!(["personal_read", "personal_write"]);
        let key = json!({"name": "key", "operator": "bounti", "ipAddress": "*", "scopes": scopes});
        let key = house.api(Method::POST, &format!("{base}/key"), &key).await;
        let hook = json!({"hookKey": "personalData", "url": "https://bounti.example/hook"});
        let hook = register(&house, key["key"].as_str().unwrap(), &hook).await;
        let fields = json!({
            "userVorname": "Mirco", "userName": "Till", "userEmail": "info@gastro-mis.de", "bereich": "Service",
        });
        house.api(Method::PUT, &format!("{base}/user/{PERSON}"), &fields).await;
        Self { house, app, base, hook }
    }

    /// A person's browser, with the link that the host application asks for.
    pub(crate) async fn person(&self, person: &str) -> Browser {
        let asked = json!({"subject": person});
        let path = format!("/auth/subject-portal-access/{}/", self.app);
        let made = self.house.api(Method::POST, &path, &asked).await;
        let url = made["url"].as_str().unwrap_or_else(|| panic!("{made}"));
        let link = url.strip_prefix("http://127.0.0.1:8080").expect("the link leads to the portal");
        let mut browser = self.house.browser();
        assert_eq!(browser.get(link).await.location(), PAGE);
        assert_eq!(self.house.browser().get(link).await.status, 410, "it opens once");
        browser
    }

    /// What goes out next, as text.
    async fn sent(&self) -> String {
        let request = self.house.next_sent().await;
        assert_eq!(&*request.url, "https://bounti.example/hook");
        String::from_utf8(request.body.to_vec()).unwrap()
    }

    /// Fails unless exactly so many messages were ever made.
    async fn has_sent(&self, count: usize) {
        let messages = self.house.api(Method::GET, &format!("/app/{}/msg/", self.app), &Value::Null).await;
        assert_eq!(messages["data"].as_array().unwrap().len(), count, "{messages}");
    }
}

async fn register(house: &House, key: &str, hook: &Value) -> String {
    let request = Request::builder().method(Method::POST).uri("/extern/personal/registerWebhook");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    let mut request = request.body(Body::from(hook.to_string())).unwrap();
    request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 1], 4000))));
    let made = house.door(request).await;
    made["uuid"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// The value of a hidden field of the page's first form that has it.
fn hidden(html: &str, name: &str) -> String {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\"")).expect("the field is there");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_sees_what_goes_to_whom_gives_it_and_takes_it_back() {
    let host = Host::new().await;
    let mut person = host.person(PERSON).await;
    assert_eq!(person.get("/portal").await.location(), PAGE);
    person.language = "de";
    let page = person.get(PAGE).await;
    page.shows(&[
        "Datenweitergabe",
        "Trattoria",
        "Bitte entscheiden Sie",
        "Bounti &#60;b&#62;",
        "Vorname",
        "Mirco",
    ]);
    page.shows(&[
        "E-Mail-Adresse",
        "info@gastro-mis.de",
        "https://b.example/terms",
        "Zustimmen und weitergeben",
    ]);
    let seen = hidden(&page.html, "seen");
    let form = [("recipient", "bounti"), ("seen", seen.as_str())];
    assert_eq!(person.post(PAGE, "/portal/my-data/give", &form).await.location(), PAGE);
    let given = format!(
        r#"{{"webhook":"{}","userUuid":"{PERSON}","userVorname":"Mirco","userName":"Till","userEmail":"info@gastro-mis.de","bereich":"Service"}}"#,
        host.hook
    );
    assert_eq!(host.sent().await, given);
    person.get(PAGE).await.shows(&["Freigegeben", "hat die folgenden Angaben", "Sie haben zugestimmt"]);
    host.house.clock.advance(std::time::Duration::from_secs(1));

    let asks = "/portal/my-data/withdraw?recipient=bounti";
    assert!(person.get(PAGE).await.html.contains(asks));
    person.get(asks).await.shows(&["Möchten Sie Ihre Zustimmung", "Mirco", "Ja, zurücknehmen"]);
    let unasked = person.post(asks, "/portal/my-data/withdraw", &[("recipient", "bounti")]).await;
    assert_eq!(unasked.status, 409, "only the page that asks takes it back");
    host.has_sent(1).await;
    let yes = [("recipient", "bounti"), ("confirmed", "yes")];
    assert_eq!(person.post(asks, "/portal/my-data/withdraw", &yes).await.location(), PAGE);
    let deleted = format!(r#"{{"delete":true,"webhook":"{}","userUuid":"{PERSON}"}}"#, host.hook);
    assert_eq!(host.sent().await, deleted);
    assert_eq!(person.post(PAGE, "/portal/my-data/withdraw", &yes).await.location(), PAGE);
    let page = person.get(PAGE).await;
    page.shows(&["Nicht freigegeben", "Sie haben Ihre Zustimmung zurückgenommen", "Sie haben zugestimmt"]);
    host.has_sent(2).await;
    assert_eq!(actions(&host).await, ["disclosure.withdraw", "disclosure.withdraw", "disclosure.give"]);
}

async fn actions(host: &Host) -> Vec<String> {
    let page = Page { limit: 50, after: None, order: Order::Descending };
    let audit = host.house.store.audit(host.house.environment_id, Some(host.app), page).await.unwrap();
    audit.items.into_iter().map(|(_, entry)| entry.action).filter(|a| a.starts_with("disclosure.")).collect()
}

#[tokio::test]
async fn declining_sends_nothing_and_can_be_thought_over() {
    let host = Host::new().await;
    let mut person = host.person(PERSON).await;
    let decline = [("recipient", "bounti")];
    assert_eq!(person.post(PAGE, "/portal/my-data/withdraw", &decline).await.location(), PAGE);
    let page = person.get(PAGE).await;
    page.shows(&["Not shared", "You declined", "Agree and share"]);
    host.has_sent(0).await;
    let seen = hidden(&page.html, "seen");
    let form = [("recipient", "bounti"), ("seen", seen.as_str())];
    assert_eq!(person.post(PAGE, "/portal/my-data/give", &form).await.location(), PAGE);
    assert!(host.sent().await.contains("Mirco"));
}

#[tokio::test]
async fn what_is_given_is_what_was_seen() {
    let host = Host::new().await;
    let mut person = host.person(PERSON).await;
    let seen = hidden(&person.get(PAGE).await.html, "seen");
    let more = json!({"userVorname": "Mirco", "userName": "Till", "userEmail": "private@example.org"});
    host.house.api(Method::PUT, &format!("{}/user/{PERSON}", host.base), &more).await;
    let form = [("recipient", "bounti"), ("seen", seen.as_str())];
    assert_eq!(person.post(PAGE, "/portal/my-data/give", &form).await.status, 409);
    host.has_sent(0).await;
    person.get(PAGE).await.shows(&["private@example.org", "Please decide"]);
}

#[tokio::test]
async fn nobody_decides_for_somebody_else() {
    let host = Host::new().await;
    let mut other = host.person(OTHER).await;
    other.get(PAGE).await.hides(&["Mirco"]);
    let form = [("recipient", "bounti"), ("seen", ""), ("subject", PERSON), ("userUuid", PERSON)];
    assert_eq!(other.post(PAGE, "/portal/my-data/give", &form).await.status, 409);
    let unknown = [("recipient", "somebody"), ("seen", "")];
    assert_eq!(other.post(PAGE, "/portal/my-data/give", &unknown).await.status, 404);
    for path in ["/portal/overview".to_owned(), format!("/portal/apps/{}", host.app)] {
        assert_eq!(other.get(&path).await.status, 403, "{path}");
    }
    let mut customer = host.house.customer(host.app).await;
    assert_eq!(customer.get(PAGE).await.status, 403);
    let mut person = host.person(PERSON).await;
    assert_eq!(person.post_raw("/portal/my-data/give", &form).await.status, 403, "without the form's token");
    let nobody = host.house.browser().get(PAGE).await;
    assert_eq!(nobody.status, 401);
    nobody.hides(&["password", "klingel portal login"]);
    host.has_sent(0).await;
}

#[tokio::test]
async fn a_dialect_that_asks_nobody_has_no_such_page() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let scope = PassScope::Subject { app_id: app, subject: PERSON.to_owned() };
    assert_eq!(house.visitor(scope).await.get(PAGE).await.status, 404);
}
