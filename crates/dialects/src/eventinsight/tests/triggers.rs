//! Six triggers x selected events x active or not: who gets what.

use super::world::{ALL, Organiser};

const TYPES: [&str; 6] =
    ["user.new", "user.update", "user.delete", "company.new", "company.update", "company.delete"];

/// Triggers with only this one on.
fn only(event_type: &str) -> String {
    let (entity, action) = event_type.split_once('.').unwrap();
    format!(r#"{{"{entity}":{{"{action}":true}}}}"#)
}

fn payload(event_type: &str, fair: Option<u64>) -> String {
    let result = if event_type.ends_with("delete") { "" } else { r#","result":{}"# };
    let fair = fair.map_or(String::new(), |fair| format!(r#","event":{fair}"#));
    format!(r#"{{"entity_id":1{result}{fair}}}"#)
}

#[tokio::test]
async fn the_table_of_triggers_selected_events_and_activity() {
    let organiser = Organiser::new().await;
    let mut webhooks = Vec::new();
    for (n, trigger) in TYPES.into_iter().enumerate() {
        for (m, selected) in ["[]", "[7]", "[7,8]"].into_iter().enumerate() {
            for is_active in [true, false] {
                let name = format!("w-{n}-{m}-{is_active}");
                organiser.webhook(&name, is_active, &only(trigger), selected).await;
                webhooks.push((format!("http://{name}.example/"), trigger, selected, is_active));
            }
        }
    }
    let mut sent = 0;
    for event_type in TYPES {
        for fair in [None, Some(7), Some(8), Some(9)] {
            organiser.publish(event_type, &payload(event_type, fair), &[]).await.unwrap();
            let mut expected: Vec<&str> = webhooks
                .iter()
                .filter(|(_, trigger, selected, is_active)| {
                    let fair_fits = match fair {
                        _ if *selected == "[]" => true,
                        None => false,
                        Some(fair) => selected.contains(&fair.to_string()),
                    };
                    *trigger == event_type && fair_fits && *is_active
                })
                .map(|(url, ..)| url.as_str())
                .collect();
            let requests = organiser.requests(sent + expected.len()).await;
            let mut got: Vec<&str> = requests[sent..].iter().map(|(url, _)| url.as_str()).collect();
            sent = requests.len();
            expected.sort_unstable();
            got.sort_unstable();
            assert_eq!(got, expected, "{event_type} {fair:?}");
        }
    }
    // Each of six triggers: without fair 1 webhook, fair 7 three, fair 8 two, fair 9 one.
    assert_eq!(sent, 6 * (1 + 3 + 2 + 1));
}

#[tokio::test]
async fn a_channel_of_the_publisher_names_the_fair_too() {
    let organiser = Organiser::new().await;
    organiser.webhook("seven", true, ALL, "[7]").await;
    organiser.publish("user.delete", r#"{"entity_id":1}"#, &["event.8"]).await.unwrap();
    organiser.publish("user.delete", r#"{"entity_id":2}"#, &["event.7", "vip"]).await.unwrap();
    assert_eq!(organiser.bodies(1).await, [r#"{"entity_id":2,"entity_type":"user","action_type":"delete"}"#]);
}

#[tokio::test]
async fn one_attempt_even_when_it_fails() {
    let organiser = Organiser::new().await;
    let id = organiser.webhook("crm", true, ALL, "[]").await;
    for status in [0, 199, 301, 404, 410, 500] {
        *organiser.receivers.status.lock().unwrap() = status;
        let before = organiser.receivers.seen.lock().unwrap().len();
        organiser.publish("user.delete", r#"{"entity_id":1}"#, &[]).await.unwrap();
        organiser.requests(before + 1).await;
        let log = organiser.call("GET", &format!("webhooks/{id}/log"), "").await.expect(200);
        assert_eq!(
            (&log["data"][0]["success"], log["data"].as_array().unwrap().len()),
            (&false.into(), before + 1)
        );
        organiser.clock.advance(std::time::Duration::from_mins(1));
    }
    assert_eq!(organiser.call("GET", &format!("webhooks/{id}"), "").await.expect(200)["is_active"], true);
}
