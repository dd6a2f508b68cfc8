//! Records that a field lets people choose from, by their names.

use std::collections::BTreeMap;

use klingel_engine::deliver::description::{Field, FieldKind};
use klingel_model::AppId;
use klingel_store::{Order, Page};
use serde_json::Value;

use crate::Portal;
use crate::fault::Fault;

/// Records of one kind that a field offers; beyond it a key can still be kept, but not chosen anew.
const RECORDS_MAX: usize = 500;

/// Key and name of records, by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known(BTreeMap<&'static str, Vec<(String, String)>>);

impl Known {
    /// Key and name of the records of this kind.
    pub(crate) fn of(&self, kind: &str) -> &[(String, String)] {
        self.0.get(kind).map_or(&[], Vec::as_slice)
    }

    /// What people call a record; its key if it has no name.
    pub(crate) fn name<'a>(&'a self, kind: &str, key: &'a str) -> &'a str {
        self.of(kind).iter().find(|(known, _)| known == key).map_or(key, |(_, name)| name.as_str())
    }

    /// With records of a kind.
    #[cfg(test)]
    pub(crate) fn with(mut self, kind: &'static str, records: &[(&str, &str)]) -> Self {
        let owned = records.iter().map(|(key, name)| ((*key).to_owned(), (*name).to_owned()));
        self.0.insert(kind, owned.collect());
        self
    }
}

/// The kinds of records that these fields offer.
pub(crate) fn kinds(fields: &[Field]) -> Vec<&'static str> {
    let kind = |field: &Field| match field.kind {
        FieldKind::OneRecord(kind) | FieldKind::OneNumberedRecord(kind) | FieldKind::SomeRecords(kind) => {
            Some(kind)
        }
        _ => None,
    };
    fields.iter().filter_map(kind).collect()
}

impl Portal {
    /// The records of an application that fields offer, by name.
    pub(crate) async fn known(&self, app_id: AppId, kinds: &[&'static str]) -> Result<Known, Fault> {
        let mut known = Known::default();
        for kind in kinds {
            let page = Page { limit: RECORDS_MAX, after: None, order: Order::Descending };
            let found = self.engine().world().store.records(app_id, kind, "", page).await?;
            let mut records: Vec<(String, String)> = found
                .items
                .into_iter()
                .map(|record| {
                    let name = name_of(&record.document).unwrap_or_else(|| record.key.clone());
                    (record.key, name)
                })
                .collect();
            records.sort_by(|(_, a), (_, b)| a.cmp(b));
            known.0.insert(kind, records);
        }
        Ok(known)
    }
}

fn name_of(document: &str) -> Option<String> {
    let value: Value = serde_json::from_str(document).ok()?;
    value["name"].as_str().map(str::to_owned)
}
