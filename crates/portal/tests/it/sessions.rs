//! The list of sessions.

use klingel_model::{Clock as _, Environment, EnvironmentId, PassScope};
use klingel_store::{Access as _, Catalog as _, Order, Page};

use crate::house::House;

#[tokio::test]
async fn a_session_is_listed_and_ended_by_an_operator() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let mut operator = house.operator().await;
    let page = operator.get("/portal/sessions").await;
    page.shows(&["this one", "one application", &app.to_string()]);
    let digests: Vec<_> = page.html.split("name=\"session\" value=\"").skip(1).collect();
    assert_eq!(digests.len(), 2);
    // Newest first: the customer's is the second.
    let customers = digests[1].split('"').next().unwrap();
    let end = [("session", customers)];
    assert_eq!(
        operator.post("/portal/sessions", "/portal/sessions/end", &end).await.location(),
        "/portal/sessions"
    );
    assert_eq!(customer.get(&format!("/portal/apps/{app}")).await.status, 303);
    assert_eq!(operator.post("/portal/sessions", "/portal/sessions/end", &end).await.status, 404);
    operator.get("/portal/audit").await.shows(&["session.end"]);
}

#[tokio::test]
async fn all_sessions_end_at_once_and_with_them_unused_links() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let unused = house.link(PassScope::Operator, false).await;
    let mut operator = house.operator().await;
    let told = operator.post("/portal/sessions", "/portal/sessions/end-all", &[]).await;
    assert_eq!(told.location(), "/portal/login");
    assert_eq!(operator.get("/portal/overview").await.status, 303);
    assert_eq!(customer.get(&format!("/portal/apps/{app}")).await.status, 303);
    assert_eq!(house.browser().get(&unused).await.status, 410);
}

#[tokio::test]
async fn a_session_of_another_environment_is_not_there() {
    let house = House::new().await;
    let (now, id) = (house.clock.now(), EnvironmentId::new(house.clock.now(), &*house.dice));
    let other = Environment { id, name: "staging".to_owned(), created_at: now };
    house.store.ensure_environment(other).await.unwrap();
    let foreign = klingel_model::Pass {
        digest: klingel_model::KeyDigest([7; 32]),
        environment_id: id,
        scope: PassScope::Operator,
        holder: "foreign".to_owned(),
        read_only: false,
        created_at: now,
        expires_at: now.plus(std::time::Duration::from_hours(1)),
    };
    house.store.add_session(foreign.clone()).await.unwrap();
    let mut operator = house.operator().await;
    operator.get("/portal/sessions").await.hides(&["foreign"]);
    let digest = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    let told = operator.post("/portal/sessions", "/portal/sessions/end", &[("session", digest)]).await;
    assert_eq!(told.status, 404);
    let page = Page { limit: 9, after: None, order: Order::Ascending };
    assert_eq!(house.store.sessions(id, page).await.unwrap().items, [foreign]);
}
