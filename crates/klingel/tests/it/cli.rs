//! The commands that need no server.

use std::path::Path;

use crate::server::{House, run, run_in};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
const BODY: &str = r#"{"email":"test@example.com","username":"test_user"}"#;

fn verify<'a>(secret: &'a str, signature: &'a str, body: &'a str) -> Vec<&'a str> {
    let mut arguments = vec!["verify", "--secret", secret, "--signature", signature, "--body", body];
    arguments.extend(["--id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", "--timestamp", "1649367553"]);
    arguments
}

#[tokio::test]
async fn help_names_every_command_and_its_settings() {
    let (code, help, _) = run(&["--help"]).await;
    assert_eq!(code, 0);
    for command in ["serve", "demo", "key", "portal", "send", "verify", "config", "doctor", "migrate"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        let (code, own, _) = run(&[command, "--help"]).await;
        assert!(code == 0 && own.contains("Usage: klingel"), "{own}");
    }
    let (_, serve, _) = run(&["serve", "--help"]).await;
    for flag in ["--listen", "--store", "--config", "--allow-private-networks"] {
        assert!(serve.contains(flag), "{serve}");
    }
    let (code, _, errors) = run(&["sevre"]).await;
    assert!(code == 2 && errors.contains("serve"), "{errors}");
}

#[tokio::test]
async fn what_is_generated_under_docs_is_up_to_date() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let (code, _, errors) = run_in(root, &["generated", "--check"], &[]).await;
    assert_eq!(code, 0, "{errors}");
}

#[tokio::test]
async fn key_create_prints_the_key_and_nothing_else() {
    let house = House::new();
    let store = house.store();
    let create =
        ["key", "create", "--environment", "production", "--label", "for the shop", "--store", &store];
    let (code, output, errors) = run(&create).await;
    assert_eq!((code, errors.as_str()), (0, ""));
    let key = output.strip_suffix('\n').expect("a line");
    assert!(key.starts_with("klingel_admin_") && key.len() == 57, "{key:?}");
    assert!(!key.contains(char::is_whitespace));

    let (_, list, _) = run(&["key", "list", "--store", &store]).await;
    assert!(list.contains("production") && list.contains("for the shop") && !list.contains(key), "{list}");
    let (code, _, errors) = run(&["key", "list", "--environment", "staging", "--store", &store]).await;
    assert!(code == 1 && errors.contains("no environment staging"), "{errors}");
    for wrong in [&["--environment", "a b"][..], &["--environment", "x", "--role", "root"]] {
        let (code, output, _) = run(&[&["key", "create", "--store", &store][..], wrong].concat()).await;
        assert_eq!((code, output.as_str()), (2, ""), "{wrong:?}");
    }
}

#[tokio::test]
async fn config_check_shows_values_with_their_sources() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("klingel.toml");
    std::fs::write(&file, "retention = \"30d\"\nallow_hosts = [\"*.internal\"]\n").unwrap();
    let variables = [("KLINGEL_CONFIG", file.to_str().unwrap()), ("KLINGEL_MASTER_KEY", "TopSecret")];
    let (code, output, errors) = run_in(folder.path(), &["config", "check"], &variables).await;
    assert_eq!((code, errors.as_str()), (0, ""));
    let row = |name: &str| {
        let row = output.lines().find(|line| line.split_whitespace().next() == Some(name));
        row.unwrap_or_else(|| panic!("{name}: {output}")).split_whitespace().skip(1).collect::<Vec<_>>()
    };
    assert_eq!(row("retention"), ["30d", &format!("{}:1", file.display())]);
    assert_eq!(row("allow_hosts"), ["*.internal", &format!("{}:2", file.display())]);
    assert_eq!(row("listen"), ["127.0.0.1:8080", "default"]);
    assert_eq!(row("master_key"), ["<hidden>", "KLINGEL_MASTER_KEY"]);
    assert!(!output.contains("TopSecret"));
}

