use std::collections::BTreeSet;

use super::*;

const MESSAGES: i64 = 300;
const ENDPOINTS: u128 = 7;

fn database() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    crate::migrate::run(&mut db).unwrap();
    db
}

fn owed(messages: std::ops::RangeInclusive<i64>) -> Vec<(MessageSeq, EndpointId)> {
    messages
        .flat_map(|seq| (1..=ENDPOINTS).map(move |id| (MessageSeq(seq), EndpointId::from_u128(id))))
        .collect()
}

fn ended(rows: &[(MessageSeq, EndpointId)]) -> Vec<Ended> {
    let ended = rows.iter().enumerate();
    ended
        .map(|(place, (message_seq, endpoint_id))| Ended {
            message_seq: *message_seq,
            endpoint_id: *endpoint_id,
            place,
        })
        .collect()
}

/// What the table holds.
fn left(db: &Connection) -> BTreeSet<(MessageSeq, EndpointId)> {
    let mut rows = db.prepare("SELECT message_seq, endpoint_id FROM young_delivery").unwrap();
    let rows = rows.query_map([], |row| Ok((MessageSeq(row.get(0)?), id(row, 1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Every row of these that `pick` names is removed, and no other.
fn assert_removes(name: &str, pick: impl Fn(i64, u128) -> bool) {
    let db = database();
    let mut young = Young::new(&db, usize::MAX);
    let rows = owed(1..=MESSAGES);
    assert_eq!(young.add(&rows).unwrap(), rows.len());
    let picked: Vec<_> = rows.iter().copied().filter(|(seq, id)| pick(seq.0, id.as_u128())).collect();
    let mut removed = vec![false; picked.len()];
    assert_eq!(young.remove_all(&ended(&picked), &mut removed).unwrap(), picked.len(), "{name}");
    assert!(removed.iter().all(|removed| *removed), "{name}");
    let expected: BTreeSet<_> = rows.iter().copied().filter(|row| !picked.contains(row)).collect();
    assert_eq!(left(&db), expected, "{name}");
    assert_eq!(young.count().unwrap(), expected.len(), "{name}");
    let mut again = vec![false; picked.len()];
    assert_eq!(young.remove_all(&ended(&picked), &mut again).unwrap(), 0, "{name}");
    assert!(again.iter().all(|removed| !removed), "{name}: they are gone");
    assert_eq!(left(&db), expected, "{name}");
}

#[test]
fn what_ends_is_removed_and_nothing_between() {
    assert_removes("all", |_, _| true);
    assert_removes("none", |_, _| false);
    assert_removes("one", |seq, id| seq == 17 && id == 3);
    assert_removes("all of some messages", |seq, _| seq % 5 == 0);
    assert_removes("all but one endpoint", |_, id| id != 4);
    assert_removes("two of three endpoints", |_, id| id % 3 != 0);
    assert_removes("far apart", |seq, _| seq == 1 || seq == MESSAGES);
    assert_removes("stragglers", |seq, id| seq > 200 || (seq == 2 && id == 1));
    for step in 2..40 {
        assert_removes("every so many", |seq, id| (seq * 7 + i64::try_from(id).unwrap()) % step != 0);
    }
}

#[test]
fn what_is_gone_already_is_told_from_what_is_there() {
    let db = database();
    let mut young = Young::new(&db, usize::MAX);
    let rows = owed(1..=20);
    young.add(&rows).unwrap();
    let is_gone = |place: usize| place % 9 == 4;
    for (place, (seq, endpoint_id)) in rows.iter().enumerate() {
        assert!(!is_gone(place) || young.remove(*seq, *endpoint_id).unwrap());
    }
    let mut removed = vec![false; rows.len() + 1];
    // The last one comes twice: it is removed once.
    let last = Ended { place: rows.len(), ..ended(&rows)[rows.len() - 1] };
    let all: Vec<_> = ended(&rows).into_iter().chain([last]).collect();
    let count = young.remove_all(&all, &mut removed).unwrap();
    let expected: Vec<_> = (0..rows.len()).map(|place| !is_gone(place)).chain([false]).collect();
    assert_eq!(removed, expected);
    assert_eq!(count, expected.iter().filter(|removed| **removed).count());
    assert!(left(&db).is_empty());
}

#[test]
fn the_oldest_are_sorted_in_when_many_are_there_and_none_is_lost() {
    let db = database();
    let mut young = Young::new(&db, 100);
    let sorted_in = |db: &Connection| -> BTreeSet<(MessageSeq, EndpointId)> {
        let mut rows = db
            .prepare("SELECT message_seq, endpoint_id FROM delivery WHERE stage = 0 AND due_at IS NULL")
            .unwrap();
        let rows = rows.query_map([], |row| Ok((MessageSeq(row.get(0)?), id(row, 1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    for seq in 1..=MESSAGES {
        young.add(&owed(seq..=seq)).unwrap();
        young.sort_some(false).unwrap();
        assert!(young.count().unwrap() < 100, "message {seq}");
        let (new, old) = (left(&db), sorted_in(&db));
        assert_eq!(young.count().unwrap(), new.len());
        assert_eq!(new.len() + old.len(), usize::try_from(seq).unwrap() * 7);
        let newest_old = old.iter().map(|row| row.0).max();
        let oldest_new = new.iter().map(|row| row.0).min();
        assert!(newest_old.is_none() || oldest_new.is_none() || newest_old < oldest_new, "message {seq}");
    }
    assert!(!sorted_in(&db).is_empty());
}

#[test]
fn however_much_a_commit_owes_few_are_left_young() {
    let db = database();
    let mut young = Young::new(&db, 100);
    young.add(&owed(1..=MESSAGES)).unwrap();
    young.sort_some(false).unwrap();
    assert!(young.count().unwrap() < 100);
    // A number that has become wrong makes no commit fail.
    db.execute_batch("DELETE FROM young_delivery").unwrap();
    young.count = Some(100);
    young.sort_some(false).unwrap();
    assert_eq!(young.count().unwrap(), 0);
}

#[test]
fn what_publishers_wait_for_sorts_in_only_beyond_twice_as_many() {
    let db = database();
    let mut young = Young::new(&db, 100);
    let mut sort = |owed: &[_], publishers_wait| {
        young.add(owed).unwrap();
        young.sort_some(publishers_wait).unwrap();
        young.count().unwrap()
    };
    assert_eq!(sort(&owed(1..=28), true), 196, "7 of each message");
    assert!((100..200).contains(&sort(&owed(29..=29), true)), "some had to go");
    assert!(sort(&[], false) < 100, "now nobody waits");
}

#[test]
fn those_of_an_endpoint_are_removed_some_at_a_time() {
    let db = database();
    let mut young = Young::new(&db, usize::MAX);
    young.add(&owed(1..=10)).unwrap();
    let endpoint_id = EndpointId::from_u128(2);
    let first: BTreeSet<_> = young.remove_of(endpoint_id, 6).unwrap().into_iter().collect();
    assert_eq!((first.len(), young.count().unwrap()), (6, 64));
    let second: BTreeSet<_> = young.remove_of(endpoint_id, 6).unwrap().into_iter().collect();
    assert_eq!(second.len(), 4);
    assert_eq!(first.union(&second).map(|seq| seq.0).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert_eq!(young.remove_of(endpoint_id, 0).unwrap(), []);
    assert_eq!(left(&db).len(), 60);
}

#[test]
fn runs_are_walked_and_removed_by_the_tables_key() {
    let db = database();
    for sql in [WALK, REMOVE_RUN] {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let nothing = vec![rusqlite::types::Null; plan.parameter_count()];
        let steps =
            plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
        let steps = steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ");
        let span = "PRIMARY KEY ((message_seq,endpoint_id)>(?,?) AND (message_seq,endpoint_id)<(?,?))";
        assert!(steps.contains(span) && !steps.contains("TEMP B-TREE"), "{sql}: {steps}");
    }
}
