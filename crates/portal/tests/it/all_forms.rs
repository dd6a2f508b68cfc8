//! What holds for every form and every list of the portal, whoever they are for.

use std::collections::BTreeMap;

use http::{Method, Request, header};
use klingel_model::{Clock as _, Pass, PassScope};
use klingel_portal::Portal;
use klingel_store::Access as _;
use serde_json::json;

use crate::attacks::{SCRIPT, shows_no_markup};
use crate::house::{Browser, House};

/// Forms that prove nothing of a session: the door, the link's own secret, and what harms nobody.
const OPEN: [&str; 4] = ["/portal/login", "/portal/logout", "/portal/preferences", "/portal/in/{token}"];

/// Every path that takes a form, with things that are there in its places.
async fn forms(house: &House) -> Vec<String> {
    let app = house.application("Shop", "standard").await;
    let endpoint = house.endpoint_at(app, "https://shop.example/hook").await;
    let message = house.message(app, "order.paid", 200).await;
    let mut operator = house.operator().await;
    let list = operator.get(&format!("/portal/apps/{app}/attempts")).await.html;
    let (_, rest) = list.split_once("id=\"attempt-").expect("the attempt is listed");
    let places = BTreeMap::from([
        ("{app_id}", app.to_string()),
        ("{endpoint_id}", endpoint.to_string()),
        ("{message_id}", message.to_string()),
        ("{attempt_id}", rest.split('"').next().unwrap().to_owned()),
    ]);
    let paths = Portal::paths().into_iter().filter(|path| !OPEN.contains(path));
    let filled =
        |path: &str| places.iter().fold(path.to_owned(), |path, (place, value)| path.replace(place, value));
    paths.map(filled).collect()
}

async fn post(browser: &mut Browser, path: &str, csrf: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = Request::builder().method(Method::POST).uri(path.replace(['{', '}'], ""));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    browser.send(request.body(format!("csrf={csrf}").into()).unwrap()).await.status
}

#[tokio::test]
async fn no_form_is_taken_without_its_token_or_from_a_foreign_page() {
    let house = House::new().await;
    let forms = forms(&house).await;
    let mut operator = house.operator().await;
    let csrf = operator.get("/portal/keys").await.csrf();
    let foreign = [("sec-fetch-site", "cross-site")];
    let mut refused = 0;
    for path in &forms {
        let status = post(&mut operator, path, "", &[]).await;
        assert!([403, 404, 405].contains(&status), "{path} took a form without a token: {status}");
        refused += usize::from(status == 403);
        for headers in [&foreign[..], &[("origin", "https://evil.example")], &[("origin", "null")]] {
            let status = post(&mut operator, path, &csrf, headers).await;
            assert!([403, 405].contains(&status), "{path} took a form of {headers:?}: {status}");
        }
    }
    assert!(refused > 30, "only {refused} of {} paths take forms", forms.len());
}

#[tokio::test]
async fn no_form_is_taken_from_who_may_only_read_or_is_nobody() {
    let house = House::new().await;
    let forms = forms(&house).await;
    let link = house.link(PassScope::Operator, true).await;
    let mut reader = house.browser();
    assert_eq!(reader.get(&link).await.location(), "/portal/overview");
    let app = &forms[forms.iter().position(|path| path.ends_with("/settings")).unwrap()];
    let csrf = reader.get(app).await.csrf();
    let mut nobody = house.browser();
    for path in &forms {
        let status = post(&mut reader, path, &csrf, &[]).await;
        assert!([403, 404, 405].contains(&status), "{path} took a reader's form: {status}");
        let status = post(&mut nobody, path, "", &[]).await;
        assert!([401, 403, 405].contains(&status), "{path} took nobody's form: {status}");
    }
}

#[tokio::test]
async fn script_in_what_people_fill_in_is_text_in_every_list_of_operators() {
    let house = House::new().await;
    let app = house.application(SCRIPT, "standard").await;
    let endpoint = json!({ "url": "https://shop.example/?q=%3Cscript%3E", "description": SCRIPT });
    house.add_endpoint(app, &endpoint).await;
    house.message(app, "order.paid", 500).await;
    let event_type = json!({
        "name": "order.paid",
        "description": SCRIPT,
        "schemas": { "1": { "type": "object", "title": SCRIPT, "examples": [{ SCRIPT: SCRIPT }] } },
    });
    house.api(Method::POST, "/event-type/", &event_type).await;
    let mut operator = holder(&house, SCRIPT).await;
    let made = operator.submit("/portal/keys", "/portal/keys", &[("label", SCRIPT), ("role", "admin")]).await;
    assert_eq!(made.status, 200);
    shows_no_markup(&made.html, "a new key");
    let mut shown = 0;
    for path in [
        "overview",
        "apps",
        "endpoints",
        "messages",
        "attempts",
        "event-types",
        "event-types/order.paid",
        "keys",
        "audit",
        "sessions",
        "apps?text=%3Cscript%3Ealert(1)",
        "endpoints?text=%3Cscript%3Ealert(1)&state=%3Cscript%3Ealert(1)",
        "messages?message=%3Cscript%3Ealert(1)&type=%3Cscript%3Ealert(1)&from=%3Cscript%3Ealert(1)",
        "attempts?endpoint=%3Cscript%3Ealert(1)&app=%3Cscript%3Ealert(1)&after=%3Cscript%3Ealert(1)",
    ] {
        let page = operator.get(&format!("/portal/{path}")).await;
        assert_eq!(page.status, 200, "{path}: {}", page.html);
        shows_no_markup(&page.html, path);
        shown += usize::from(page.html.contains("&#60;script&#62;alert(1)"));
    }
    assert!(shown > 10, "only {shown} pages show what was filled in");
}

/// An operator's browser whose session has this holder.
async fn holder(house: &House, name: &str) -> Browser {
    let (token, digest) = klingel_engine::keys::new_pass(&*house.dice);
    let now = house.clock.now();
    let pass = Pass {
        digest,
        environment_id: house.environment_id,
        scope: PassScope::Operator,
        holder: name.to_owned(),
        read_only: false,
        created_at: now,
        expires_at: now.plus(std::time::Duration::from_mins(10)),
    };
    house.store.add_link(pass).await.unwrap();
    let mut browser = house.browser();
    assert_eq!(browser.get(&format!("/portal/in/{token}")).await.status, 303);
    browser
}
