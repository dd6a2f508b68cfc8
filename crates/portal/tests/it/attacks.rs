//! A table of attacks on an application's pages: script in whatever can be filled in, forged and replayed forms, other
//! people's ids.

use http::Method;
use klingel_model::{AppId, PassScope};
use serde_json::{Value, json};

use crate::house::{Browser, House};
use crate::vendors::with_conditions;

/// Markup that a page must never give back as such.
pub(crate) const SCRIPT: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

/// An application of another customer with one of everything.
struct Foreign {
    app: AppId,
    endpoint: String,
    message: String,
    attempt: String,
}

impl House {
    /// An application whose owner writes markup wherever he can, with one test call.
    async fn hostile(&self, name: &str) -> Foreign {
        let app = self.application(name, "standard").await;
        let endpoint = json!({
            "url": format!("https://example.com/?q={}", "%3Cscript%3E"),
            "description": SCRIPT,
            "filter": {"payload": {SCRIPT: {"$eq": SCRIPT}}},
        });
        let endpoint = self.add_endpoint(app, &endpoint).await.to_string();
        self.api(
            Method::PUT,
            &format!("/app/{app}/endpoint/{endpoint}/headers"),
            &json!({"headers": {"x-note": SCRIPT}}),
        )
        .await;
        let message = self.publish(app, "order.paid", &json!({SCRIPT: SCRIPT})).await;
        let mut owner = self.customer(app).await;
        let path = format!("/portal/apps/{app}/endpoints/{endpoint}");
        let tested = owner.submit(&path, &format!("{path}/test"), &[("send", &message)]).await;
        let (_, query) = tested.location().split_once('?').unwrap();
        let of = |name: &str| {
            let (_, rest) = query.split_once(&format!("{name}=")).unwrap();
            rest.split(['&', '#']).next().unwrap().to_owned()
        };
        Foreign { app, endpoint, message: of("message"), attempt: of("attempt") }
    }
}

fn pages(foreign: &Foreign) -> Vec<String> {
    let Foreign { app, endpoint, message, attempt } = foreign;
    let base = format!("/portal/apps/{app}");
    vec![
        base.clone(),
        format!("{base}/endpoints"),
        format!("{base}/endpoints/new"),
        format!("{base}/endpoints/{endpoint}"),
        format!("{base}/endpoints/{endpoint}/edit"),
        format!("{base}/endpoints/{endpoint}/delete"),
        format!("{base}/endpoints/{endpoint}/headers"),
        format!("{base}/endpoints/{endpoint}/log"),
        format!("{base}/endpoints/{endpoint}/replay"),
        format!("{base}/endpoints/{endpoint}/waiting"),
        format!("{base}/endpoints/{endpoint}?message={message}&attempt={attempt}"),
        format!("{base}/messages"),
        format!("{base}/messages/{message}"),
        format!("{base}/messages/{message}/attempts/{attempt}"),
        format!("{base}/attempts"),
        format!("{base}/settings"),
    ]
}

/// Forms that change something, with the page that they stand on.
fn forms(foreign: &Foreign) -> Vec<(String, String)> {
    let Foreign { app, endpoint, message, attempt } = foreign;
    let base = format!("/portal/apps/{app}");
    let own = format!("{base}/endpoints/{endpoint}");
    let same = |path: String| (path.clone(), path);
    vec![
        same(format!("{base}/endpoints/new")),
        same(format!("{own}/edit")),
        same(format!("{own}/delete")),
        same(format!("{own}/headers")),
        same(format!("{own}/replay")),
        (own.clone(), format!("{own}/replay/start")),
        (own.clone(), format!("{own}/waiting")),
        (own.clone(), format!("{own}/secret")),
        (own.clone(), format!("{own}/secret/rotate")),
        (own.clone(), format!("{own}/test")),
        (format!("{base}/messages/{message}"), format!("{base}/messages/{message}/reveal")),
        (format!("{base}/messages/{message}"), format!("{base}/messages/{message}/resend")),
        (format!("{base}/messages/{message}"), format!("{base}/messages/{message}/cancel")),
        (
            format!("{base}/messages/{message}/attempts/{attempt}"),
            format!("{base}/messages/{message}/attempts/{attempt}/reveal"),
        ),
        same(format!("{base}/settings")),
    ]
}

