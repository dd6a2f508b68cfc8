//! `klingel portal`, beside a running server and without one.

use std::path::Path;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;

use crate::api::Api;
use crate::server::{House, PATIENCE, klingel, run, run_in};

const PASSWORD: &str = "eine lange Klingelleitung";

/// Runs a command that reads this from standard input.
async fn run_with_input(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = klingel();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let mut pipe = child.stdin.take().expect("it was piped");
    pipe.write_all(input.as_bytes()).await.expect("it reads its input");
    drop(pipe);
    let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let ended = ended.expect("the command ends").expect("its output can be read");
    let text = |bytes| String::from_utf8(bytes).expect("its output is text");
    (ended.status.code().expect("it ends by itself"), text(ended.stdout), text(ended.stderr))
}

/// The status of a page that is asked for once.
async fn status(base: &str, path: &str) -> u16 {
    Api::new(base, "").open_page(path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn links_open_the_portal_of_a_running_server_once() {
    let house = House::new();
    let key = house.key("admin").await;
    let server = house.serve().await;
    server.api(&key).application("app", &[]).await;
    let store = house.store();
    let variables = [("KLINGEL_PUBLIC_URL", server.base.as_str())];
    for arguments in [
        &["portal", "login", "--name", "desk", "--store", &store][..],
        &["portal", "login", "--environment", "test", "--store", &store],
        &["portal", "link", "app", "--expiry-s", "60", "--read-only", "--store", &store],
    ] {
        let (code, link, errors) = run_in(Path::new("."), arguments, &variables).await;
        assert_eq!((code, errors.as_str()), (0, ""), "{arguments:?}");
        let path = link.trim_end().strip_prefix(&server.base).expect("it leads to the server");
        let token = path.strip_prefix("/portal/in/klp_").expect("it is a link to the portal");
        assert_eq!(token.len(), 43);
        assert_eq!(status(&server.base, path).await, 303, "{arguments:?}");
        assert_ne!(status(&server.base, path).await, 303, "{arguments:?}");
    }
    let made = server.api(&key).post("/auth/app-portal-access/app/", &serde_json::json!({})).await;
    let url = made["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/portal/in/klp_", server.base)), "{url}");
    let output = server.stop().await;
    assert!(!output.contains("klp_"), "no link's secret is in the log: {output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_called_by_the_name_that_was_given_or_by_the_machines_user() {
    let house = House::new();
    house.key("admin").await;
    let server = house.serve().await;
    let store = house.store();
    for (arguments, variables, wanted) in [
        (&["--name", "desk"][..], [("SUDO_USER", ""), ("USER", "anna")], "desk"),
        (&["--holder", "night"], [("SUDO_USER", ""), ("USER", "anna")], "night"),
        (&[], [("SUDO_USER", ""), ("USER", "anna")], "anna"),
        (&[], [("SUDO_USER", "berta"), ("USER", "root")], "berta"),
        (&[], [("SUDO_USER", ""), ("USER", "")], "klingel portal login"),
    ] {
        let command = [&["portal", "login", "--store", &store][..], arguments].concat();
        let beside = [("KLINGEL_PUBLIC_URL", server.base.as_str()), ("LOGNAME", "")];
        let variables = [&beside[..], &variables].concat();
        let (code, link, errors) = run_in(Path::new("."), &command, &variables).await;
        assert_eq!((code, errors.as_str()), (0, ""), "{arguments:?}");
        let path = link.trim_end().strip_prefix(&server.base).expect("it leads to the server");
        let page = Api::new(&server.base, "").portal_behind(path).await;
        assert!(page.contains(&format!("<span class=\"holder\">{wanted}</span>")), "{arguments:?}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_are_added_listed_and_removed() {
    let house = House::new();
    house.key("admin").await;
    let store = house.store();
    let set = ["portal", "password", "desk", "--store", &store];
    let (code, output, errors) = run_with_input(&set, &format!("{PASSWORD}\r\n")).await;
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(output.contains("desk"), "{output}");
    let (_, list, _) = run(&["portal", "operators", "--store", &store]).await;
    let row = list.lines().nth(1).expect("a row");
    assert!(row.starts_with("desk ") && row.contains(" test "), "{list}");
    assert!(!list.contains("argon2"), "{list}");
    let file = std::fs::read(house.store_path()).unwrap();
    assert!(!file.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));

    let remove = ["portal", "remove", "desk", "--store", &store];
    assert_eq!(run(&remove).await.0, 0);
    let (code, _, errors) = run(&remove).await;
    assert!(code == 1 && errors.contains("no operator desk"), "{errors}");
    let (_, list, _) = run(&["portal", "operators", "--environment", "test", "--store", &store]).await;
    assert_eq!(list.lines().count(), 1, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said_and_changes_nothing() {
    let house = House::new();
    let store = house.store();
    let (code, _, errors) = run(&["portal", "login", "--store", &store]).await;
    assert!(code == 1 && errors.contains("klingel key create"), "{errors}");
    house.key("admin").await;
    for (arguments, part) in [
        (&["login", "--environment", "staging"][..], "no environment staging in this store; there is: test"),
        (&["link", "nobody"], "no application nobody"),
        (&["link", "a/b"], "no application a/b"),
        (&["link", "app_123"], "no application app_123"),
        (&["operators", "--environment", "staging"], "no environment staging"),
    ] {
        let (code, output, errors) = run(&[&["portal"], arguments, &["--store", &store]].concat()).await;
        assert!(code == 1 && output.is_empty() && errors.contains(part), "{arguments:?}: {errors}");
    }
    for arguments in
        [&["link", "app", "--expiry-s", "59"][..], &["login", "--name", ""], &["password", "a\nb"]]
    {
        let (code, _, _) = run(&[&["portal"], arguments, &["--store", &store]].concat()).await;
        assert_eq!(code, 2, "{arguments:?}");
    }
    let set = ["portal", "password", "desk", "--store", &store];
    for (input, part) in
        [("too short\n", "at least 15"), ("", "at least 15"), (&"x".repeat(5000), "at most 1024")]
    {
        let (code, _, errors) = run_with_input(&set, input).await;
        assert!(code == 1 && errors.contains(part) && !errors.contains("too short"), "{errors}");
    }
    assert_eq!(run(&["portal", "operators", "--store", &store]).await.1.lines().count(), 1);
    let more = ["key", "create", "--environment", "other", "--store", &store];
    assert_eq!(run(&more).await.0, 0);
    let (code, _, errors) = run(&["portal", "login", "--store", &store]).await;
    assert!(code == 1 && errors.contains("--environment") && errors.contains("other"), "{errors}");
}
