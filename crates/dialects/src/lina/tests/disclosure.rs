//! *Meine Daten > Datenweitergabe*, as a page draws it that does not know the dialect; and what is forgotten.

use std::time::Duration;

use klingel_engine::Refusal;
use klingel_engine::disclosure::{DecisionKind, Disclosure, Release, ReleaseState};
use serde_json::{Value, json};

use super::bench::{APP, Bench, application, bench};

const USER: &str = "c6425258-a870-498d-8173-6c2341c934e0";
const GIVEN: &str = include_str!("../golden/5-given.json");

async fn releases(bench: &Bench) -> Vec<Release> {
    let vendor = crate::lina::vendor();
    let disclosure = vendor.dialect.disclosure().expect("this dialect sends personal data");
    disclosure.releases(&bench.engine(), &application(APP), USER).await.unwrap()
}

async fn decide(bench: &Bench, give: bool, recipient: &str) -> Result<(), Refusal> {
    let vendor = crate::lina::vendor();
    let disclosure: &dyn Disclosure = vendor.dialect.disclosure().unwrap();
    let (engine, app) = (bench.engine(), application(APP));
    if give {
        disclosure.give(&engine, &app, USER, recipient).await
    } else {
        disclosure.withdraw(&engine, &app, USER, recipient).await
    }
}

async fn register_user(bench: &Bench) {
    let fields = json!({
        "userVorname": "Mirco", "userName": "Till", "userEmail": "info@gastro-mis.de", "bereich": "Service",
    });
    let put = bench.manage(APP, "PUT", &format!("/user/{USER}"), fields.clone()).await;
    assert_eq!((put.status.as_u16(), &put.json), (200, &fields));
    let shown = bench.manage(APP, "GET", &format!("/user/{}", USER.to_uppercase()), Value::Null).await;
    assert_eq!(shown.json, fields);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_does_not_know_the_dialect_lets_a_user_decide() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let words =
        json!({"name": "Bounti", "termsUrl": "https://b.example/agb", "privacyUrl": "https://b.example/ds"});
    assert_eq!(bench.manage(APP, "PUT", "/operator/bounti", words).await.status, 200);
    assert!(releases(&bench).await.is_empty(), "nobody wants anything");
    let uuid = bench.register(&key, "https://bounti.example/hook").await;
    assert!(
        matches!(decide(&bench, true, "bounti").await, Err(Refusal::Conflict(_))),
        "nothing is registered"
    );
    register_user(&bench).await;

    let open = releases(&bench).await.remove(0);
    assert_eq!((open.state, open.title.as_str()), (ReleaseState::Open, "Bounti"));
    assert_eq!(open.terms_url.as_deref(), Some("https://b.example/agb"));
    let fields: Vec<_> = open.fields.iter().map(|field| (field.label.de, field.value.as_str())).collect();
    let all = [
        ("Vorname", "Mirco"),
        ("Nachname", "Till"),
        ("E-Mail-Adresse", "info@gastro-mis.de"),
        ("Bereich", "Service"),
    ];
    assert_eq!(fields, all);

    decide(&bench, true, "bounti").await.unwrap();
    decide(&bench, true, "bounti").await.unwrap();
    let sent = bench.sent(1).await;
    let golden = GIVEN.replace("48138367-3eba-4772-b2bf-6bbd11840efb", &uuid);
    let same = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(same(&sent[0].1), same(&golden));
    assert_eq!(releases(&bench).await[0].state, ReleaseState::Given);
    decide(&bench, false, "bounti").await.unwrap();
    let withdrawn = releases(&bench).await.remove(0);
    assert_eq!(withdrawn.state, ReleaseState::Withdrawn);
    let kinds: Vec<DecisionKind> = withdrawn.history.iter().map(|decision| decision.kind).collect();
    assert_eq!(kinds, [DecisionKind::Withdrawn, DecisionKind::Given]);
    assert_eq!(bench.sent_in_all().await, 2);
}

#[tokio::test(start_paused = true)]
async fn nobody_decides_about_strangers_and_no_user_is_no_uuid() {
    let bench = bench().await;
    register_user(&bench).await;
    for give in [true, false] {
        assert_eq!(decide(&bench, give, "bounti").await, Err(Refusal::NotFound("recipient")));
    }
    let vendor = crate::lina::vendor();
    let disclosure = vendor.dialect.disclosure().unwrap();
    let wrong = disclosure.releases(&bench.engine(), &application(APP), "mirco").await;
    assert!(matches!(wrong, Err(Refusal::Invalid("userUuid", _))));
    let unknown = json!({"userVorname": "Mirco", "telefon": "1"});
    assert_eq!(bench.manage(APP, "PUT", &format!("/user/{USER}"), unknown).await.status, 422);
    assert_eq!(bench.manage(APP, "DELETE", &format!("/user/{USER}"), Value::Null).await.status, 204);
    assert_eq!(bench.manage(APP, "DELETE", &format!("/user/{USER}"), Value::Null).await.status, 404);
    assert_eq!(bench.manage(APP, "GET", &format!("/user/{USER}"), Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_and_answered_is_gone_after_fourteen_days() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    bench.register(&key, "https://bounti.example/hook").await;
    register_user(&bench).await;
    decide(&bench, true, "bounti").await.unwrap();
    bench.sent_in_all().await;
    bench.chores_after(Duration::from_hours(13 * 24)).await;
    assert_eq!((bench.messages(APP).await, bench.attempts(APP).await.len()), (1, 1));
    bench.chores_after(Duration::from_hours(14 * 24)).await;
    assert_eq!((bench.messages(APP).await, bench.attempts(APP).await.len()), (0, 0));
    assert_eq!(releases(&bench).await[0].state, ReleaseState::Given, "the decision stays");
}
