//! The list of applications, new ones, and links for their customers.

use klingel_store::{Access as _, AppRef, Reader as _};

use crate::house::{House, Page};

const PATH: &str = "/portal/apps";

fn once(page: &Page) -> String {
    page.html.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_application_is_made_once_and_found_by_name_and_uid() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    let page = operator.get(PATH).await;
    page.shows(&["No application yet", "curl", "<option value=\"standard\" selected>"]);
    let once = once(&page);
    let fields =
        [("once", once.as_str()), ("name", "<i>Café</i> Nord"), ("uid", "cafe-7"), ("dialect", "standard")];
    let href = operator.post(PATH, PATH, &fields).await.location().to_owned();
    assert_eq!(operator.post(PATH, PATH, &fields).await.location(), href);
    house.application("Bakery", "standard").await;
    for (text, found) in
        [("CAFÉ", true), ("fe-7", true), ("bak", false), (href.rsplit('/').next().unwrap(), true)]
    {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let page = operator.get(&format!("{PATH}?text={text}")).await;
        assert_eq!(page.html.contains("&#60;i&#62;Café"), found, "{text}");
        page.hides(&["<i>Café"]);
    }
    operator.get(&format!("{PATH}?text=nowhere")).await.shows(&["Nothing found", "Reset the search"]);
    operator.get("/portal/audit").await.shows(&["application.create"]);
}

#[tokio::test]
async fn what_the_interface_refuses_is_marked_at_its_field() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    operator.language = "de";
    let told = operator.post(PATH, PATH, &[("once", "1"), ("name", "Shop"), ("uid", "not a uid!")]).await;
    assert_eq!(told.status, 422);
    told.shows(&["id=\"field-uid-error\"", "Dieser Wert wird nicht angenommen", "value=\"not a uid!\""]);
    let told = operator.post(PATH, PATH, &[("once", "2"), ("name", "Shop"), ("dialect", "nobodys")]).await;
    assert_eq!(told.status, 422);
    operator.get(PATH).await.shows(&["Noch keine Anwendung"]);
}

#[tokio::test]
async fn a_customers_link_is_shown_once_and_opens_his_application_only() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let path = format!("{PATH}/{app}/link");
    let mut operator = house.operator().await;
    let made = operator.submit(&path, &path, &[("expiry", "3600"), ("read_only", "true")]).await;
    made.shows(&["It opens the portal once"]);
    let url = made.html.split("<code>http://127.0.0.1:8080").nth(1).unwrap().split('<').next().unwrap();
    operator.get(&path).await.hides(&[url]);
    let mut customer = house.browser();
    assert_eq!(customer.get(url).await.location(), format!("{PATH}/{app}"));
    assert_eq!(customer.get(PATH).await.status, 403);
    // Who was let in for a while must not be able to let himself in for longer.
    assert_eq!(customer.get(&path).await.status, 403);
    operator.get("/portal/sessions").await.shows(&["one application, read only"]);
    assert_eq!(operator.post(&path, &format!("{path}/end-all"), &[]).await.location(), path);
    assert_eq!(customer.get(&format!("{PATH}/{app}")).await.status, 303);
    operator.get("/portal/audit").await.shows(&["link.create", "session.end_all"]);
    let known = house.store.application(house.environment_id, AppRef::Id(app)).await.unwrap();
    assert!(known.is_some());
}

#[tokio::test]
async fn a_long_list_goes_on_by_cursor() {
    let house = House::new().await;
    for number in 0..51 {
        house.application(&format!("Shop {number:02}"), "standard").await;
        house.clock.advance(std::time::Duration::from_millis(1));
    }
    let mut operator = house.operator().await;
    let first = operator.get(PATH).await;
    first.shows(&["Shop 50", "Shop 01"]);
    first.hides(&["Shop 00"]);
    let next = first.html.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let last = operator.get(&next.replace("&#38;", "&")).await;
    last.shows(&["Shop 00"]);
    last.hides(&["Shop 01", "rel=\"next\""]);
}

#[tokio::test]
async fn a_customers_link_is_made_once_however_often_its_form_is_sent() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let path = format!("{PATH}/{app}/link");
    let mut operator = house.operator().await;
    let mut fields = operator.get(&path).await.carried();
    fields.push(("expiry".to_owned(), "3600".to_owned()));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    operator.post_raw(&path, &fields).await.shows(&["It opens the portal once"]);
    assert_eq!(operator.post_raw(&path, &fields).await.location(), path);
    let scope = klingel_model::PassScope::Application(app);
    let links = house.store.end_sessions(house.environment_id, Some(scope)).await;
    assert_eq!(links, Ok(1));
    assert_eq!(house.done(app).await, ["link.create"]);
}
