//! The published example and its three siblings, through every way in.

use serde_json::Value;

use super::world::{ALL, Organiser};

const NEW: &str = include_str!("../golden/1-user-new.json");
const UPDATE: &str = include_str!("../golden/2-user-update.json");
const DELETE: &str = include_str!("../golden/3-user-delete.json");
const TEST: &str = include_str!("../golden/4-user-test.json");
const COMPANY: &str = include_str!("../golden/5-company-new.json");

/// The `result` of a golden body, as it stands there.
pub(super) fn result_of(golden: &str) -> &str {
    let (_, result) = golden.trim_end().split_once(r#""result":"#).expect("it has a result");
    result.strip_suffix('}').expect("the body's own bracket")
}

#[tokio::test]
async fn the_published_bodies_come_from_entities_that_are_kept() {
    let organiser = Organiser::new().await;
    let id = organiser.webhook("crm", true, ALL, "[]").await;
    let user = result_of(NEW);
    let earlier = user.replace("Awesome person", "Newcomer");
    assert_eq!(organiser.call("PUT", "users/1", &earlier).await.expect(202)["action"], "new");
    assert_eq!(organiser.call("PUT", "users/1", user).await.expect(202)["action"], "update");
    organiser.call("POST", &format!("webhooks/{id}/test"), user).await.expect(200);
    organiser.call("PUT", "companies/5", result_of(COMPANY)).await.expect(202);
    organiser.call("DELETE", "users/1", "").await.expect(202);
    let mut bodies = organiser.bodies(5).await;
    bodies.sort();
    let earlier = NEW.replace("Awesome person", "Newcomer");
    let mut published = [&earlier, UPDATE, DELETE, TEST, COMPANY].map(|body| body.trim_end().to_owned());
    published.sort();
    assert_eq!(bodies, published);
}

#[tokio::test]
async fn the_published_bodies_come_from_plain_messages() {
    let organiser = Organiser::new().await;
    organiser.webhook("crm", true, ALL, "[]").await;
    let with_result =
        |golden: &str, id: u64| format!(r#"{{ "result": {}, "entity_id": {id} }}"#, result_of(golden));
    for (event_type, payload, golden) in [
        ("user.new", with_result(NEW, 1), NEW),
        ("user.update", with_result(UPDATE, 1), UPDATE),
        ("user.delete", r#"{"entity_id":1}"#.to_owned(), DELETE),
        ("company.new", with_result(COMPANY, 5), COMPANY),
    ] {
        let before = organiser.receivers.seen.lock().unwrap().len();
        organiser.publish(event_type, &payload, &[]).await.unwrap();
        assert_eq!(organiser.bodies(before + 1).await[before], golden.trim_end(), "{event_type}");
    }
    let seen = organiser.receivers.seen.lock().unwrap();
    assert!(seen.iter().all(|request| request.headers.text("content-type") == Some("application/json")));
}

#[test]
fn the_golden_bodies_have_the_published_keys() {
    for (golden, keys) in [(NEW, 4), (UPDATE, 4), (TEST, 4), (COMPANY, 4), (DELETE, 3)] {
        let body: Value = serde_json::from_str(golden).unwrap();
        assert_eq!(body.as_object().unwrap().len(), keys, "{golden}");
        assert!(body["entity_id"].is_u64());
    }
}
