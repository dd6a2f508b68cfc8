//! A trade fair: a visitor's data change and are removed.

use http::Method;
use serde_json::json;

use crate::demo::{Call, Demo, Stage, body, must};

/// The scene.
pub(super) const DEMO: Demo =
    Demo { title: "A trade fair (EventInsight)", play: |stage| Box::pin(play(stage)) };

async fn play(stage: &dyn Stage) -> Result<usize, String> {
    let below = |method, path: &str, body| stage.call(Call::below(stage, method, path, Some(body)));
    stage.tell("The organiser couples a CRM: new, changed and deleted users, of fair 7 only.")?;
    let webhook = json!({
        "name": "CRM", "is_active": true, "url": stage.receiver(), "events": [7],
        "triggers": {"user": {"new": true, "update": true, "delete": true}},
    });
    below(Method::POST, "/eventinsight/webhooks", webhook).await?;

    stage.tell("A visitor registers for the fair.")?;
    let person = json!({
        "id": 1, "external_id": "1815", "code": "CODE", "name_first": "Guan", "name_last": "the Man",
        "company_name": "Let's Get Digital", "company_role": "Awesome person", "custom_fields": [], "companies": [5],
    });
    below(Method::PUT, "/eventinsight/users/1?event=7", person.clone()).await?;
    let new = body(&stage.arrival().await?)?;
    let keys: Vec<&str> = new.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    must(
        keys.len() == 4 && new["entity_type"] == "user" && new["entity_id"] == 1,
        "the envelope is another one",
    )?;
    must(
        new["action_type"] == "new" && new["result"] == person,
        "the new value is not what was handed over",
    )?;
    stage.tell(
        "Arrived and checked: entity_id 1, entity_type user, action_type new, and the user as result.",
    )?;

    stage.tell("The same data again: Klingel sees that nothing changed, and sends nothing.")?;
    below(Method::PUT, "/eventinsight/users/1?event=7", person).await?;
    stage.tell("The visitor is removed.")?;
    stage.call(Call::below(stage, Method::DELETE, "/eventinsight/users/1", None)).await?;
    let deleted = body(&stage.arrival().await?)?;
    let expected = json!({"entity_id": 1, "entity_type": "user", "action_type": "delete"});
    must(deleted == expected, "the next request is not the published one for a deletion")?;
    stage.tell("Arrived and checked: action_type delete, and no result.")?;
    Ok(2)
}
