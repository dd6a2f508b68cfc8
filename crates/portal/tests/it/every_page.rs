//! Every page, in both languages and both themes: whatever a link leads to from the first pages on is opened and looked
//! at, and every path that the portal knows must have been among it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use axum::body::Body;
use http::{Method, Request};
use klingel_model::{
    AppId, Clock as _, EndpointId, PassScope, Replay, ReplayId, ReplaySpan, ReplayState, ReplayWhich,
};
use klingel_portal::Portal;
use klingel_store::Replays as _;
use serde_json::json;

use crate::house::{Browser, House, Page};
use crate::my_data::{Host, PERSON};
use crate::vendors::with_conditions;

/// Pages of one walk.
const PAGES_MAX: usize = 1000;
/// Paths that are no page when they are opened.
const NO_PAGES: [&str; 7] = [
    // These lead on to others.
    "/portal",
    "/portal/in/{token}",
    "/portal/apps/{app_id}/lists",
    // Streams, and the pieces of pages that they tell of.
    "/portal/apps/{app_id}/inspector/live",
    "/portal/apps/{app_id}/live",
    "/portal/apps/{app_id}/messages/{message_id}/attempts/{attempt_id}/row",
    "/portal/apps/{app_id}/inspector/rows/{number}",
];

#[tokio::test]
async fn every_page_is_whole_in_every_language_and_theme() {
    let host = Host::new().await;
    let house = &host.house;
    // Linked from its endpoint's page only when there is more than that shows.
    let log = fill(house).await;
    let mut person = host.person(PERSON).await;
    let seen = person.get("/portal/my-data").await.hidden("seen").unwrap();
    let given = [("recipient", "bounti"), ("seen", seen.as_str())];
    person.post("/portal/my-data", "/portal/my-data/give", &given).await.location();
    let keys = keys();
    let faults = Faults::of(house).await;
    for language in ["de", "en"] {
        for theme in ["light", "dark"] {
            let look = Look { language, theme, keys: &keys };
            let mut opened = BTreeSet::new();
            for (mut browser, first) in [
                (house.browser(), "/portal/login"),
                (house.operator().await, "/portal/overview"),
                (house.operator().await, &log),
                (person.clone(), "/portal/my-data"),
            ] {
                browser.language = language;
                let chosen = [("back", first), ("theme", theme)];
                assert_eq!(browser.post_raw("/portal/preferences", &chosen).await.location(), first);
                look.walk(&mut browser, first, &mut opened).await;
            }
            look.faults(house, &faults).await;
            assert!(opened.len() > 60, "{} pages only", opened.len());
            all_were_opened(house, &opened).await;
        }
    }
}

/// Applications of every dialect, endpoints that are well, fail and are switched off, and what happened with them.
/// Gives the address of the log of an endpoint with attempts.
async fn fill(house: &House) -> String {
    let mut apps: BTreeMap<&str, AppId> = BTreeMap::new();
    for dialect in &klingel_dialects::all() {
        apps.insert(dialect.name(), house.application(dialect.name(), dialect.name()).await);
    }
    let shop = apps["standard"];
    house.endpoint_at(shop, "https://failing.example/hook").await;
    house.message(shop, "order.paid", 500).await;
    house.endpoint_at(shop, "https://well.example/hook").await;
    let off = json!({ "url": "https://off.example/hook", "disabled": true });
    let off = house.add_endpoint(shop, &off).await;
    replay(house, shop, off).await;
    let taken = house.application("Taken", "standard").await;
    let endpoint = house.endpoint_at(taken, "https://taken.example/hook").await;
    house.message(taken, "order.sent", 200).await;
    house.statistics(taken, endpoint, 1_234, 5).await;
    let mut operator = house.operator().await;
    let replay = format!("/portal/apps/{taken}/endpoints/{endpoint}/replay");
    let span = [("since", "2020-01-01"), ("which", "all")];
    assert_eq!(operator.submit(&replay, &replay, &span).await.status, 200);
    let inspector = format!("/portal/apps/{taken}/inspector");
    operator.post(&inspector, &format!("{inspector}/address"), &[]).await.location();
    let html = operator.get(&inspector).await.html;
    let receiving = html.split("/inspect/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    for body in [r#"{"order": 17}"#, "", "no JSON"] {
        let request = Request::builder().method(Method::POST).uri(format!("/inspect/{receiving}?a=b"));
        let received = house.browser().send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(received.status, 200);
    }
    let types = "/portal/event-types";
    operator.submit(types, types, &[("name", "order.paid"), ("schema.1", "{}")]).await.location();
    let keys = "/portal/keys";
    assert_eq!(operator.submit(keys, keys, &[("name", "Shop"), ("role", "admin")]).await.status, 200);
    let groups = format!("/portal/apps/{}/lists/groups", apps[with_conditions()]);
    let new = format!("{groups}/new");
    let group = [("id", "3"), ("name", "Regulars"), ("type", "returning")];
    operator.submit(&new, &new, &group).await.location();
    format!("/portal/apps/{taken}/endpoints/{endpoint}/log")
}

/// A replay that is running: it waits, because its endpoint is switched off.
async fn replay(house: &House, app_id: AppId, endpoint_id: EndpointId) {
    let now = house.clock.now();
    let since = now.minus(std::time::Duration::from_hours(1));
    let replay = Replay {
        id: ReplayId::new(now, &*house.dice),
        span: ReplaySpan { app_id, endpoint_id, since, until: now, which: ReplayWhich::All },
        state: ReplayState::Running,
        cursor: None,
        asked: 3,
        created_at: now,
        updated_at: now,
    };
    house.store.add_replay(replay).await.unwrap();
}