/// What an attack must leave as it was.
async fn kept(house: &House, foreign: &Foreign) -> (Vec<klingel_model::Endpoint>, usize, usize) {
    let sent = house.network.sent.lock().unwrap().len();
    (house.endpoints(foreign.app).await, sent, house.done(foreign.app).await.len())
}

pub(crate) fn shows_no_markup(html: &str, path: &str) {
    for markup in ["<script>alert", "<img src=x", "onerror=alert(1)>"] {
        assert!(!html.contains(markup), "{path} gives {markup} back: {html}");
    }
}

#[tokio::test]
async fn script_in_names_urls_payloads_and_filters_is_text_on_every_page() {
    let house = House::new().await;
    let foreign = house.hostile(SCRIPT).await;
    for mut browser in [house.customer(foreign.app).await, house.operator().await] {
        for path in pages(&foreign) {
            let page = browser.get(&path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.html);
            shows_no_markup(&page.html, &path);
            assert!(page.html.contains("&#60;script&#62;") || !page.html.contains("alert(1)"), "{path}");
        }
        for path in [
            format!("/portal/apps/{}/messages/{}", foreign.app, foreign.message),
            format!("/portal/apps/{}/messages/{}/attempts/{}", foreign.app, foreign.message, foreign.attempt),
        ] {
            let revealed = browser.submit(&path, &format!("{path}/reveal"), &[]).await;
            revealed.shows(&["alert(1)"]);
            shows_no_markup(&revealed.html, &path);
        }
    }
}

#[tokio::test]
async fn script_in_what_is_sent_back_with_a_fault_is_text() {
    let house = House::new().await;
    let foreign = house.hostile("Shop").await;
    let mut browser = house.customer(foreign.app).await;
    let new = format!("/portal/apps/{}/endpoints/new", foreign.app);
    let fields = [
        ("url", SCRIPT),
        ("description", SCRIPT),
        ("eventTypes", SCRIPT),
        ("channels", SCRIPT),
        ("filter.field", SCRIPT),
        ("filter.operator", SCRIPT),
        ("filter.value", SCRIPT),
        ("retry", SCRIPT),
        ("retrySchedule", SCRIPT),
        ("throttleRate", SCRIPT),
    ];
    let told = browser.submit(&new, &new, &fields).await;
    assert_eq!(told.status, 422);
    shows_no_markup(&told.html, &new);
    for query in ["messages?type=", "messages?id=", "messages?since=", "attempts?status=", "endpoints?after="]
    {
        let script: String = url::form_urlencoded::byte_serialize(SCRIPT.as_bytes()).collect();
        let path = format!("/portal/apps/{}/{query}{script}", foreign.app);
        shows_no_markup(&browser.get(&path).await.html, &path);
    }
}

#[tokio::test]
async fn script_in_a_dialects_own_lists_is_text() {
    let house = House::new().await;
    let app = house.application("Office", with_conditions()).await;
    let site = json!({"name": SCRIPT, "type": "standard", "timezone": "Europe/Berlin"});
    house.api(Method::PUT, &format!("/app/{app}/{}/sites/7", with_conditions()), &site).await;
    let mut browser = house.customer(app).await;
    let base = format!("/portal/apps/{app}");
    for path in ["lists/sites", "lists/sites/edit?key=7", "lists/sites/delete?key=7", "endpoints/new"] {
        let page = browser.get(&format!("{base}/{path}")).await;
        page.shows(&["&#60;script&#62;"]);
        shows_no_markup(&page.html, path);
    }
}

#[tokio::test]
async fn forms_without_or_with_another_sessions_token_do_nothing() {
    let house = House::new().await;
    let foreign = house.hostile("Shop").await;
    let before = kept(&house, &foreign).await;
    let mut owner = house.customer(foreign.app).await;
    let mut other = house.customer(foreign.app).await;
    let stolen = other.get(&format!("/portal/apps/{}/settings", foreign.app)).await.csrf();
    for (_, path) in forms(&foreign) {
        for csrf in [None, Some(""), Some("guess"), Some(stolen.as_str())] {
            let fields: Vec<(&str, &str)> = csrf.map(|csrf| ("csrf", csrf)).into_iter().collect();
            assert_eq!(owner.post_raw(&path, &fields).await.status, 403, "{path} with {csrf:?}");
        }
    }
    assert_eq!(kept(&house, &foreign).await, before);
}

