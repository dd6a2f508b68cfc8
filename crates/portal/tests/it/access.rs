//! Links, sessions, walls.

use klingel_model::PassScope;
use klingel_store::Access as _;

use crate::house::House;

#[tokio::test]
async fn a_link_opens_the_portal_once_and_its_address_does_not_stay() {
    let house = House::new().await;
    let link = house.link(PassScope::Operator, false).await;
    let mut browser = house.browser();
    assert_eq!(browser.get(&link).await.location(), "/portal/overview");
    browser.get("/portal/overview").await.shows(&["Overview", "tester"]);
    let again = house.browser().get(&link).await;
    assert_eq!(again.status, 410);
    again.shows(&["This link does not work any more"]);
}

#[tokio::test]
async fn a_late_link_opens_nothing() {
    let house = House::new().await;
    let link = house.link(PassScope::Operator, false).await;
    house.clock.advance(std::time::Duration::from_mins(10));
    assert_eq!(house.browser().get(&link).await.status, 410);
}

#[tokio::test]
async fn a_customer_sees_his_application_and_no_other() {
    let house = House::new().await;
    let (own, other) =
        (house.application("Own", "standard").await, house.application("Other", "standard").await);
    let mut customer = house.customer(own).await;
    assert_eq!(customer.get("/portal").await.location(), format!("/portal/apps/{own}"));
    customer.get(&format!("/portal/apps/{own}")).await.shows(&["Own"]);
    let foreign = customer.get(&format!("/portal/apps/{other}")).await;
    assert_eq!(foreign.status, 404);
    foreign.hides(&["Other"]);
    for path in ["/portal/overview", "/portal/apps"] {
        assert_eq!(customer.get(path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn without_a_session_everything_leads_to_the_door() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut browser = house.browser();
    for path in ["/portal/overview".to_owned(), format!("/portal/apps/{app}?x=1")] {
        let location = browser.get(&path).await.location().to_owned();
        assert!(location.starts_with("/portal/login?next="), "{location}");
    }
    browser.get("/portal/login").await.shows(&["klingel portal login"]);
}

#[tokio::test]
async fn a_session_ends_when_its_owner_or_an_operator_says_so() {
    let house = House::new().await;
    let mut browser = house.operator().await;
    assert_eq!(browser.get("/portal/overview").await.status, 200);
    let mut copy = browser.clone();
    assert_eq!(browser.post_raw("/portal/logout", &[]).await.location(), "/portal/login");
    assert_eq!(copy.get("/portal/overview").await.status, 303);

    let mut browser = house.operator().await;
    house.store.end_sessions(house.environment_id, None).await.unwrap();
    assert_eq!(browser.get("/portal/overview").await.status, 303);
}

#[tokio::test]
async fn answers_carry_the_headers_that_keep_browsers_safe() {
    let house = House::new().await;
    let page = house.browser().get("/portal/login").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(page.headers["cache-control"], "no-store");
    page.hides(&["<script>", "style=\"", "onclick"]);
}

#[tokio::test]
async fn language_and_theme_are_the_readers_choice() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.language = "de-DE,de;q=0.9";
    browser.get("/portal/login").await.shows(&["<html lang=\"de\"", "Passwort"]);
    let chosen = [("language", "en"), ("theme", "dark"), ("back", "/portal/login?next=%2Fportal%2Fapps")];
    assert_eq!(browser.post_raw("/portal/preferences", &chosen).await.location(), chosen[2].1);
    browser.get("/portal/login").await.shows(&["<html lang=\"en\" data-theme=\"dark\"", "Password"]);
    let elsewhere = browser.post_raw("/portal/preferences", &[("back", "https://evil.example/")]).await;
    assert_eq!(elsewhere.location(), "/portal");
}
