//! A reception desk: a visitor signs in and is signed out automatically.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use klingel_model::SecretKey;
use serde_json::json;

use super::sign;
use crate::demo::{Call, Demo, Stage, body, must, text};

/// The scene.
pub(super) const DEMO: Demo =
    Demo { title: "A reception desk (Sign In App)", play: |stage| Box::pin(play(stage)) };

const SECRET: &str = "MySharedSecret";

async fn play(stage: &dyn Stage) -> Result<usize, String> {
    let below = |method, path: &str, body| stage.call(Call::below(stage, method, path, Some(body)));
    stage.tell("An office has a site, a visitor group, and a notification with a shared secret.")?;
    let site = json!({"name": "Acme Co", "type": "standard", "timezone": "Europe/London"});
    below(Method::PUT, "/signinapp/sites/4567", site).await?;
    below(Method::PUT, "/signinapp/groups/1", json!({"name": "Visitors", "type": "non-returning"})).await?;
    let filter = json!({
        "combine": "all", "rows": [{"field": "Company", "operator": "equals", "value": "Acme Ltd"}],
    });
    let notification = json!({
        "url": stage.receiver(), "secret": SECRET, "event": "signin", "site": 4567, "filter": filter,
    });
    below(Method::POST, "/signinapp/notifications", notification).await?;

    stage.tell("A visitor signs in at the desk.")?;
    let visit = json!({"site_id": 4567, "group_id": 1, "visitor": {
        "id": 1234, "name": "John Smith", "additional": {"Company": "Acme Ltd"},
    }});
    below(Method::POST, "/signinapp/visits", visit).await?;
    let arrival = stage.arrival().await?;
    let header =
        arrival.headers.get(sign::SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = SecretKey::Opaque(SECRET.to_owned());
    must(sign::is_signed(header, &key, &arrival.body), "the signature is wrong")?;
    let event = body(&arrival)?;
    must(event["event"] == "visitor.signin" && event["visitor"]["id"] == 1234, "it is another event")?;
    let key = text(&event, "idempotency_key")?;
    stage.tell(&format!(
        "Arrived and checked: the HMAC in {} is right; idempotency_key {key}.",
        sign::SIGNATURE
    ))?;

    stage
        .tell("At midnight everybody is signed out automatically: that changes history and sends nothing.")?;
    below(Method::POST, "/signinapp/signouts", json!({"visits": [1234]})).await?;
    let client = below(Method::POST, "/signinapp/clients", json!({"name": "Wallboard"})).await?;
    let credentials = format!("{}:{}", text(&client, "key")?, text(&client, "secret")?);
    let history = Call {
        method: Method::GET,
        path: "/client-api/v1/sites/4567/history".to_owned(),
        authorization: Some(format!("Basic {}", STANDARD.encode(credentials))),
        body: None,
    };
    let history = stage.call(history).await?;
    must(history["data"][0]["status"] == "signed_out", "history does not show the sign-out")?;
    let out = text(&history["data"][0], "out_datetime")?;
    stage.tell(&format!(
        "History, read with an API client of its own, says that the visitor went at {out}."
    ))?;
    Ok(1)
}
