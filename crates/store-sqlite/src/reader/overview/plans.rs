//! That every list is one search and a walk along an index, never a sort of everything.

use klingel_model::AppId;
use klingel_store::Order;
use rusqlite::Connection;

use super::attempts::Walk;
use super::{messages, waiting};
use crate::reader::places;

fn plan(db: &Connection, sql: &str) -> String {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
    let steps =
        statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
    steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
}

fn database() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    crate::migrate::run(&mut db).unwrap();
    db
}

#[test]
fn attempts_are_found_by_the_index_of_their_order() {
    let db = database();
    for order in [Order::Ascending, Order::Descending] {
        for (walk, searched) in [
            (Walk::Failed, "attempt_failed (id>? AND id<?)"),
            (Walk::Application(AppId::from_u128(1)), "message_of_application (app_id=? AND id>? AND id<?)"),
            (Walk::All, "PRIMARY KEY ((message_id,id)>(?,?) AND (message_id,id)<(?,?))"),
        ] {
            let plan = plan(&db, &walk.sql(order));
            assert!(plan.contains(searched), "{walk:?}: {plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{walk:?}: {plan}");
        }
    }
}

#[test]
fn the_attempts_of_an_endpoint_are_found_by_their_places() {
    for order in [Order::Ascending, Order::Descending] {
        let plan = plan(&database(), &places::sql(order));
        assert!(plan.contains("PRIMARY KEY (place>? AND place<?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
    }
}

#[test]
fn messages_are_found_by_their_number() {
    let plan = plan(&database(), &messages::sql(Order::Descending));
    assert!(plan.contains("SEARCH m USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
}

#[test]
fn what_waits_is_found_by_its_endpoint() {
    let db = database();
    let list = waiting::sql(Order::Descending);
    for (sql, searched) in [
        (waiting::COUNT, "PRIMARY KEY (endpoint_id=?)"),
        (waiting::EARLIEST_DUE, "delivery_due (endpoint_id=? AND due_at>?)"),
        (waiting::EARLIEST_FIRST, "PRIMARY KEY (endpoint_id=? AND stage=?)"),
        (list.as_str(), "PRIMARY KEY (endpoint_id=? AND stage=? AND message_seq>? AND message_seq<?)"),
    ] {
        let plan = plan(&db, sql);
        assert!(plan.contains(searched), "{sql}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
    }
}
