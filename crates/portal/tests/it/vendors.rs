//! Vendors by what they have: no test of the portal knows one by name.

use klingel_engine::deliver::description::{Description, Field, FieldKind};

fn named(has: impl Fn(&Description) -> bool) -> &'static str {
    let dialects = klingel_dialects::all();
    let found = dialects.iter().find(|dialect| has(&dialect.description())).expect("such a vendor");
    found.name()
}

fn any(fields: &[Field], is: impl Fn(&FieldKind) -> bool) -> bool {
    fields.iter().any(|field| is(&field.kind))
}

/// The one whose endpoints have conditions in rows.
pub(crate) fn with_conditions() -> &'static str {
    named(|one| any(one.endpoint_form, |kind| matches!(kind, FieldKind::Conditions(_))))
}

/// The one whose endpoints are selected by numbers.
pub(crate) fn with_numbers() -> &'static str {
    named(|one| any(one.endpoint_form, |kind| matches!(kind, FieldKind::Numbers(_))))
}

/// The one whose keys are bound to addresses.
pub(crate) fn with_addresses() -> &'static str {
    named(|one| {
        one.collections.iter().any(|list| any(list.form, |kind| matches!(kind, FieldKind::Addresses)))
    })
}

/// The one whose log shows so many requests, and how many.
pub(crate) fn with_log_rows() -> (&'static str, usize) {
    let name = named(|one| one.log_rows.is_some());
    let dialects = klingel_dialects::all();
    let rows = dialects.iter().find(|dialect| dialect.name() == name).unwrap().description().log_rows;
    (name, rows.unwrap())
}
