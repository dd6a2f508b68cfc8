//! Dialects' own lists, from their description alone.

use crate::house::House;
use crate::vendors::{with_addresses, with_conditions};

#[tokio::test]
async fn a_key_is_made_shown_once_and_revoked() {
    let house = House::new().await;
    let app = house.application("Bistro", with_addresses()).await;
    let mut customer = house.customer(app).await;
    customer.language = "de";
    let operators = format!("/portal/apps/{app}/lists/operator");
    let home = customer.get(&operators).await;
    home.shows(&["API-Keys", "Noch kein Drittanbieter", "Einstellung › Schnittstellen › Third Party API"]);
    let new = format!("{operators}/new");
    let fields = [("id", "acme"), ("name", "Acme <i>"), ("termsUrl", "https://acme.example/agb")];
    assert_eq!(customer.submit(&new, &new, &fields).await.location(), operators);
    customer.get(&operators).await.shows(&["Acme &#60;i&#62;", "https://acme.example/agb"]);
    let taken = customer.submit(&new, &new, &fields).await;
    assert_eq!(taken.status, 422);
    taken.shows(&["Das gibt es schon."]);

    let keys = format!("/portal/apps/{app}/lists/key");
    let new = format!("{keys}/new");
    let form = customer.get(&new).await;
    form.shows(&["Acme &#60;i&#62;", "Personal: lesen"]);
    let missing = customer.submit(&new, &new, &[("name", "POS")]).await;
    assert_eq!(missing.status, 422);
    missing.shows(&["Bitte füllen Sie dieses Feld aus."]);
    let mut fields: Vec<(String, String)> = form.carried();
    for (name, value) in [
        ("name", "POS"),
        ("operator", "acme"),
        ("ipAddress", "192.0.2.1;198.51.100.7"),
        ("scopes", "personal_read"),
        ("scopes", "bwa_write"),
        ("validDays", "30"),
    ] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let made = customer.post_raw(&new, &fields).await;
    assert_eq!(made.status, 200);
    made.shows(&["nie wieder"]);
    let secret = made.html.split("<code>").nth(1).unwrap().split("</code>").next().unwrap().to_owned();
    assert!(secret.len() > 20, "{secret}");
    // The same form once more makes no second key.
    assert_eq!(customer.post_raw(&new, &fields).await.status, 409);
    let list = customer.get(&keys).await;
    list.shows(&[
        "POS",
        "Acme &#60;i&#62;",
        "192.0.2.1;198.51.100.7",
        "Personal: lesen",
        "BWA: schreiben",
        "Widerrufen",
    ]);
    list.hides(&[&secret]);
    assert_eq!(list.html.matches("/delete?").count(), 1);
    let delete = list.html.split("/delete?key=").nth(1).unwrap().split('"').next().unwrap();
    let delete = format!("{keys}/delete?key={delete}");
    customer.get(&delete).await.shows(&["Widerrufen: POS", "nicht zurücknehmen"]);
    assert_eq!(customer.submit(&delete, &delete, &[]).await.location(), keys);
    let done = house.done(app).await;
    assert_eq!(done, ["key.delete", "key.create", "operator.create"]);
}

#[tokio::test]
async fn lists_belong_to_items_of_other_lists() {
    let house = House::new().await;
    let app = house.application("Office", with_conditions()).await;
    let mut customer = house.customer(app).await;
    let groups = format!("/portal/apps/{app}/lists/groups");
    let new = format!("{groups}/new");
    customer.submit(&new, &new, &[("id", "3"), ("name", "Regulars"), ("type", "returning")]).await.location();
    let members = format!("/portal/apps/{app}/lists/groups-members");
    customer.get(&groups).await.shows(&["Regulars", "Returning visitors", &format!("{members}?of=3")]);
    assert_eq!(customer.get(&members).await.status, 404);
    assert_eq!(customer.get(&format!("{members}?of=9")).await.status, 404);
    let new = format!("{members}/new?of=3");
    let fields = [
        ("id", "11"),
        ("name", "Ada"),
        ("personal_fields.label", "Company"),
        ("personal_fields.value", "Acme"),
    ];
    assert_eq!(customer.submit(&new, &new, &fields).await.location(), format!("{members}?of=3"));
    customer.get(&format!("{members}?of=3")).await.shows(&["Ada", "Members", "Edit"]);
    let edit = format!("{members}/edit?of=3&key=11");
    let form = customer.get(&edit).await;
    form.shows(&["value=\"Ada\"", "value=\"Company\"", "value=\"Acme\""]);
    customer.submit(&edit, &edit, &[("name", "Ada L.")]).await.location();
    customer.get(&format!("{members}?of=3")).await.shows(&["Ada L."]);
    let stale: Vec<(String, String)> = form.carried();
    let mut stale: Vec<(&str, &str)> =
        stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    stale.push(("name", "Eve"));
    let told = customer.post_raw(&edit, &stale).await;
    assert_eq!(told.status, 409);
    told.shows(&["Somebody changed it meanwhile"]);
}

#[tokio::test]
async fn what_a_dialect_refuses_stands_at_its_field() {
    let house = House::new().await;
    let app = house.application("Office", with_conditions()).await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/lists/sites/new");
    let fields = [("id", "7"), ("name", "Berlin"), ("type", "orbital"), ("timezone", "Europe/Berlin")];
    let told = customer.submit(&new, &new, &fields).await;
    assert_eq!(told.status, 422);
    told.shows(&["This value is not accepted.", "value=\"orbital\" selected", "field-type-error"]);
    let clients = format!("/portal/apps/{app}/lists/clients/new");
    let made = customer.submit(&clients, &clients, &[("name", "BI"), ("permissions", "history")]).await;
    made.shows(&["Secret", "never again"]);
}

#[tokio::test]
async fn an_application_without_lists_has_none() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    for list in ["", "/key", "/sites?of=1"] {
        assert_eq!(customer.get(&format!("/portal/apps/{app}/lists{list}")).await.status, 404, "{list}");
    }
}
