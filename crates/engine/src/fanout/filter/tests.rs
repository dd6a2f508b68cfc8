//! Tables: what holds, what fails and why, what is refused and where.

use serde_json::json;

use super::{Filter, Subject};

fn holds(filter: &serde_json::Value) -> bool {
    let payload = json!({
        "name": "Adele Vance", "amount": 42.5, "count": 3, "big": 9_007_199_254_740_993_i64, "vip": true,
        "none": null, "tags": ["red", "blue"], "at": "2026-01-02T03:04:05Z",
        "visitor": {"personal_fields": {"role": "Director", "Car Reg": "ABC 123"}}
    });
    let subject =
        Subject { event_type: "visitor.signin", channels: &["berlin", "north"], payload: Some(&payload) };
    Filter::parse(&filter.to_string()).unwrap().matches(&subject)
}

#[test]
fn table_of_operators() {
    let cases = [
        (json!({}), true),
        (json!({"eventType": "visitor.signin"}), true),
        (json!({"eventType": "visitor.signout"}), false),
        (json!({"eventType": {"$startsWith": "visitor."}}), true),
        (json!({"eventType": {"$endsWith": "out"}}), false),
        (json!({"channels": "berlin"}), true),
        (json!({"channels": {"$contains": "north"}}), true),
        (json!({"channels": {"$contains": "nor"}}), false),
        (json!({"channels": ["berlin", "north"]}), true),
        (json!({"channels": ["berlin"]}), false),
        (json!({"payload": {"name": {"$contains": "Vance"}}}), true),
        (json!({"payload": {"amount": {"$gt": 42, "$lt": 43}}}), true),
        (json!({"payload": {"amount": {"$gte": 42.5, "$lte": 42.5}}}), true),
        (json!({"payload": {"amount": {"$gt": 42.5}}}), false),
        (json!({"payload": {"amount": {"$gt": "1"}}}), false),
        (json!({"payload": {"count": 3.0}}), true),
        (json!({"payload": {"big": 9_007_199_254_740_992_i64}}), false),
        (json!({"payload": {"at": {"$gte": "2026-01-01"}}}), true),
        (json!({"payload": {"vip": true}}), true),
        (json!({"payload": {"vip": "true"}}), false),
        (json!({"payload": {"none": null}}), true),
        (json!({"payload": {"none": {"$exist": true}}}), true),
        (json!({"payload": {"missing": {"$exist": false}}}), true),
        (json!({"payload": {"missing": null}}), false),
        (json!({"payload": {"missing": {"deeper": {"$exist": false}}}}), true),
        (json!({"payload": {"missing": {"$neq": 1}}}), true),
        (json!({"payload": {"missing": {"$nin": [1, 2]}}}), true),
        (json!({"payload": {"count": {"$in": [1, 2, 3]}}}), true),
        (json!({"payload": {"count": {"$nin": [1, 2, 3]}}}), false),
        (json!({"payload": {"tags": "red"}}), true),
        (json!({"payload": {"tags": {"$in": ["green", "blue"]}}}), true),
        (json!({"payload": {"tags": {"$startsWith": "bl"}}}), true),
        (json!({"payload": {"visitor": {"personal_fields": {"Car Reg": {"$startsWith": "ABC"}}}}}), true),
        (json!({"payload": {"count": {"$not": {"$gt": 5}}}}), true),
        (json!({"payload": {"count": {"$or": [{"$lt": 1}, {"$gt": 2}]}}}), true),
        (json!({"payload": {"count": {"$or": [1, 3]}}}), true),
        (json!({"$or": [{"eventType": "x"}, {"payload": {"vip": true}}]}), true),
        (json!({"$and": [{"eventType": "visitor.signin"}, {"payload": {"vip": false}}]}), false),
        (json!({"$not": {"payload": {"vip": true}}}), false),
        (json!({"eventType": "x", "payload": {"vip": true}}), false),
    ];
    for (filter, expected) in &cases {
        assert_eq!(holds(filter), *expected, "{filter}");
    }
}

#[test]
fn says_which_condition_failed() {
    let payload = json!({"visitor": {"role": "Guest"}});
    let subject = Subject { event_type: "a", channels: &[], payload: Some(&payload) };
    let filter =
        Filter::parse(r#"{"eventType": "a", "payload": {"visitor": {"role": {"$in": ["Boss"]}}}}"#).unwrap();
    let failed = filter.explain(&subject).unwrap_err();
    assert_eq!(failed.path, "payload.visitor.role");
    assert_eq!(failed.condition, json!({"$in": ["Boss"]}));
    assert_eq!(failed.found, Some(json!("Guest")));
    let not = Filter::parse(r#"{"$not": {"eventType": "a"}}"#).unwrap().explain(&subject).unwrap_err();
    assert_eq!(not.condition, json!({"$not": {"eventType": {"$eq": "a"}}}));
    let gone = Subject { payload: None, ..subject };
    assert_eq!(filter.explain(&gone).unwrap_err().found, None);
}

#[test]
fn table_of_refusals() {
    let deep = format!("{}1{}", r#"{"payload":"#.repeat(20), "}".repeat(20));
    let many = json!({"payload": {"n": {"$in": vec![1; 201]}}}).to_string();
    let cases: &[(&str, &str, &str)] = &[
        ("", "", "not JSON"),
        ("[]", "", "must be an object"),
        ("17", "", "must be an object"),
        (r#"{"type": "x"}"#, "type", "is no field of a message"),
        (r#"{"$eq": 1}"#, "$eq", "must stand inside a field"),
        (r#"{"payload": {"n": {"$ge": 1}}}"#, "payload.n.$ge", "is no operator"),
        (r#"{"payload": {"n": {"$gt": true}}}"#, "payload.n.$gt", "must be a number or a text"),
        (r#"{"payload": {"n": {"$in": 1}}}"#, "payload.n.$in", "must be a list"),
        (r#"{"payload": {"n": {"$exist": "yes"}}}"#, "payload.n.$exist", "must be true or false"),
        (r#"{"payload": {"n": {"$startsWith": 1}}}"#, "payload.n.$startsWith", "must be a text"),
        (r#"{"$or": {}}"#, "$or", "must be a list of filters"),
        (r#"{"$or": []}"#, "$or", "at least one"),
        (r#"{"$or": [{"eventType": "a"}, 3]}"#, "$or.1", "must be an object"),
        (&deep, "payload", "deeper than"),
        (&many, "payload.n.$in", "more than 200"),
    ];
    for (text, path, reason) in cases {
        let error = Filter::parse(text).unwrap_err();
        assert!(error.path.starts_with(path) && error.reason.contains(reason), "{text}: {error}");
    }
    assert!(Filter::parse(&" ".repeat(17 * 1024)).unwrap_err().reason.contains("longer than"));
}
