//! The settings of an application.

use klingel_model::PassScope;
use klingel_store::AppRef;

use crate::house::House;

#[tokio::test]
async fn a_name_is_changed_and_a_stale_form_is_refused() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/settings");
    let page = customer.get(&path).await;
    let version = page.html.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let csrf = page.csrf();
    let fields = [("csrf", csrf.as_str()), ("version", version), ("name", "Bakery"), ("uid", "bakery")];
    house.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(customer.post_raw(&path, &fields).await.location(), path);
    customer.get(&path).await.shows(&["Bakery", "value=\"bakery\""]);
    let again = customer.post_raw(&path, &fields).await;
    assert_eq!(again.status, 409);
    again.shows(&["Somebody changed it meanwhile"]);
}

#[tokio::test]
async fn a_value_that_the_interface_refuses_is_marked_at_its_field() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    customer.language = "de";
    let path = format!("/portal/apps/{app}/settings");
    let page = customer.get(&path).await;
    let version = page.html.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let wrong = [("version", version), ("name", "Shop"), ("uid", "not a uid!")];
    let told = customer.post(&path, &path, &wrong).await;
    assert_eq!(told.status, 422);
    told.shows(&["Dieser Wert wird nicht angenommen", "value=\"not a uid!\"", "aria-invalid"]);
}

#[tokio::test]
async fn forged_forms_and_read_only_sessions_change_nothing() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let path = format!("/portal/apps/{app}/settings");
    let mut customer = house.customer(app).await;
    for csrf in ["", "guess"] {
        let forged = customer.post_raw(&path, &[("csrf", csrf), ("name", "Evil")]).await;
        assert_eq!(forged.status, 403);
    }
    let link = house.link(PassScope::Application(app), true).await;
    let mut reader = house.browser();
    reader.get(&link).await;
    reader.get(&path).await.hides(&["<button class=\"primary\""]);
    assert_eq!(reader.post(&path, &path, &[("name", "Evil")]).await.status, 403);
    let kept =
        house.engine.reader().application(house.environment_id, AppRef::Id(app)).await.unwrap().unwrap();
    assert!(house.network.sent.lock().unwrap().is_empty());
    assert_eq!(kept.name, "Shop");
}

#[tokio::test]
async fn an_operator_deletes_an_application_when_he_types_its_id() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let path = format!("/portal/apps/{app}/settings");
    let id = app.to_string();
    let mut customer = house.customer(app).await;
    let delete = format!("{path}/delete");
    assert_eq!(customer.post(&path, &delete, &[("confirm", id.as_str())]).await.status, 403);
    let mut operator = house.operator().await;
    assert_eq!(operator.post(&path, &delete, &[("confirm", "yes")]).await.status, 409);
    assert_eq!(operator.post(&path, &delete, &[("confirm", id.as_str())]).await.location(), "/portal/apps");
    assert_eq!(operator.get(&path).await.status, 404);
}
