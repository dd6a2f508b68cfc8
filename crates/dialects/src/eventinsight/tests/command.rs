//! `klingel eventinsight`.

use std::sync::Arc;

use klingel_testkit::SeededDice;
use serde_json::Value;

use super::world::{ALL, APP, Organiser};
use crate::eventinsight::vendor;
use crate::vendor::CommandWorld;

async fn klingel(organiser: &Organiser, arguments: &[&str]) -> Result<String, String> {
    let command = vendor().command.unwrap();
    let matches = (command.arguments)().try_get_matches_from(arguments).map_err(|error| error.to_string())?;
    let world = CommandWorld {
        store: Arc::clone(&organiser.store) as _,
        clock: Arc::clone(&organiser.clock) as _,
        dice: Arc::new(SeededDice::new(1)),
    };
    (command.run)(world, matches).await
}

#[tokio::test]
async fn webhooks_and_their_logs_are_listed() {
    let organiser = Organiser::new().await;
    let id = organiser.webhook("crm", true, ALL, "[7]").await;
    organiser.call("POST", &format!("webhooks/{id}/test"), r#"{"id":42}"#).await.expect(200);
    let app = APP.to_string();
    let listed = klingel(&organiser, &["eventinsight", "webhooks", "--app", &app]).await.unwrap();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed, organiser.call("GET", "webhooks", "").await.expect(200)["data"][0]);
    let log = klingel(&organiser, &["eventinsight", "log", "--app", &app, &id]).await.unwrap();
    let log: Value = serde_json::from_str(&log).unwrap();
    assert_eq!((&log["action_type"], &log["entity_id"]), (&"test".into(), &42.into()));
}

#[tokio::test]
async fn wrong_arguments_are_told() {
    let organiser = Organiser::new().await;
    let app = APP.to_string();
    for (arguments, says) in [
        (vec!["eventinsight"], "subcommand"),
        (vec!["eventinsight", "webhooks"], "--app"),
        (vec!["eventinsight", "webhooks", "--app", "x"], "--app"),
        (vec!["eventinsight", "webhooks", "--app", "app_0000000000000000000009"], "no such application"),
        (vec!["eventinsight", "log", "--app", &app, "ep_0000000000000000000009"], "no such webhook"),
    ] {
        let refused = klingel(&organiser, &arguments).await.unwrap_err();
        assert!(refused.contains(says), "{arguments:?}: {refused}");
    }
}
