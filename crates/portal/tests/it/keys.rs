//! Keys to the management API.

use klingel_engine::keys::digest;
use klingel_model::Role;
use klingel_store::Reader as _;

use crate::house::House;

const PATH: &str = "/portal/keys";

fn once(html: &str) -> String {
    html.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn key(html: &str) -> String {
    let from = html.find("klingel_publish_").unwrap();
    html[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
}

#[tokio::test]
async fn a_key_is_shown_once_and_works_until_it_is_revoked() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    let page = operator.get(PATH).await;
    page.shows(&["No key yet"]);
    let once = once(&page.html);
    let fields = [("once", once.as_str()), ("role", "publish"), ("label", "shop <b>server</b>")];
    let made = operator.post(PATH, PATH, &fields).await;
    assert_eq!(made.status, 200);
    let text = key(&made.html);
    made.shows(&["Copy it now", "shop &#60;b&#62;server&#60;/b&#62;"]);
    let known = house.store.key_by_digest(digest(&text)).await.unwrap().unwrap();
    assert_eq!((known.role, known.environment_id), (Role::Publish, house.environment_id));

    let again = operator.post(PATH, PATH, &fields).await;
    assert_eq!(again.location(), PATH);
    let list = operator.get(PATH).await;
    list.hides(&[&text]);
    assert_eq!(list.html.matches("name=\"key\"").count(), 1);

    let id = known.id.to_string();
    operator.post(PATH, "/portal/keys/revoke", &[("key", &id)]).await.location();
    operator.get(PATH).await.shows(&["revoked"]);
    assert!(house.store.key_by_digest(digest(&text)).await.unwrap().unwrap().revoked_at.is_some());
    operator.get("/portal/audit").await.shows(&["key.create", "key.revoke", &id]);
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    operator.language = "de";
    let long = "x".repeat(201);
    let told = operator.post(PATH, PATH, &[("once", "1"), ("role", "read"), ("label", &long)]).await;
    assert_eq!(told.status, 422);
    told.shows(&["Höchstens 200 Byte", &long]);
    assert_eq!(operator.post(PATH, PATH, &[("once", "1"), ("role", "root")]).await.status, 400);
    assert_eq!(operator.post(PATH, PATH, &[("role", "read")]).await.status, 400);
    for (id, status) in [("key_1", 400), ("", 400)] {
        assert_eq!(operator.post(PATH, "/portal/keys/revoke", &[("key", id)]).await.status, status);
    }
    let mut customer = house.customer(house.application("Shop", "standard").await).await;
    assert_eq!(customer.get(PATH).await.status, 403);
}
