//! Who may show the portal in a frame.

use klingel_portal::PortalSettings;

use crate::house::House;

async fn house(origins: &[&str]) -> House {
    let frame_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    let public_url = "https://hooks.example".to_owned();
    House::with(PortalSettings { public_url, frame_origins, ..PortalSettings::default() }).await
}

#[tokio::test]
async fn origins_that_are_named_may_frame_the_portal_and_no_others() {
    let house = house(&["https://app.example", "https://shop.example:8443"]).await;
    for path in ["/portal/login", "/portal/overview", "/portal/nothing", "/portal/in/wrong"] {
        let page = house.browser().get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        let ancestors = policy.split("frame-ancestors ").nth(1).unwrap();
        assert_eq!(ancestors, "https://app.example https://shop.example:8443", "{path}");
        assert!(!page.headers.contains_key("x-frame-options"), "{path}");
    }
}

#[tokio::test]
async fn without_a_named_origin_nobody_may() {
    let house = house(&[]).await;
    for path in ["/portal/login", "/portal/overview", "/portal/nothing"] {
        let page = house.browser().get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.headers["x-frame-options"], "DENY");
    }
}

#[tokio::test]
async fn a_session_that_began_in_a_frame_stays_in_that_sites_frames() {
    for (origins, wanted) in
        [(&["https://app.example"][..], "SameSite=None; Secure; Partitioned"), (&[], "SameSite=Lax; Secure")]
    {
        let house = house(origins).await;
        let app = house.application("Shop", "standard").await;
        let link = house.link(klingel_model::PassScope::Application(app), false).await;
        let request = http::Request::get(link).header("sec-fetch-dest", "iframe");
        let page = house.browser().send(request.body(axum::body::Body::empty()).unwrap()).await;
        let cookie = page.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.ends_with(wanted), "{cookie}");
        assert!(cookie.contains("HttpOnly"), "{cookie}");
    }
}
