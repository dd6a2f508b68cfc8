//! Overview, endpoints, messages and attempts across applications.

use http::Method;
use klingel_model::{Clock as _, Environment, EnvironmentId, Pass, PassScope};
use klingel_store::{Access as _, Catalog as _};
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn an_empty_environment_says_what_to_do_next() {
    let house = House::new().await;
    let mut operator = house.operator().await;
    operator.get("/portal/overview").await.shows(&[
        "No application yet",
        "curl",
        "/api/v1/app/",
        "New application",
    ]);
    let app = house.application("Shop", "standard").await;
    let page = operator.get("/portal/overview").await;
    page.shows(&["Nothing was delivered", "/msg/", "No endpoint fails", "No attempt has failed"]);
    for (path, text) in [
        ("/portal/endpoints", "No endpoint yet"),
        ("/portal/messages", "No message yet"),
        ("/portal/attempts", "No attempt yet"),
    ] {
        operator.get(path).await.shows(&[text, "curl", "http://127.0.0.1:8080/api/v1/app/$APP/"]);
    }
    let mut customer = house.customer(app).await;
    for path in
        ["/portal/overview", "/portal/endpoints", "/portal/messages", "/portal/attempts", "/portal/audit"]
    {
        assert_eq!(customer.get(path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn the_overview_shows_figures_pictures_and_trouble_first() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let endpoint = house.endpoint_at(app, "https://shop.example/hook").await;
    let message = house.message(app, "order.paid", 500).await;
    house.statistics(app, endpoint, 9_990, 10).await;
    let mut operator = house.operator().await;
    let page = operator.get("/portal/overview?span=hour").await;
    page.shows(&["9,990", "99.9%", "failing", "since", "https://shop.example/hook", "failed, 500"]);
    page.shows(&[&message.to_string(), "role=\"img\"", "Delivered: 9,990", "Figures as a table"]);
    page.shows(&["href=\"/portal/overview?span=hour\" aria-current=\"page\""]);
    page.hides(&["Nothing was delivered", "Ada", "style="]);
    operator.language = "de";
    operator.get("/portal/overview").await.shows(&["9.990", "99,9", "schlägt fehl", "fehlgeschlagen, 500"]);
}

#[tokio::test]
async fn endpoints_are_found_by_state_text_and_application() {
    let house = House::new().await;
    let (shop, bar) =
        (house.application("Shop", "standard").await, house.application("Bar", "standard").await);
    house.endpoint_at(shop, "https://shop.example/hook").await;
    house.message(shop, "order.paid", 500).await;
    let off = house.endpoint_at(bar, "https://bar.example/hook").await;
    let path = format!("/app/{bar}/endpoint/{off}/");
    house.api(Method::PATCH, &path, &json!({ "disabled": true })).await;
    let mut operator = house.operator().await;
    let all = operator.get("/portal/endpoints").await;
    all.shows(&[
        "shop.example",
        "bar.example",
        "failing",
        "disabled",
        "Switched off by its owner",
        "sparkline",
    ]);
    for (query, found, missing) in [
        ("state=failing", "shop.example", "bar.example"),
        ("state=disabled", "bar.example", "shop.example"),
        ("text=SHOP.ex", "shop.example", "bar.example"),
        (&format!("app={bar}"), "bar.example", "shop.example"),
    ] {
        let page = operator.get(&format!("/portal/endpoints?{query}")).await;
        page.shows(&[found]);
        page.hides(&[missing]);
    }
    operator.get("/portal/endpoints?state=healthy").await.shows(&["Nothing found"]);
    let wrong = operator.get("/portal/endpoints?app=nobody").await;
    wrong.shows(&["There is no such application", "aria-invalid"]);
    wrong.hides(&["shop.example"]);
}

#[tokio::test]
async fn messages_and_attempts_are_found_by_id_type_status_and_time() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let endpoint = house.endpoint_at(app, "https://shop.example/hook").await;
    let early = house.message(app, "order.paid", 200).await.to_string();
    house.clock.advance(std::time::Duration::from_hours(48));
    let late = house.message(app, "order.sent", 503).await.to_string();
    let between = klingel_model::Clock::now(&*house.clock).minus(std::time::Duration::from_hours(24));
    let between = &between.to_rfc3339()[..16];
    let mut operator = house.operator().await;
    for path in ["/portal/messages", "/portal/attempts"] {
        operator.get(path).await.shows(&[&early, &late, "Shop"]);
        for (query, found, missing) in [
            (format!("message={early}"), &early, &late),
            ("type=order.sent".to_owned(), &late, &early),
            (format!("from={between}"), &late, &early),
            (format!("until={between}"), &early, &late),
            (format!("app={app}&type=order.paid"), &early, &late),
            (format!("app={app}&message={late}"), &late, &early),
        ] {
            // The id that is looked for stands in the form, too.
            let page = operator.get(&format!("{path}?{query}")).await;
            page.shows(&[&format!("<code>{found}</code>")]);
            page.hides(&[&format!("<code>{missing}</code>")]);
        }
    }
    for (query, found, missing) in [
        ("status=failed", &late, &early),
        ("status=delivered", &early, &late),
        ("class=500", &late, &early),
        (&format!("endpoint={endpoint}&class=200"), &early, &late),
    ] {
        let page = operator.get(&format!("/portal/attempts?{query}")).await;
        page.shows(&[&format!("<code>{found}</code>")]);
        page.hides(&[&format!("<code>{missing}</code>")]);
    }
    operator.get("/portal/messages?from=yesterday").await.shows(&["This is no time"]);
    operator.get("/portal/attempts?message=1").await.shows(&["begins with msg_"]);
}

#[tokio::test]
async fn messages_are_found_by_endpoint_and_by_how_they_stand() {
    let house = House::new().await;
    let (shop, bar) =
        (house.application("Shop", "standard").await, house.application("Bar", "standard").await);
    let endpoint = house.endpoint_at(shop, "https://shop.example/hook").await;
    let delivered = house.message(shop, "order.paid", 200).await.to_string();
    let waiting = house.message(shop, "order.paid", 503).await.to_string();
    let elsewhere = house.endpoint_at(bar, "https://bar.example/hook").await;
    let foreign = house.message(bar, "order.paid", 200).await.to_string();
    let nobody = json!({ "url": "https://nobody.example", "eventTypes": ["none"] });
    let unwanted = house.add_endpoint(shop, &nobody).await;
    let all = [&delivered, &waiting, &foreign];
    let mut operator = house.operator().await;
    operator.get("/portal/messages").await.shows(&["1 delivered", "1 waiting"]);
    for (query, wanted) in [
        ("status=delivered".to_owned(), vec![&delivered, &foreign]),
        ("status=waiting".to_owned(), vec![&waiting]),
        ("status=failed".to_owned(), vec![]),
        (format!("endpoint={endpoint}"), vec![&delivered, &waiting]),
        (format!("endpoint={endpoint}&status=delivered"), vec![&delivered]),
        (format!("endpoint={endpoint}&message={waiting}"), vec![&waiting]),
        (format!("endpoint={endpoint}&message={foreign}"), vec![]),
        (format!("endpoint={endpoint}&app={bar}"), vec![]),
        (format!("endpoint={elsewhere}&type=order.paid"), vec![&foreign]),
        (format!("endpoint={unwanted}"), vec![]),
        (format!("app={bar}&status=delivered"), vec![&foreign]),
    ] {
        let page = operator.get(&format!("/portal/messages?{query}")).await;
        let shown = |id: &&&String| page.html.contains(&format!("<code>{id}</code>"));
        let found: Vec<_> = all.iter().filter(shown).copied().collect();
        assert_eq!(found, wanted, "{query}");
        if wanted.is_empty() {
            page.shows(&["Nothing found"]);
        }
    }
    operator.get("/portal/messages?status=lost").await.shows(&["This cannot be searched for"]);
}

#[tokio::test]
async fn a_search_that_stops_on_its_way_says_so_and_goes_on_from_there() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    house.endpoint_at(app, "https://shop.example/hook").await;
    let found = house.message(app, "order.paid", 503).await.to_string();
    let paused = house.application("Quiet", "standard").await;
    for _ in 0..450 {
        house.publish(paused, "order.paid", &json!({})).await;
    }
    let mut operator = house.operator().await;
    for (language, stopped) in [("en", "Search further back"), ("de", "Weiter zurück suchen")] {
        operator.language = language;
        let page = operator.get("/portal/messages?status=waiting").await;
        page.shows(&[stopped]);
        page.hides(&[&found, "Nothing found", "Nichts gefunden"]);
        let next = page.html.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let last = operator.get(&next.replace("&#38;", "&")).await;
        last.shows(&[&found]);
        last.hides(&["rel=\"next\""]);
    }
}

#[tokio::test]
async fn what_waits_elsewhere_is_not_counted_here() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    house.endpoint_at(app, "https://shop.example/hook").await;
    house.message(app, "order.paid", 503).await;
    let id = EnvironmentId::new(house.clock.now(), &*house.dice);
    let other = Environment { id, name: "staging".to_owned(), created_at: house.clock.now() };
    house.store.ensure_environment(other).await.unwrap();
    let (token, digest) = klingel_engine::keys::new_pass(&*house.dice);
    let pass = Pass {
        digest,
        environment_id: id,
        scope: PassScope::Operator,
        holder: "elsewhere".to_owned(),
        read_only: false,
        created_at: house.clock.now(),
        expires_at: house.clock.now().plus(std::time::Duration::from_mins(10)),
    };
    house.store.add_link(pass).await.unwrap();
    let mut elsewhere = house.browser();
    elsewhere.get(&format!("/portal/in/{token}")).await.location();
    let retries = |waiting: u64| format!("<dt>Retries waiting</dt><dd>{waiting}</dd>");
    house.operator().await.get("/portal/overview").await.shows(&[&retries(1)]);
    elsewhere.get("/portal/overview").await.shows(&[&retries(0), "<dd>–</dd>"]);
}
