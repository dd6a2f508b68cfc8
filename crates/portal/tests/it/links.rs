//! Links that open the portal once, for whom they are meant: programs that look at a link before its reader does not use
//! it up.

use axum::body::Body;
use http::request::Builder;
use http::{Method, Request};
use klingel_model::PassScope;

use crate::house::{House, Page};

/// What a browser says when its reader goes to an address.
const NAVIGATES: [(&str, &str); 2] = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];

async fn open(house: &House, method: Method, link: &str, headers: &[(&str, &str)]) -> Page {
    let request = Request::builder().method(method).uri(link);
    // Empty, so that the test's browser does not fill them in: what is empty says nothing.
    let request = request.header("sec-fetch-mode", "").header("sec-fetch-dest", "");
    let request = headers.iter().fold(request, |request, (name, value)| with(request, name, value));
    house.browser().send(request.body(Body::empty()).unwrap()).await
}

fn with(mut request: Builder, name: &str, value: &str) -> Builder {
    let name: http::HeaderName = name.parse().unwrap();
    request.headers_mut().unwrap().insert(name, value.parse().unwrap());
    request
}

#[tokio::test]
async fn programs_that_look_at_a_link_before_its_reader_do_not_use_it_up() {
    let house = House::new().await;
    let link = house.link(PassScope::Operator, false).await;
    let ahead = |name, value| [&NAVIGATES[..], &[(name, value)]].concat();
    for (method, headers) in [
        (Method::HEAD, NAVIGATES.to_vec()),
        (Method::HEAD, Vec::new()),
        (Method::GET, Vec::new()),
        (Method::GET, vec![("user-agent", "LinkScanner/1.0"), ("accept", "*/*")]),
        (Method::GET, vec![("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")]),
        (Method::GET, ahead("sec-purpose", "prefetch")),
        (Method::GET, ahead("sec-purpose", "prefetch;prerender")),
        (Method::GET, ahead("purpose", "prefetch")),
        (Method::GET, ahead("x-purpose", "preview")),
        (Method::GET, ahead("x-moz", "prefetch")),
    ] {
        let told = open(&house, method.clone(), &link, &headers).await;
        assert_eq!(told.status, 200, "{method} {headers:?}");
        assert!(!told.headers.contains_key("set-cookie"), "{method} {headers:?}");
        assert_eq!(told.headers["cache-control"], "no-store");
        assert_eq!(told.headers["referrer-policy"], "strict-origin", "the address holds a secret");
        if method == Method::GET {
            told.shows(&["<form method=\"post\">", "Open the portal"]);
        }
    }
    assert_eq!(open(&house, Method::GET, &link, &NAVIGATES).await.location(), "/portal/overview");
}

#[tokio::test]
async fn a_button_opens_the_portal_where_the_browser_does_not_say_who_goes_there() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let link = house.link(PassScope::Application(app), false).await;
    let own = [("origin", "http://127.0.0.1:8080")];
    let opened = open(&house, Method::POST, &link, &own).await;
    assert_eq!(opened.location(), format!("/portal/apps/{app}"));
    assert!(opened.headers["set-cookie"].to_str().unwrap().starts_with("klingel_session="));
    assert_eq!(open(&house, Method::POST, &link, &own).await.status, 410);
}

#[tokio::test]
async fn the_button_of_a_foreign_page_opens_nothing() {
    let house = House::new().await;
    let link = house.link(PassScope::Operator, false).await;
    for foreign in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let told = open(&house, Method::POST, &link, &[foreign]).await;
        assert_eq!(told.status, 403, "{foreign:?}");
        assert!(!told.headers.contains_key("set-cookie"), "{foreign:?}");
    }
    assert_eq!(open(&house, Method::GET, &link, &NAVIGATES).await.status, 303);
}

#[tokio::test]
async fn the_page_with_the_button_does_not_tell_whether_the_link_is_good() {
    let house = House::new().await;
    let (good, used) =
        (house.link(PassScope::Operator, false).await, house.link(PassScope::Operator, false).await);
    assert_eq!(house.browser().get(&used).await.status, 303);
    let mut told = Vec::new();
    for link in [good.as_str(), used.as_str(), "/portal/in/klp_never"] {
        let page = open(&house, Method::GET, link, &[("accept-language", "de")]).await;
        page.shows(&["<html lang=\"de\"", "Portal öffnen", "Dieser Link öffnet das Portal einmal"]);
        told.push((page.status, page.html.replace(link, "")));
    }
    assert!(told.iter().all(|page| *page == told[0]));
}
