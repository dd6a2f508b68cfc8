//! Records of the dialects.

use klingel_model::{AppId, Application};

use super::calls::walk;
use super::cases;
use super::scene::{Scene, admission, at, newest, page};
use crate::{Error, Expected, Order, Record, RecordChange, RecordPage, RecordRange};

cases!(
    a_record_is_written_over_and_removed,
    a_record_that_is_not_as_expected_changes_nothing_at_all,
    records_and_message_are_written_together_or_not_at_all,
    records_are_listed_by_time_in_their_partition,
    a_page_by_number_is_the_same_part_of_the_list,
    records_go_with_their_application,
    old_records_of_a_kind_are_retired,
    a_key_is_found_over_all_applications,
);

const KIND: &str = "test.visit";

fn record(app_id: AppId, key: &str, seconds: i64) -> Record {
    Record {
        app_id,
        kind: KIND.to_owned(),
        key: key.to_owned(),
        partition: "site-1".to_owned(),
        at: at(seconds),
        document: format!("{{\"key\":\"{key}\"}}"),
        updated_at: at(seconds),
    }
}

fn put(record: Record) -> RecordChange {
    RecordChange::Put { record, expected: Expected::Anything }
}

fn range(application: &Application, offset: u64, limit: usize) -> RecordRange {
    RecordRange {
        app_id: application.id,
        kind: KIND.to_owned(),
        partition: "site-1".to_owned(),
        from: None,
        to: None,
        offset,
        limit,
    }
}

async fn a_record_is_written_over_and_removed(scene: Scene) {
    let (application, _) = scene.pair().await;
    let first = record(application.id, "1", 10);
    let second = Record { partition: "site-2".to_owned(), document: "{}".to_owned(), ..first.clone() };
    for written in [first, second] {
        scene.store.change_records(vec![put(written.clone())]).await.expect("a write");
        let found = scene.store.record(application.id, KIND, "1").await.expect("a read");
        assert_eq!(found, Some(written));
    }
    assert_eq!(scene.store.record_page(range(&application, 0, 9)).await.expect("a read").total, 0);
    let delete = RecordChange::Delete {
        app_id: application.id,
        kind: KIND.to_owned(),
        key: "1".to_owned(),
        expected: Expected::Anything,
    };
    for _ in 0..2 {
        scene.store.change_records(vec![delete.clone()]).await.expect("a write");
        assert_eq!(scene.store.record(application.id, KIND, "1").await.expect("a read"), None);
    }
}

async fn a_record_that_is_not_as_expected_changes_nothing_at_all(scene: Scene) {
    let (application, _) = scene.pair().await;
    let known = record(application.id, "1", 10);
    let new = |expected| RecordChange::Put { record: known.clone(), expected };
    scene.store.change_records(vec![new(Expected::Nothing)]).await.expect("nothing was there");
    for expected in [Expected::Nothing, Expected::Version(at(11))] {
        let changes = vec![put(record(application.id, "2", 20)), new(expected)];
        assert_eq!(scene.store.change_records(changes).await, Err(Error::Changed));
        assert_eq!(scene.store.record(application.id, KIND, "2").await, Ok(None));
    }
    scene.store.change_records(vec![new(Expected::Version(at(10)))]).await.expect("as expected");
}

async fn records_and_message_are_written_together_or_not_at_all(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let good = scene.new_message(&application);
    let mut admitted = admission(&good, &[&endpoint]);
    admitted.records = vec![put(record(application.id, "1", 10))];
    scene.store.admit(admitted).await.expect("an admission");
    assert!(scene.store.record(application.id, KIND, "1").await.expect("a read").is_some());

    let mut refused = admission(&scene.new_message(&application), &[&endpoint]);
    refused.records =
        vec![RecordChange::Put { record: record(application.id, "1", 10), expected: Expected::Nothing }];
    assert_eq!(scene.store.admit(refused).await, Err(Error::Changed));
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 1, "no second message");
}