#[tokio::test]
async fn wrong_settings_stop_every_command_and_name_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("k.toml"), "retention = \"soon\"\nlisten_on = \"x\"\n").unwrap();
    let variables = [("KLINGEL_IN_FLIGTH_MAX", "7"), ("KLINGEL_SHUTDOWN_DEADLINE", "20")];
    for command in [&["config", "check"][..], &["serve"], &["key", "list"], &["migrate"]] {
        let arguments = [command, &["--config", "k.toml"]].concat();
        let (code, output, errors) = run_in(folder.path(), &arguments, &variables).await;
        assert_eq!((code, output.as_str()), (1, ""), "{command:?}");
        for part in [
            "k.toml:1: retention must be a duration with a unit (ms, s, m, h, d)",
            "k.toml:2: there is no setting listen_on; did you mean listen?",
            "KLINGEL_IN_FLIGTH_MAX; did you mean KLINGEL_IN_FLIGHT_MAX?",
            "KLINGEL_SHUTDOWN_DEADLINE: shutdown_deadline must be a duration with a unit",
        ] {
            assert!(errors.contains(part), "{command:?} does not say {part:?}: {errors}");
        }
    }
    let made = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(made, 1, "nothing is made when the settings are wrong");
}

#[tokio::test]
async fn verify_says_which_signature_is_right_or_why_none_is() {
    let (code, output, _) = run(&verify(SECRET, SIGNATURE, BODY)).await;
    assert_eq!(code, 0);
    assert!(output.starts_with("verified: signature 1 of 1 (v1)\nnote: webhook-timestamp is "), "{output}");

    let both = format!("v1,AAAA {SIGNATURE}");
    let (code, output, _) = run(&verify(SECRET, &both, BODY)).await;
    assert!(code == 0 && output.starts_with("verified: signature 2 of 2 (v1)"), "{output}");

    let (code, output, _) = run(&verify(SECRET, SIGNATURE, "{}")).await;
    assert!(code == 1 && output.contains("not verified: no item"), "{output}");
    let strict = [&verify(SECRET, SIGNATURE, BODY)[..], &["--strict"]].concat();
    let (code, output, _) = run(&strict).await;
    assert!(code == 1 && output.contains("s old; 300 s are tolerated"), "{output}");
    let (code, _, errors) = run(&verify("whsec_AAAA", SIGNATURE, BODY)).await;
    assert!(code == 1 && errors.contains("--secret: 3 bytes"), "{errors}");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("body.json"), BODY).unwrap();
    std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
    let signature = format!("Webhook-Signature: {SIGNATURE}");
    let mut arguments = vec!["verify", "--secret", "@secret", "--body", "@body.json", "--header", &signature];
    arguments.extend(["--header", "webhook-id: msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"]);
    let (code, _, errors) = run_in(folder.path(), &arguments, &[]).await;
    assert!(code == 1 && errors.contains("--timestamp"), "{errors}");
    arguments.extend(["--header", "webhook-timestamp:1649367553", "--header", "host: x"]);
    let (code, output, errors) = run_in(folder.path(), &arguments, &[]).await;
    assert!(code == 0 && output.starts_with("verified"), "{output}{errors}");
}

#[tokio::test]
async fn migrate_and_doctor_tell_what_there_is_to_do() {
    let house = House::new();
    let store = house.store();
    let (code, output, _) = run(&["migrate", "--check", "--store", &store]).await;
    assert!(code == 1 && output.starts_with("to do: 0001 "), "{output}");
    assert!(!house.store_path().exists());
    let (code, output, _) = run(&["doctor", "--store", &store]).await;
    assert!(code == 0 && output.contains("will be made at the first start"), "{output}");
    assert!(!house.store_path().exists(), "a look makes nothing");

    let (code, output, _) = run(&["migrate", "--store", &store]).await;
    assert!(code == 0 && output.starts_with("done: 0001 "), "{output}");
    let (code, output, _) = run(&["migrate", "--check", "--store", &store]).await;
    assert!(code == 0 && output.contains("nothing to do"), "{output}");

    let (code, output, _) = run(&["doctor", "--store", &store]).await;
    let lines: Vec<_> = output.lines().collect();
    for name in ["settings", "store", "master key", "clock", "address guard", "open files", "disk space"] {
        assert!(lines.iter().any(|line| line[9..].starts_with(name)), "{name}: {output}");
    }
    assert!(
        code == 0 && lines.iter().all(|line| line.starts_with("ok") || line.starts_with("warning")),
        "{output}"
    );

    std::fs::remove_file(format!("{}.key", house.store_path().display())).unwrap();
    let (code, output, _) = run(&["doctor", "--store", &store]).await;
    assert!(code == 1 && output.contains("error    master key"), "{output}");
    let (code, _, errors) = run(&["serve", "--listen", "127.0.0.1:0", "--store", &store]).await;
    assert!(code == 1 && errors.contains("bring the file back from a backup"), "{errors}");
}