#[tokio::test]
async fn forms_are_worth_nothing_after_the_log_out() {
    let house = House::new().await;
    let foreign = house.hostile("Shop").await;
    let before = kept(&house, &foreign).await;
    let mut owner = house.customer(foreign.app).await;
    let csrf = owner.get(&format!("/portal/apps/{}/settings", foreign.app)).await.csrf();
    let mut copy = owner.clone();
    owner.post_raw("/portal/logout", &[]).await;
    for (_, path) in forms(&foreign) {
        assert_eq!(copy.post_raw(&path, &[("csrf", &csrf)]).await.status, 401, "{path}");
    }
    assert_eq!(kept(&house, &foreign).await, before);
}

#[tokio::test]
async fn stale_forms_change_nothing_and_double_ones_make_one() {
    let house = House::new().await;
    let foreign = house.hostile("Shop").await;
    let mut owner = house.customer(foreign.app).await;
    let edit = format!("/portal/apps/{}/endpoints/{}/edit", foreign.app, foreign.endpoint);
    let stale = owner.get(&edit).await.carried();
    let with = |carried: &[(String, String)], url: &str| -> Vec<(String, String)> {
        carried.iter().cloned().chain([("url".to_owned(), url.to_owned())]).collect()
    };
    house.clock.advance(std::time::Duration::from_secs(1));
    post(&mut owner, &edit, &with(&stale, "https://example.com/first")).await.location();
    let late = post(&mut owner, &edit, &with(&stale, "https://example.com/late")).await;
    assert_eq!(late.status, 409);
    assert_eq!(house.endpoints(foreign.app).await[0].url.as_ref(), "https://example.com/first");

    let new = format!("/portal/apps/{}/endpoints/new", foreign.app);
    let twice = with(&owner.get(&new).await.carried(), "https://example.com/twice");
    let first = post(&mut owner, &new, &twice).await.location().to_owned();
    assert_eq!(post(&mut owner, &new, &twice).await.location(), first);
    assert_eq!(house.endpoints(foreign.app).await.len(), 2);
}

