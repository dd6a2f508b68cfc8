//! Which notification wants which event.

use std::sync::Arc;

use bytes::Bytes;
use klingel_engine::deliver::Dialect;
use klingel_model::{EnvironmentId, EventTypeName, Message, MessageId, Micros};

use super::world::APP;
use crate::signinapp::SignInApp;
use crate::signinapp::event::channel;
use crate::signinapp::notification;

fn john(event: &str, group: i64) -> Message {
    let payload = include_str!("../golden/1-signin.json").replace("\"Car Reg\":", "\"Age\":42,\"Car Reg\":");
    Message {
        id: MessageId::from_u128(1),
        environment_id: EnvironmentId::from_u128(1),
        app_id: APP,
        event_id: None,
        event_type: EventTypeName::new(event).unwrap(),
        channels: Arc::from([channel("site", 4567), channel("group", group)]),
        payload: Some(Bytes::from(payload)),
        created_at: Micros::default(),
        payload_until: None,
    }
}

fn wants(settings: &str, message: &Message) -> bool {
    let kept = SignInApp.parse_settings(settings).unwrap();
    notification::wishes(Some(&kept)).unwrap().want(message)
}

#[test]
fn site_group_and_event_choose() {
    let message = john("visitor.signin", 1);
    let table = [
        (r#"{"event":"signin"}"#, true),
        (r#"{"event":"signout"}"#, false),
        (r#"{"event":"signin","site":4567,"group":1,"filter":null}"#, true),
        (r#"{"event":"signin","site":456}"#, false),
        (r#"{"event":"signin","site":null,"group":2}"#, false),
        (r#"{"event":"signin","group":11}"#, false),
    ];
    for (settings, expected) in table {
        assert_eq!(wants(settings, &message), expected, "{settings}");
    }
    assert!(notification::wishes(None).is_none(), "without settings, everything is wanted");
    assert!(!notification::wishes(Some("{")).unwrap().want(&message), "unreadable settings want nothing");
}

#[test]
fn rows_choose_by_what_visitors_said() {
    let message = john("visitor.signin", 1);
    let table = [
        (r#""field":"Company","operator":"equals","value":"Acme Ltd""#, true),
        (r#""field":"company","operator":"equals","value":"Acme Ltd""#, true),
        (r#""field":"additional.COMPANY","operator":"equals","value":"Acme Ltd""#, true),
        (r#""field":"personal_fields.Company","operator":"equals","value":"Acme Ltd""#, false),
        (r#""field":"Company","operator":"equals","value":"acme ltd""#, false),
        (r#""field":"Company","operator":"not_equals","value":"Other""#, true),
        (r#""field":"Company","operator":"not_equals","value":"Acme Ltd""#, false),
        (r#""field":"nowhere","operator":"not_equals","value":"x""#, true),
        (r#""field":"role","operator":"contains","value":"irect""#, true),
        (r#""field":"role","operator":"not_contains","value":"irect""#, false),
        (r#""field":"nowhere","operator":"contains","value":"x""#, false),
        (r#""field":"car reg","operator":"is_set""#, true),
        (r#""field":"nowhere","operator":"is_set""#, false),
        (r#""field":"nowhere","operator":"is_empty""#, true),
        (r#""field":"$or","operator":"is_empty""#, true),
        (r#""field":"Age","operator":"greater","value":41"#, true),
        (r#""field":"Age","operator":"less","value":42"#, false),
        (r#""field":"Age","operator":"equals","value":"42""#, true),
        (r#""field":"name","operator":"equals","value":"John Smith""#, true),
        (r#""field":"is_returning","operator":"equals","value":false"#, true),
        (r#""field":"is_remote","operator":"equals","value":"true""#, false),
        (r#""field":"host","operator":"equals","value":"Adele Vance""#, true),
        (r#""field":"host","operator":"is_empty""#, false),
    ];
    for (row, expected) in table {
        let settings = format!(r#"{{"event":"signin","filter":{{"combine":"all","rows":[{{{row}}}]}}}}"#);
        assert_eq!(wants(&settings, &message), expected, "{row}");
    }
    let both = r#"[{"field":"role","operator":"is_empty"},{"field":"Company","operator":"is_set"}]"#;
    for (combine, expected) in [("all", false), ("any", true)] {
        let settings = format!(r#"{{"event":"signin","filter":{{"combine":"{combine}","rows":{both}}}}}"#);
        assert_eq!(wants(&settings, &message), expected, "{combine}");
    }
}

#[test]
fn settings_that_cannot_be_read_are_refused_with_a_path() {
    let row = |row: &str| format!(r#"{{"event":"signin","filter":{{"combine":"all","rows":[{row}]}}}}"#);
    let table = [
        ("{".to_owned(), ""),
        ("{}".to_owned(), ""),
        (r#"{"event":"signin","colour":1}"#.to_owned(), ""),
        (r#"{"event":"rejected"}"#.to_owned(), "event"),
        (r#"{"event":"signin","site":0}"#.to_owned(), "site"),
        (r#"{"event":"signin","filter":{"combine":"none","rows":[]}}"#.to_owned(), "filter.combine"),
        (row(""), "filter.rows"),
        (row(r#"{"field":"x","operator":"like","value":1}"#), "filter.rows.0.operator"),
        (row(r#"{"field":"x","operator":"equals"}"#), "filter.rows.0.value"),
        (row(r#"{"field":"x","operator":"greater","value":"7"}"#), "filter.rows.0.value"),
        (row(r#"{"field":"","operator":"is_set"}"#), "filter.rows.0.field"),
        (row(r#"{"field":"additional.","operator":"is_set"}"#), "filter.rows.0.field"),
    ];
    for (settings, path) in table {
        let unfit = SignInApp.parse_settings(&settings).unwrap_err();
        assert_eq!(unfit.path, path, "{settings}: {}", unfit.reason);
    }
}
