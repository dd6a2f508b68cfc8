//! The scripts under `docs/examples`, each against a server of its own.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::server::{House, PATIENCE};

#[tokio::test]
async fn every_example_ends_well() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
    let curl = Command::new("curl").arg("--version").stdout(Stdio::null()).status().await;
    if !curl.is_ok_and(|status| status.success()) {
        println!("curl is not installed; the examples were not run");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "install curl");
        return;
    }
    let mut examples: Vec<_> =
        folder.read_dir().expect("the folder is there").map(|entry| entry.expect("a file").path()).collect();
    examples.retain(|path| path.extension().is_some_and(|end| end == "sh"));
    examples.sort();
    assert!(examples.len() >= 3, "{examples:?}");
    for example in examples {
        let house = House::new();
        let server = house.serve().await;
        let key = house.key("admin").await;
        let run = Command::new("sh")
            .arg(&example)
            .env("URL", &server.base)
            .env("KEY", &key)
            .env_remove("RECEIVER")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let ended = tokio::time::timeout(PATIENCE, run).await.expect("it ends").expect("sh runs");
        let said =
            format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.success(), "{}:\n{said}", example.display());
    }
}