async fn post(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> crate::house::Page {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post_raw(path, &fields).await
}

#[tokio::test]
async fn what_belongs_to_another_application_is_not_there() {
    let house = House::new().await;
    let foreign = house.hostile("Shop").await;
    let own = house.hostile("Other").await;
    let before = kept(&house, &foreign).await;
    let mut customer = house.customer(own.app).await;
    let csrf = customer.get(&format!("/portal/apps/{}/settings", own.app)).await.csrf();
    // His own application in the path, somebody else's things in it; and the other's application itself.
    let mixed = [
        Foreign { app: own.app, endpoint: foreign.endpoint.clone(), ..copy(&own) },
        Foreign { app: own.app, message: foreign.message.clone(), ..copy(&own) },
        Foreign { app: own.app, attempt: foreign.attempt.clone(), ..copy(&own) },
        Foreign { app: foreign.app, ..copy(&foreign) },
        Foreign { app: foreign.app, ..copy(&own) },
    ];
    for (number, target) in mixed.iter().enumerate() {
        let touched = |path: &str| {
            let strange = [&foreign.endpoint, &foreign.message, &foreign.attempt];
            // The query of the page of a test is no path: it shows nothing of another's attempt.
            let path = path.split('?').next().unwrap();
            strange.iter().any(|id| path.contains(id.as_str())) || path.contains(&foreign.app.to_string())
        };
        for path in pages(target).iter().filter(|path| touched(path)) {
            assert_eq!(customer.get(path).await.status, 404, "{number}: {path}");
        }
        for (_, path) in forms(target).iter().filter(|(_, path)| touched(path)) {
            let told = customer
                .post_raw(path, &[("csrf", &csrf), ("once", "a"), ("endpoint", &target.endpoint)])
                .await;
            assert_eq!(told.status, 404, "{number}: {path}");
        }
    }
    for verb in ["resend", "cancel"] {
        let path = format!("/portal/apps/{}/messages/{}/{verb}", own.app, own.message);
        let fields = [("csrf", csrf.as_str()), ("once", "b"), ("endpoint", &foreign.endpoint)];
        assert_eq!(customer.post_raw(&path, &fields).await.status, 404, "{verb}");
    }
    let test = format!("/portal/apps/{}/endpoints/{}/test", own.app, own.endpoint);
    let told = customer.post_raw(&test, &[("csrf", &csrf), ("send", &foreign.message)]).await;
    assert_eq!(told.status, 404);
    let shown = format!(
        "/portal/apps/{}/endpoints/{}?message={}&attempt={}",
        own.app, own.endpoint, foreign.message, foreign.attempt
    );
    customer.get(&shown).await.hides(&["id=\"tested\""]);
    let tried = format!("/portal/apps/{}/endpoints/new", own.app);
    let fields =
        [("url", "https://example.com"), ("try.message", foreign.message.as_str()), ("redraw", "try")];
    assert_eq!(customer.submit(&tried, &tried, &fields).await.status, 404);
    let listed = format!("/portal/apps/{}/attempts?endpoint={}", own.app, foreign.endpoint);
    assert_eq!(customer.get(&listed).await.status, 404);
    assert_eq!(kept(&house, &foreign).await, before);
}

fn copy(of: &Foreign) -> Foreign {
    Foreign {
        app: of.app,
        endpoint: of.endpoint.clone(),
        message: of.message.clone(),
        attempt: of.attempt.clone(),
    }
}

#[tokio::test]
async fn items_of_other_applications_lists_are_not_there() {
    let house = House::new().await;
    let (own, other) = (
        house.application("Own", with_conditions()).await,
        house.application("Other", with_conditions()).await,
    );
    let site = json!({"name": "Elsewhere", "type": "standard", "timezone": "Europe/Berlin"});
    house.api(Method::PUT, &format!("/app/{other}/{}/sites/7", with_conditions()), &site).await;
    let mut customer = house.customer(own).await;
    let csrf = customer.get(&format!("/portal/apps/{own}/settings")).await.csrf();
    for page in ["edit", "delete"] {
        for app in [own, other] {
            let path = format!("/portal/apps/{app}/lists/sites/{page}?key=7");
            assert_eq!(customer.get(&path).await.status, 404, "{path}");
            assert_eq!(customer.post_raw(&path, &[("csrf", &csrf)]).await.status, 404, "{path}");
        }
    }
    let odd = format!("/portal/apps/{own}/lists/sites/delete?key=..%2Fsites%2F7");
    assert_eq!(customer.post_raw(&odd, &[("csrf", &csrf)]).await.status, 404);
    let kept =
        house.api(Method::GET, &format!("/app/{other}/{}/sites", with_conditions()), &Value::Null).await;
    assert_eq!(kept[0]["name"], "Elsewhere");
}

#[tokio::test]
async fn who_may_only_read_sees_no_form_and_changes_nothing() {
    let house = House::new().await;
    let foreign = house.hostile("Shop").await;
    let before = kept(&house, &foreign).await;
    let link = house.link(PassScope::Application(foreign.app), true).await;
    let mut reader = house.browser();
    reader.get(&link).await;
    let csrf = reader.get(&format!("/portal/apps/{}/settings", foreign.app)).await.csrf();
    for (page, path) in forms(&foreign) {
        let shown = reader.get(&page).await;
        assert_eq!(shown.status, 200, "{page}");
        shown
            .hides(&[&format!("action=\"{path}\"><input type=\"hidden\" name=\"csrf\""), "class=\"danger\""]);
        assert_eq!(reader.post_raw(&path, &[("csrf", &csrf), ("once", "a")]).await.status, 403, "{path}");
    }
    assert_eq!(kept(&house, &foreign).await, before);
}

#[tokio::test]
async fn no_page_of_an_application_can_be_framed_by_others() {
    let house = House::new().await;
    let foreign = house.hostile("Shop").await;
    let mut owner = house.customer(foreign.app).await;
    for path in pages(&foreign) {
        let page = owner.get(&path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{path}");
        assert_eq!(page.headers["x-frame-options"], "DENY", "{path}");
        page.hides(&[" style=\"", " onclick=", "javascript:"]);
    }
}