/// What leads to the pages of faults.
struct Faults {
    customer: Browser,
    operator: Browser,
    used_link: String,
}

impl Faults {
    async fn of(house: &House) -> Self {
        let app = house.application("Faults", "standard").await;
        let used_link = house.link(PassScope::Operator, false).await;
        let mut operator = house.browser();
        operator.get(&used_link).await.location();
        for _ in 0..5 {
            let wrong = [("name", "guessed"), ("password", "wrong")];
            assert_eq!(house.browser().post_raw("/portal/login", &wrong).await.status, 401);
        }
        Self { customer: house.customer(app).await, operator, used_link }
    }
}

/// Fails if there is a path with a page that no page leads to.
async fn all_were_opened(house: &House, opened: &BTreeSet<String>) {
    let mut operator = house.operator().await;
    for path in Portal::paths() {
        let fits = |opened: &String| {
            let (wanted, opened) = (path.split('/'), opened.split('/'));
            wanted.clone().count() == opened.clone().count()
                && wanted.zip(opened).all(|(wanted, opened)| wanted == opened || wanted.starts_with('{'))
        };
        if NO_PAGES.contains(&path) || opened.iter().any(fits) {
            continue;
        }
        let status = operator.get(&path.replace(['{', '}'], "")).await.status;
        assert_eq!(status, 405, "{path} is no form's address, and no page leads to it");
    }
}

/// Every key of the locale files that cannot be mistaken for a word.
fn keys() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let texts: Vec<String> = files.collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let keys = lines.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()));
    keys.filter(|key| key.contains('-') && !key.contains(' ')).collect()
}

#[derive(Clone, Copy)]
struct Look<'a> {
    language: &'static str,
    theme: &'static str,
    keys: &'a BTreeSet<String>,
}

impl Look<'_> {
    /// Opens a page of every fault that somebody can bring about.
    async fn faults(self, house: &House, faults: &Faults) {
        let mut browsers = [faults.customer.clone(), faults.operator.clone(), house.browser()];
        for browser in &mut browsers {
            browser.language = self.language;
            let chosen = [("back", "/portal"), ("theme", self.theme)];
            browser.post_raw("/portal/preferences", &chosen).await.location();
        }
        let [customer, operator, nobody] = &mut browsers;
        let csrf = operator.get("/portal/apps").await.csrf();
        let apps = [("csrf", csrf.as_str()), ("once", "fault"), ("dialect", "standard")];
        let guess = [("name", "guessed"), ("password", "wrong")];
        for (status, page) in [
            (401, nobody.get("/portal/my-data").await),
            (403, customer.get("/portal/overview").await),
            (403, operator.post_raw("/portal/apps", &[("csrf", "forged")]).await),
            (404, operator.get("/portal/nothing").await),
            (410, nobody.get(&faults.used_link).await),
            (422, operator.post_raw("/portal/apps", &apps).await),
            (429, nobody.post_raw("/portal/login", &guess).await),
        ] {
            self.check(&format!("a fault, {status}"), status, &page);
        }
    }

    /// Opens `first` and whatever is linked from there on, once each.
    async fn walk(self, browser: &mut Browser, first: &str, opened: &mut BTreeSet<String>) {
        let mut known = BTreeSet::from([first.to_owned()]);
        let mut next = vec![first.to_owned()];
        while let Some(address) = next.pop() {
            assert!(known.len() < PAGES_MAX, "the walk does not end: {known:?}");
            let page = browser.get(&address).await;
            let links = if page.status == 303 {
                vec![page.location().to_owned()]
            } else {
                self.check(&address, 200, &page);
                opened.insert(address.split('?').next().unwrap().to_owned());
                links(&page.html)
            };
            next.extend(links.into_iter().filter(|link| known.insert(link.clone())));
        }
    }

    #[track_caller]
    fn check(self, address: &str, status: u16, page: &Page) {
        let (html, wanted) =
            (&page.html, format!("<html lang=\"{}\" data-theme=\"{}\">", self.language, self.theme));
        assert_eq!(page.status, status, "{address}: {html}");
        assert!(html.contains(&wanted), "{address}: {wanted} is missing");
        assert_eq!(html.matches("<h1>").count(), 1, "{address}: {html}");
        assert!(!html.contains("{$") && !html.contains("{ $"), "{address}: a place was not filled: {html}");
        for piece in html.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
            let mut names = tag.split('"').step_by(2);
            assert!(
                names.all(|name| !name.contains(" style=") && !name.contains(" on")),
                "{address}: <{tag}>"
            );
            assert!(!tag.starts_with("script") || tag.contains(" src="), "{address}: an inline script");
            let said = ["aria-label=\"", "title=\"", "placeholder=\"", "data-copy=\""].iter();
            let said = said.filter_map(|name| tag.split_once(name)?.1.split('"').next());
            for word in said.chain([text]).flat_map(str::split_whitespace) {
                assert!(!self.keys.contains(word), "{address}: {word} is shown instead of its text");
            }
        }
    }
}

/// Other pages of the portal.
fn links(html: &str) -> Vec<String> {
    let all = html.split("<a ").skip(1).filter_map(|tag| tag.split('>').next()?.split_once("href=\""));
    let all = all.filter_map(|(_, rest)| rest.split('"').next()?.split('#').next());
    let own = all.map(|link| link.replace("&#38;", "&").replace("&amp;", "&"));
    own.filter(|link| link.starts_with("/portal")).collect()
}
