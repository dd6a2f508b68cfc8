use std::time::Duration;

use bytes::Bytes;
use klingel_model::{AppId, AttemptId, AttemptStatus, EndpointId, Micros, Trigger};
use klingel_store::{Order, Page};

use super::*;
use crate::reader::bounds::Bounds;
use crate::reader::places::Places;

const ENDPOINTS: u128 = 3;

fn database() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    crate::migrate::run(&mut db).unwrap();
    db
}

fn attempt(number: u128) -> Attempt {
    Attempt {
        id: AttemptId::from_u128(number << 64),
        app_id: AppId::from_u128(1),
        message_id: MessageId::from_u128(number),
        endpoint_id: EndpointId::from_u128(1 + number % ENDPOINTS),
        url: "http://receiver.example/".into(),
        number: 1,
        trigger: Trigger::Schedule,
        started_at: Micros::default(),
        duration: Duration::ZERO,
        status: AttemptStatus::Success,
        response_status: 200,
        response_body: Bytes::new(),
        error_class: None,
        error: None,
        next_attempt_at: None,
    }
}

fn arrive(arrivals: &mut Arrivals<'_>, db: &Connection, numbers: std::ops::Range<u128>) {
    let attempts: Vec<_> = numbers.map(attempt).collect();
    arrivals.arrive(db, &attempts.iter().collect::<Vec<_>>()).unwrap();
}

