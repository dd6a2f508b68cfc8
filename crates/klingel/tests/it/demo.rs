//! `klingel demo`

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::api::Api;
use crate::server::{PATIENCE, klingel, run};

#[tokio::test]
async fn it_delivers_and_verifies_what_it_was_asked_for() {
    let (code, output, errors) = run(&["demo", "--messages", "50"]).await;
    assert_eq!(code, 0, "{output}{errors}");
    assert_eq!(output.lines().filter(|line| line.contains("signature right (v1)")).count(), 100, "{output}");
    let summary = output.lines().last().expect("it says something");
    assert!(summary.starts_with("accepted 50, delivered 100, verified 100"), "{summary}");
    assert_eq!(errors, "");
}

#[tokio::test]
async fn every_vendor_is_shown_with_a_delivery_that_is_checked_by_its_rule() {
    let (code, output, errors) = run(&["demo", "--messages", "1"]).await;
    assert_eq!((code, errors.as_str()), (0, ""), "{output}");
    let scenes: Vec<_> = klingel_dialects::vendors().into_iter().filter_map(|vendor| vendor.demo).collect();
    assert_eq!(scenes.len(), 3, "a restaurant, a reception desk, a fair");
    for scene in scenes {
        let (_, from) = output.split_once(scene.title).expect("its title is printed");
        let (told, _) = from.split_once("\n\n").expect("a blank line ends it");
        assert!(told.contains("Arrived and checked: "), "{told}");
        assert!(told.lines().any(|line| line.trim_start().starts_with("POST ")), "{told}");
    }
    assert!(
        output.lines().last().is_some_and(|last| last.starts_with("accepted 1, delivered 2")),
        "{output}"
    );
}

#[tokio::test]
async fn without_a_number_it_goes_on_until_ctrl_c() {
    ends_well_at_ctrl_c(&["demo"]).await;
}

#[tokio::test]
async fn ctrl_c_in_full_run_leaves_no_message_behind() {
    ends_well_at_ctrl_c(&["demo", "--messages", "1000000"]).await;
}

/// The link that is printed opens the portal of the demo while it runs.
#[tokio::test]
async fn a_link_opens_the_demos_portal_once() {
    let mut demo =
        klingel().arg("demo").stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("the binary runs");
    let mut output = BufReader::new(demo.stdout.take().expect("it was piped"));
    let mut line = String::new();
    let printed = async {
        while !line.contains("/portal/in/") {
            line.clear();
            assert!(output.read_line(&mut line).await.expect("its output can be read") > 0, "it ended");
        }
        line.trim().to_owned()
    };
    let url = tokio::time::timeout(PATIENCE, printed).await.expect("the link is printed");
    let (base, token) = url.split_once("/portal/in/").expect("it was looked for");
    let api = Api::new(base, "");
    let path = format!("/portal/in/{token}");
    for wanted in [303, 410] {
        assert_eq!(api.open_page(&path).await, wanted, "{url}");
    }
}

async fn ends_well_at_ctrl_c(arguments: &[&str]) {
    let mut demo = klingel().args(arguments).stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut output = BufReader::new(demo.stdout.take().expect("it was piped"));
    let mut line = String::new();
    let two_messages = async {
        while !line.trim_start().starts_with("4 ") {
            line.clear();
            output.read_line(&mut line).await.expect("its output can be read");
        }
    };
    tokio::time::timeout(PATIENCE, two_messages).await.expect("deliveries are shown as they come");
    let id = demo.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("it runs");
    kill_process(id, Signal::INT).expect("it can be signalled");
    let status =
        tokio::time::timeout(PATIENCE, demo.wait()).await.expect("it ends").expect("it can be waited for");
    let mut rest = String::new();
    output.read_to_string(&mut rest).await.expect("its output can be read");
    assert!(status.success(), "{rest}");
    assert!(rest.lines().last().is_some_and(|summary| summary.starts_with("accepted ")), "{rest}");
}
