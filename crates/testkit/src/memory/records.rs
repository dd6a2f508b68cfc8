//! Records of the dialects.

use klingel_model::{AppId, Micros};
use klingel_store::records::{RECORD_CHANGES_MAX, RECORD_KEY_BYTES_MAX};
use klingel_store::{
    Error, Expected, Order, Page, Record, RecordChange, RecordPage, RecordRange, Records, Scan, Verb,
};

use super::{MemoryStore, State};

impl Records for MemoryStore {
    fn change_records(&self, changes: Vec<RecordChange>) -> Verb<'_, ()> {
        self.verb(move |state| state.change_records(changes))
    }

    fn record<'a>(&'a self, app_id: AppId, kind: &'a str, key: &'a str) -> Verb<'a, Option<Record>> {
        self.verb(move |state| {
            Ok(state.live_records().find(|r| r.app_id == app_id && r.kind == kind && r.key == key).cloned())
        })
    }

    fn records_with_key<'a>(&'a self, kind: &'a str, key: &'a str) -> Verb<'a, Vec<Record>> {
        self.verb(move |state| {
            Ok(state.live_records().filter(|r| r.kind == kind && r.key == key).take(2).cloned().collect())
        })
    }

    fn records<'a>(
        &'a self,
        app_id: AppId,
        kind: &'a str,
        partition: &'a str,
        page: Page<(Micros, String)>,
    ) -> Verb<'a, Scan<Record, (Micros, String)>> {
        self.verb(move |state| {
            let mut found = state.partition(app_id, kind, partition);
            if page.order == Order::Descending {
                found.reverse();
            }
            let place = |r: &Record| (r.at, r.key.clone());
            found.retain(|r| match (&page.after, page.order) {
                (None, _) => true,
                (Some(after), Order::Ascending) => place(r) > *after,
                (Some(after), Order::Descending) => place(r) < *after,
            });
            let more = found.len() > page.limit;
            found.truncate(page.limit);
            let resume = found.last().filter(|_| more).map(place);
            Ok(Scan { items: found, resume })
        })
    }

    fn record_page(&self, range: RecordRange) -> Verb<'_, RecordPage> {
        self.verb(move |state| {
            let mut found = state.partition(range.app_id, &range.kind, &range.partition);
            found.reverse();
            found.retain(|r| {
                range.from.is_none_or(|from| from <= r.at) && range.to.is_none_or(|to| r.at <= to)
            });
            let total = found.len() as u64;
            let offset = usize::try_from(range.offset).unwrap_or(usize::MAX);
            Ok(RecordPage { records: found.into_iter().skip(offset).take(range.limit).collect(), total })
        })
    }

    fn retire_records<'a>(
        &'a self,
        app_id: AppId,
        kind: &'a str,
        before: Micros,
        limit: usize,
    ) -> Verb<'a, u64> {
        self.verb(move |state| {
            let old =
                state.records.values().filter(|r| r.app_id == app_id && r.kind == kind && r.at < before);
            let keys: Vec<_> = old.take(limit).map(|r| (r.app_id, r.kind.clone(), r.key.clone())).collect();
            for key in &keys {
                state.records.remove(key);
            }
            Ok(keys.len() as u64)
        })
    }
}

impl State {
    /// Makes all changes or none.
    pub(super) fn change_records(&mut self, changes: Vec<RecordChange>) -> Result<(), Error> {
        self.check_records(&changes)?;
        for change in changes {
            match change {
                RecordChange::Put { record, .. } => {
                    let key = (record.app_id, record.kind.clone(), record.key.clone());
                    self.records.insert(key, record);
                }
                RecordChange::Delete { app_id, kind, key, .. } => {
                    self.records.remove(&(app_id, kind, key));
                }
            }
        }
        Ok(())
    }

    /// Whether all changes may be made.
    pub(super) fn check_records(&self, changes: &[RecordChange]) -> Result<(), Error> {
        if changes.len() > RECORD_CHANGES_MAX {
            return Err(Error::Limit("record_changes_max", RECORD_CHANGES_MAX as u64));
        }
        changes.iter().try_for_each(|change| {
            let (key, expected) = match change {
                RecordChange::Put { record, expected } => {
                    if record.key.len().max(record.partition.len()) > RECORD_KEY_BYTES_MAX {
                        return Err(Error::Limit("record_key_bytes_max", RECORD_KEY_BYTES_MAX as u64));
                    }
                    ((record.app_id, record.kind.clone(), record.key.clone()), expected)
                }
                RecordChange::Delete { app_id, kind, key, expected } => {
                    ((*app_id, kind.clone(), key.clone()), expected)
                }
            };
            if !self.applications.contains_key(&key.0) {
                return Err(Error::Gone);
            }
            let found = self.records.get(&key).map(|record| record.updated_at);
            let met = match expected {
                Expected::Anything => true,
                Expected::Nothing => found.is_none(),
                Expected::Version(version) => found == Some(*version),
            };
            if met { Ok(()) } else { Err(Error::Changed) }
        })
    }

    fn live_records(&self) -> impl Iterator<Item = &Record> {
        self.records.values().filter(|record| self.applications.contains_key(&record.app_id))
    }

    /// Oldest first.
    fn partition(&self, app_id: AppId, kind: &str, partition: &str) -> Vec<Record> {
        let mut found: Vec<Record> = self
            .live_records()
            .filter(|r| r.app_id == app_id && r.kind == kind && r.partition == partition)
            .cloned()
            .collect();
        found.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
        found
    }
}
