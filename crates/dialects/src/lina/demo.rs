//! A restaurant: somebody releases personal data to a third party, and takes the release back.

use http::Method;
use serde_json::json;

use crate::demo::{Call, Demo, Stage, body, must, text};

/// The scene.
pub const DEMO: Demo =
    Demo { title: "A restaurant (LINA Third Party API)", play: |stage| Box::pin(play(stage)) };

/// The user of the vendor's published example.
const USER: &str = "c6425258-a870-498d-8173-6c2341c934e0";

async fn play(stage: &dyn Stage) -> Result<usize, String> {
    let below = |method, path: &str, body| stage.call(Call::below(stage, method, path, Some(body)));
    stage.tell("The restaurant books the endpoint `personal`, and gives a third party an API key.")?;
    below(Method::PUT, "/lina/store", json!({"bookedEndpoints": ["personal"]})).await?;
    let words = json!({
        "name": "Bounti", "termsUrl": "https://example.com/agb", "privacyUrl": "https://example.com/datenschutz",
    });
    below(Method::PUT, "/lina/operator/bounti", words).await?;
    let key =
        json!({"name": "Demo", "operator": "bounti", "ipAddress": "127.0.0.1", "scopes": ["personal_read"]});
    let key = text(&below(Method::POST, "/lina/key", key).await?, "key")?;

    stage.tell("With that key the third party registers its webhook, at the vendor's own path.")?;
    let register = Call {
        method: Method::POST,
        path: "/extern/personal/registerWebhook".to_owned(),
        authorization: Some(format!("Bearer {key}")),
        body: Some(json!({"hookKey": "personalData", "url": stage.receiver()})),
    };
    let uuid = text(&stage.call(register).await?, "uuid")?;

    stage.tell("A waiter agrees that the third party gets his data.")?;
    let mut consent = json!({
        "operator": "bounti", "userUuid": USER,
        "userVorname": "Mirco", "userName": "Till", "userEmail": "info@gastro-mis.de", "bereich": "Service",
    });
    below(Method::POST, "/lina/consent/give", consent.clone()).await?;
    let given = body(&stage.arrival().await?)?;
    must(given["webhook"] == uuid.as_str(), "the body names another webhook than the one registered")?;
    must(given["userUuid"] == USER && given["bereich"] == "Service", "the released data are not the user's")?;
    stage.tell(&format!(
        "Arrived and checked: the body carries the uuid of the registered webhook, {uuid}."
    ))?;

    stage.tell("He changes his mind.")?;
    consent = json!({"operator": "bounti", "userUuid": USER});
    below(Method::POST, "/lina/consent/withdraw", consent).await?;
    let withdrawn = body(&stage.arrival().await?)?;
    let expected = json!({"delete": true, "webhook": uuid, "userUuid": USER});
    must(withdrawn == expected, "the withdrawal is not the published body")?;
    stage.tell(
        "Arrived and checked: the third party is told to delete the data, and nothing else about him.",
    )?;
    Ok(2)
}