fn counts(db: &Connection) -> (i64, i64) {
    let sql = "SELECT (SELECT count(*) FROM attempt_place),
             (SELECT coalesce(sum(length(places)), 0) / 48 FROM attempt_arrival)";
    db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

/// Numbers of the attempts of an endpoint, as a list gives them.
fn listed(db: &Connection, endpoint: u128, after: Option<u128>, order: Order) -> Vec<u128> {
    let after = after.map(|number| AttemptId::from_u128(number << 64));
    let bounds = Bounds::of(&Page { limit: 9, after, order });
    let mut places = Places::of(db, EndpointId::from_u128(endpoint), bounds, order).unwrap();
    let found = places.walk().unwrap().map(|place| place.unwrap().message_id().as_u128());
    found.collect()
}

fn assert_complete(db: &Connection, count: u128) {
    for endpoint in 1..=ENDPOINTS {
        let mut expected: Vec<_> = (0..count).filter(|number| 1 + number % ENDPOINTS == endpoint).collect();
        assert_eq!(listed(db, endpoint, None, Order::Ascending), expected);
        let cursor = expected[expected.len() / 2];
        let behind: Vec<_> = expected.iter().copied().filter(|number| *number > cursor).collect();
        assert_eq!(listed(db, endpoint, Some(cursor), Order::Ascending), behind);
        expected.reverse();
        assert_eq!(listed(db, endpoint, None, Order::Descending), expected);
    }
}

#[test]
fn lists_are_whole_and_in_order_while_places_are_sorted_in() {
    let db = database();
    let mut arrivals = Arrivals { sorted_at_once: 1000, ..Arrivals::new(&db) };
    let (mut count, mut halves) = (0, 0);
    while count < 6000 {
        arrive(&mut arrivals, &db, count..count + 50);
        // A batch that is settled twice arrives twice.
        arrive(&mut arrivals, &db, count..count + 10);
        count += 50;
        arrivals.sort_some(&db, false).unwrap();
        halves += usize::from(arrivals.sorting.is_some());
        assert_complete(&db, count);
    }
    let (sorted_in, arrived) = counts(&db);
    assert!(halves > 6 && sorted_in > 4000 && arrived < 2500, "{halves}, {sorted_in}, {arrived}");
}

#[test]
fn a_crash_or_a_rollback_in_the_middle_loses_nothing() {
    let db = database();
    let mut arrivals = Arrivals { sorted_at_once: 1000, ..Arrivals::new(&db) };
    arrive(&mut arrivals, &db, 0..1200);
    arrivals.added = 0;
    arrivals.sort_some(&db, false).unwrap();
    assert!(arrivals.sorting.is_some(), "some are left for the next commit");
    db.execute_batch("BEGIN").unwrap();
    arrive(&mut arrivals, &db, 1200..1300);
    arrivals.sort_some(&db, false).unwrap();
    db.execute_batch("ROLLBACK").unwrap();
    arrivals.forget();
    assert_complete(&db, 1200);
    let mut arrivals = Arrivals { sorted_at_once: 1000, ..Arrivals::new(&db) };
    for _ in 0..1200_usize.div_ceil(SORTED_PER_COMMIT_MIN) {
        arrivals.sort_some(&db, false).unwrap();
    }
    assert_eq!(counts(&db), (1200, 0));
    assert_complete(&db, 1200);
}

#[test]
fn what_publishers_wait_for_sorts_in_late_and_only_for_what_came_with_it() {
    let db = database();
    let mut arrivals = Arrivals { sorted_at_once: 1000, ..Arrivals::new(&db) };
    arrive(&mut arrivals, &db, 0..1249);
    arrivals.sort_some(&db, true).unwrap();
    assert!(arrivals.sorting.is_none(), "a quarter more may lie there");
    arrive(&mut arrivals, &db, 1249..1265);
    arrivals.sort_some(&db, true).unwrap();
    assert_eq!(counts(&db).0, 20, "a quarter more than came with the commit");
    arrivals.sort_some(&db, true).unwrap();
    assert_eq!(counts(&db).0, 20, "a message alone waits for none");
    arrivals.sort_some(&db, false).unwrap();
    assert_eq!(counts(&db).0, 20 + i64::try_from(SORTED_PER_COMMIT_MIN).unwrap());
    assert_complete(&db, 1265);
}

#[test]
fn what_is_to_be_removed_is_sorted_in_and_what_is_older_costs_nothing() {
    let db = database();
    let mut arrivals = Arrivals { sorted_at_once: 1000, ..Arrivals::new(&db) };
    arrive(&mut arrivals, &db, 100..1200);
    arrivals.added = 0;
    arrivals.sort_some(&db, false).unwrap();
    arrive(&mut arrivals, &db, 1200..1300);
    arrivals.sort_message(&db, MessageId::from_u128(99)).unwrap();
    assert!(arrivals.sorting.is_some() && counts(&db).1 == 1200, "none of them is of so old a message");
    arrivals.sort_message(&db, MessageId::from_u128(1250)).unwrap();
    assert_eq!(counts(&db), (1200, 0));
    arrive(&mut arrivals, &db, 1300..1301);
    arrivals.sort_message(&db, MessageId::from_u128(1250)).unwrap();
    assert_eq!(counts(&db), (1200, 1));
}

#[test]
fn however_many_have_come_memory_takes_some_at_once() {
    let db = database();
    let mut arrivals = Arrivals { sorted_at_once: 100, ..Arrivals::new(&db) };
    (0..10).for_each(|nth| arrive(&mut arrivals, &db, nth * 100..(nth + 1) * 100));
    arrivals.sort_some(&db, false).unwrap();
    assert_eq!(counts(&db), (400, 600));
    assert_complete(&db, 1000);
    arrivals.sort_message(&db, MessageId::from_u128(999)).unwrap();
    assert_eq!(counts(&db), (1000, 0));
    assert_complete(&db, 1000);
}

#[test]
fn the_places_of_a_store_with_an_index_are_taken_over() {
    let db = Connection::open_in_memory().unwrap();
    for sql in [
        include_str!("../../migrations/0001_initial.sql"),
        include_str!("../../migrations/0004_overview.sql"),
    ] {
        db.execute_batch(sql).unwrap();
    }
    let ids = [u128::MAX << 8, 0x0027_0000_ff80_c3a4, 1 << 127];
    for id in ids {
        let insert =
            "INSERT INTO attempt (message_id, id, endpoint_id, manual, success, response_status, number,
             started_at, duration_us, url) VALUES (?1, ?2, ?3, 0, 1, 200, 1, 0, 0, '')";
        db.execute(insert, [id.to_be_bytes(), (id ^ 1).to_be_bytes(), (id ^ 2).to_be_bytes()]).unwrap();
    }
    db.execute_batch(include_str!("../../migrations/0008_attempt_places.sql")).unwrap();
    let mut found = db.prepare("SELECT place FROM attempt_place").unwrap();
    let found = found.query_map([], |row| row.get(0).map(Place::from_bytes)).unwrap();
    let mut expected = ids.map(|id| {
        Place::new(EndpointId::from_u128(id ^ 2), AttemptId::from_u128(id ^ 1), MessageId::from_u128(id))
    });
    expected.sort_unstable();
    assert_eq!(found.collect::<Result<Vec<_>, _>>().unwrap(), expected);
}
