//! Script in what receivers answer, and in what comes to the inspector, is text on every page that shows it.

use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request};
use klingel_engine::deliver::Headers;
use klingel_model::PassScope;
use serde_json::json;

use crate::attacks::{SCRIPT, shows_no_markup};
use crate::house::{Browser, House, Page};

/// How script looks when it is text.
const TEXT: &str = "&#60;script&#62;alert(1)&#60;/script&#62;";

impl House {
    /// From now on receivers answer script, in the headers too.
    fn answers_script(&self, status: u16, body: &str) {
        *self.network.status.lock().unwrap() = status;
        let mut headers = Headers::new();
        for name in ["content-type", "location", "retry-after", "server", "x-note"] {
            headers.append(name, SCRIPT).unwrap();
        }
        *self.network.answer.lock().unwrap() = (headers, Bytes::copy_from_slice(body.as_bytes()));
    }
}

/// What receivers answer: no JSON, and JSON whose fields have names that are shown while the values are hidden.
fn bodies() -> [(String, &'static str); 2] {
    [(SCRIPT.to_owned(), "•••"), (json!({ SCRIPT: [SCRIPT] }).to_string(), TEXT)]
}

/// A page that shows an answer. What is shown of its body must be there, as text.
async fn look(browser: &mut Browser, path: &str, shown: &str) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.html);
    page.shows(&[shown]);
    shows_no_markup(&page.html, path);
    page
}

#[tokio::test]
async fn script_in_an_answer_is_text_on_its_own_page_masked_and_revealed() {
    for status in [200, 302, 429, 500] {
        for (body, masked) in bodies() {
            let house = House::new().await;
            let app = house.application("Shop", "standard").await;
            house.endpoint_at(app, "https://shop.example/hook").await;
            house.answers_script(status, &body);
            let message = house.message(app, "order.paid", status).await;
            let mut browser = house.customer(app).await;
            let list = browser.get(&format!("/portal/apps/{app}/attempts")).await;
            let (_, rest) = list.html.split_once("id=\"attempt-").expect("the attempt is listed");
            let attempt = rest.split('"').next().unwrap();
            let path = format!("/portal/apps/{app}/messages/{message}/attempts/{attempt}");
            look(&mut browser, &path, masked).await;
            let revealed = browser.submit(&path, &format!("{path}/reveal"), &[]).await;
            revealed.shows(&[TEXT]);
            shows_no_markup(&revealed.html, &path);
        }
    }
}

#[tokio::test]
async fn script_in_an_answer_is_text_in_the_result_of_a_test() {
    for (body, masked) in bodies() {
        let house = House::new().await;
        let app = house.application("Shop", "standard").await;
        let endpoint = house.endpoint_at(app, "https://shop.example/hook").await;
        house.answers_script(500, &body);
        let path = format!("/portal/apps/{app}/endpoints/{endpoint}");
        let mut owner = house.customer(app).await;
        let tested = owner.submit(&path, &format!("{path}/test"), &[("type", "order.paid")]).await;
        let shown = tested.location().split('#').next().unwrap().to_owned();
        look(&mut owner, &shown, TEXT).await;
        let link = house.link(PassScope::Application(app), true).await;
        let mut reader = house.browser();
        reader.get(&link).await;
        look(&mut reader, &shown, masked).await;
    }
}

#[tokio::test]
async fn script_in_an_answer_is_in_no_list_and_in_no_row_that_comes_by_itself() {
    for (body, _) in bodies() {
        let house = House::new().await;
        let app = house.application("Shop", "standard").await;
        let endpoint = house.endpoint_at(app, "https://shop.example/hook").await;
        let base = format!("/portal/apps/{app}");
        let mut owner = house.customer(app).await;
        let mut news = owner.stream(&format!("{base}/live?endpoints=true")).await;
        house.answers_script(500, &body);
        let message = house.message(app, "order.paid", 500).await;
        let event = loop {
            let event = news.next().await.expect("the stream goes on");
            if event.starts_with("event: row") {
                break event;
            }
        };
        shows_no_markup(&event, "the stream");
        let row = event.split("\"row\":\"").nth(1).unwrap().split('"').next().unwrap();
        look(&mut owner, row, "HTTP 500").await;
        for mut browser in [owner, house.operator().await] {
            for path in [
                base.clone(),
                format!("{base}/attempts"),
                format!("{base}/messages/{message}"),
                format!("{base}/endpoints/{endpoint}"),
                format!("{base}/endpoints/{endpoint}/log"),
            ] {
                look(&mut browser, &path, "HTTP 500").await;
            }
        }
        let mut operator = house.operator().await;
        for path in ["/portal/overview", "/portal/attempts"] {
            look(&mut operator, path, "500").await;
        }
    }
}

#[tokio::test]
async fn script_in_what_comes_to_the_inspector_and_in_its_answer_is_text() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut owner = house.customer(app).await;
    let page = format!("/portal/apps/{app}/inspector");
    owner.post(&page, &format!("{page}/address"), &[]).await.location();
    let html = owner.get(&page).await.html;
    let token = html.split("/inspect/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    for body in [SCRIPT.to_owned(), json!({ SCRIPT: SCRIPT }).to_string()] {
        let request = Request::builder().method(Method::POST).uri(format!("/inspect/{token}?q=%3Cscript%3E"));
        let request = request.header("x-note", SCRIPT).header("content-type", SCRIPT);
        let received = house.browser().send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(received.status, 200);
        assert_eq!(
            received.headers["content-type"], "text/plain; charset=utf-8",
            "an answer is never a page"
        );
    }
    let chosen = [("status", "200"), ("delay_ms", "0"), ("body", SCRIPT)];
    assert_eq!(owner.post(&page, &format!("{page}/answer"), &chosen).await.location(), page);
    let shown = look(&mut owner, &page, TEXT).await;
    for piece in shown.html.split("id=\"request-").skip(1) {
        let number = piece.split('"').next().unwrap();
        look(&mut owner, &format!("{page}/rows/{number}"), TEXT).await;
    }
    let long = format!("{SCRIPT}{}", "x".repeat(5000));
    let wrong = [("status", SCRIPT), ("delay_ms", SCRIPT), ("body", long.as_str())];
    let told = owner.post(&page, &format!("{page}/answer"), &wrong).await;
    assert_eq!(told.status, 422);
    told.shows(&[TEXT]);
    shows_no_markup(&told.html, &page);
}
