//! The command line.

use std::sync::Arc;

use klingel_testkit::{FakeClock, SeededDice};

use super::bench::{APP, Bench, bench};
use crate::lina::command::{arguments, run};
use crate::vendor::CommandWorld;

async fn klingel(bench: &Bench, line: &str) -> Result<String, String> {
    let words = line.replace("APP", &APP.to_string());
    let matches = arguments().try_get_matches_from(words.split(' ')).map_err(|error| error.to_string())?;
    let world = CommandWorld {
        store: Arc::clone(&bench.store) as _,
        clock: Arc::new(FakeClock::default()),
        dice: Arc::new(SeededDice::new(line.len() as u64)),
    };
    run(world, matches).await
}

#[tokio::test(start_paused = true)]
async fn stores_keys_and_operators_are_managed_from_the_command_line() {
    let bench = bench().await;
    let shown = klingel(&bench, "lina store set --app APP --book personal,bwa --extra-pos 2").await.unwrap();
    assert!(shown.contains(r#""bookedEndpoints":["bwa","personal"]"#), "{shown}");
    assert_eq!(klingel(&bench, "lina store show --app APP").await.unwrap(), shown);

    let create =
        "lina key create --app APP --name Plan --operator bounti --ip * --scope personal_read,bwa_write";
    let key = klingel(&bench, create).await.unwrap();
    assert_eq!((key.len(), key.bytes().all(|b| b.is_ascii_hexdigit())), (40, true));
    assert!(bench.listed(&key).await.is_empty(), "the key opens the doors");
    let list = klingel(&bench, "lina key list --app APP").await.unwrap();
    assert!(!list.contains(&key) && list.contains("valid  bounti"), "{list}");
    let id = list.split(' ').next().unwrap().to_owned();
    klingel(&bench, &format!("lina key revoke --app APP {id}")).await.unwrap();
    assert_eq!(bench.call(&key, "GET", "/extern/personal/listWebhook", "").await.status, 401);
    assert!(klingel(&bench, "lina key list --app APP").await.unwrap().contains("ended"));

    klingel(&bench, "lina operator set --app APP bounti --name Bounti --terms https://b.example/")
        .await
        .unwrap();
    assert!(klingel(&bench, "lina key revoke --app APP nothing").await.unwrap_err().contains("no such key"));
    assert!(klingel(&bench, "lina store show --app app_1").await.is_err());
    assert!(klingel(&bench, "lina store set --app APP --book kitchen").await.is_err());
    arguments().debug_assert();
}