async fn records_are_listed_by_time_in_their_partition(scene: Scene) {
    let (application, _) = scene.pair().await;
    for (key, seconds) in [("b", 30), ("a", 30), ("c", 10), ("d", 20)] {
        scene.store.change_records(vec![put(record(application.id, key, seconds))]).await.expect("a write");
    }
    let elsewhere = Record { partition: String::new(), ..record(application.id, "e", 15) };
    scene.store.change_records(vec![put(elsewhere)]).await.expect("a write");
    for limit in [1, 2, 9] {
        let keys = |records: Vec<Record>| records.into_iter().map(|r| r.key).collect::<String>();
        let list = |page| scene.store.records(application.id, KIND, "site-1", page);
        assert_eq!(keys(walk(Order::Ascending, limit, list).await), "cdab");
        assert_eq!(keys(walk(Order::Descending, limit, list).await), "badc");
    }
}

async fn a_page_by_number_is_the_same_part_of_the_list(scene: Scene) {
    let (application, _) = scene.pair().await;
    // Over several hours, some of them empty, some with many.
    let changes: Vec<_> = (0..200_i64)
        .map(|n| put(record(application.id, &format!("{n:03}"), if n < 100 { n * 7 } else { n * 997 })))
        .collect();
    scene.store.change_records(changes).await.expect("a write");
    let all = scene.store.records(application.id, KIND, "site-1", newest(1000)).await.expect("a read").items;
    for (from, to) in
        [(None, None), (Some(at(300)), Some(at(120_000))), (Some(at(5)), None), (None, Some(at(9)))]
    {
        let expected: Vec<_> = all
            .iter()
            .filter(|r| from.is_none_or(|from| from <= r.at) && to.is_none_or(|to| r.at <= to))
            .cloned()
            .collect();
        for offset in [0, 1, 49, 99, 150, 199, 500] {
            let range = RecordRange { from, to, ..range(&application, offset, 30) };
            let got = scene.store.record_page(range).await.expect("a read");
            let skip = usize::try_from(offset).expect("small");
            let records = expected.iter().skip(skip).take(30).cloned().collect();
            assert_eq!(got, RecordPage { records, total: expected.len() as u64 }, "{from:?} {to:?} {offset}");
        }
    }
}

async fn records_go_with_their_application(scene: Scene) {
    let (application, _) = scene.pair().await;
    scene.store.change_records(vec![put(record(application.id, "1", 10))]).await.expect("a write");
    scene.store.delete_application(application.id).await.expect("a deletion");
    assert_eq!(scene.store.record(application.id, KIND, "1").await, Ok(None));
    assert_eq!(scene.store.records_with_key(KIND, "1").await, Ok(Vec::new()));
    let listed = scene.store.records(application.id, KIND, "site-1", page(9)).await.expect("a read");
    assert!(listed.items.is_empty());
    let refused = scene.store.change_records(vec![put(record(application.id, "2", 10))]).await;
    assert_eq!(refused, Err(Error::Gone));
    let mut records = 0;
    while {
        let erased = scene.store.erase_deleted(1).await.expect("an erasure");
        records += erased.records;
        erased.more
    } {}
    assert_eq!(records, 1);
}

async fn old_records_of_a_kind_are_retired(scene: Scene) {
    let (application, _) = scene.pair().await;
    let changes = (0..10).map(|n| put(record(application.id, &n.to_string(), n * 10))).collect();
    scene.store.change_records(changes).await.expect("a write");
    for expected in [3, 2, 0] {
        let retired = scene.store.retire_records(application.id, KIND, at(50), 3).await;
        assert_eq!(retired, Ok(expected));
    }
    let left = scene.store.record_page(range(&application, 0, 99)).await.expect("a read");
    assert_eq!((left.total, left.records.last().map(|r| r.at)), (5, Some(at(50))));
}

async fn a_key_is_found_over_all_applications(scene: Scene) {
    let (one, _) = scene.pair().await;
    let (other, _) = scene.pair().await;
    scene.store.change_records(vec![put(record(one.id, "k", 10))]).await.expect("a write");
    assert_eq!(scene.store.records_with_key(KIND, "k").await.expect("a read").len(), 1);
    assert_eq!(scene.store.records_with_key("test.other", "k").await, Ok(Vec::new()));
    scene.store.change_records(vec![put(record(other.id, "k", 10))]).await.expect("a write");
    assert_eq!(scene.store.records_with_key(KIND, "k").await.expect("a read").len(), 2);
}
