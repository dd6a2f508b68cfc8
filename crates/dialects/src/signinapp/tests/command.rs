//! `klingel signinapp …` on the store of a running account.

use std::sync::Arc;

use klingel_testkit::SeededDice;

use super::world::{APP, Desk, basic, example_time};
use crate::signinapp::command;
use crate::vendor::CommandWorld;

async fn run(desk: &Desk, arguments: &str) -> Result<serde_json::Value, String> {
    let app = APP.to_string();
    let given = ["signinapp", "--app", &app].into_iter().chain(arguments.split(' '));
    let matches = command::arguments().try_get_matches_from(given).map_err(|error| error.to_string())?;
    let world = CommandWorld {
        store: Arc::clone(&desk.store) as _,
        clock: Arc::clone(&desk.clock) as _,
        dice: Arc::new(SeededDice::new(9)),
    };
    let printed = command::run(world, matches).await?;
    Ok(serde_json::from_str(&printed).unwrap())
}

#[tokio::test]
async fn what_the_command_line_makes_works() {
    let desk = Desk::new(example_time()).await;
    run(&desk, "site put --id 5 --name Hall --timezone Europe/Berlin").await.unwrap();
    assert_eq!(run(&desk, "site list").await.unwrap()[0]["name"], "Hall");
    run(&desk, "group put --id 2 --name Staff --type returning").await.unwrap();
    assert_eq!(run(&desk, "group list").await.unwrap().as_array().unwrap().len(), 2);
    let made = run(&desk, "client create --name Board --permission groups").await.unwrap();
    let (key, secret) = (made["key"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let client = basic(key, secret);
    desk.read("GET", "/client-api/v1/groups", &client).await.expect(200);
    assert_eq!(run(&desk, "client list").await.unwrap()[0]["permissions"], serde_json::json!(["groups"]));
    run(&desk, &format!("client delete --key {key}")).await.unwrap();
    desk.read("GET", "/client-api/v1/groups", &client).await.expect(401);
    let kept = run(&desk, "keep-visitor-data --days 30").await.unwrap();
    assert_eq!(kept["keep_visitor_data_days"], 30);
    assert!(run(&desk, "client delete --key nobody").await.is_err());
    assert!(run(&desk, "site put --id 0 --name x --timezone UTC").await.is_err());
}
