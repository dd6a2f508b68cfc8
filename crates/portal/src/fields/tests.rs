//! Every form of every dialect, there and back.

use klingel_engine::deliver::description::{Collection, Create, Description, Field, FieldKind};
use serde_json::{Value, json};

use super::*;
use crate::form::{FieldView, Look};
use crate::words::Language;

const EN: Words = Words(Language::En);

fn descriptions() -> Vec<(&'static str, Description)> {
    klingel_dialects::all().iter().map(|dialect| (dialect.name(), dialect.description())).collect()
}

/// All forms of a dialect.
fn forms(description: &Description) -> Vec<(Root, Vec<Field>)> {
    let key = |list: &Collection| match list.create {
        Some(Create::Put(field)) => vec![field],
        _ => Vec::new(),
    };
    let lists = description.collections.iter();
    lists
        .flat_map(|list| [(Root::Document, list.form.to_vec()), (Root::Document, key(list))])
        .chain([
            (Root::Endpoint, description.endpoint_form.to_vec()),
            (Root::Document, description.application_form.to_vec()),
        ])
        .collect()
}

fn sample(kind: FieldKind) -> Value {
    match kind {
        FieldKind::Text(_) | FieldKind::Secret => "<text> & \"more\"".into(),
        FieldKind::Url => "https://example.com/?a=1&b=2".into(),
        FieldKind::Switch => true.into(),
        FieldKind::Number(low, _) | FieldKind::Days(low, _) => low.into(),
        FieldKind::One(choices) => choices[0].value.into(),
        FieldKind::Some(choices) => json!([choices[0].value]),
        FieldKind::OneRecord(_) => "7".into(),
        FieldKind::OneNumberedRecord(_) => 7.into(),
        FieldKind::SomeRecords(_) => json!(["7", "gone"]),
        FieldKind::Numbers(_) => json!([3, 12]),
        FieldKind::Addresses => "192.0.2.1;192.0.2.2".into(),
        FieldKind::Labelled => json!({"Company": "Acme", "Floor": 3, "Badge": "12", "VIP": true}),
        FieldKind::Filter => json!({"payload": {"amount": {"$gte": 100}}}),
        FieldKind::Conditions(known) => json!({
            "combine": known.combine.last().unwrap().value,
            "rows": [
                {"field": "Company", "operator": known.operators[0].value, "value": "12"},
                {"field": known.fields[0].value, "operator": known.without_value[0]},
            ],
        }),
        FieldKind::Json(_) => json!({"a": [1, {"b": null}]}),
    }
}

/// What a browser sends of these fields.
fn sent(views: &[FieldView]) -> Form {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for view in views {
        match &view.look {
            Look::Tick if !view.is_ticked() => {}
            Look::One(picks) | Look::Some(picks) => {
                for pick in picks.iter().filter(|pick| pick.chosen) {
                    body.append_pair(&view.name, &pick.value);
                }
            }
            Look::Pairs(pairs) => {
                for (label, value) in pairs {
                    body.append_pair(&format!("{}.label", view.name), label);
                    body.append_pair(&format!("{}.value", view.name), value);
                }
            }
            Look::Rows(rows) => {
                let chosen = |picks: &[crate::form::Pick]| {
                    picks.iter().find(|pick| pick.chosen).or(picks.first()).unwrap().value.clone()
                };
                body.append_pair(&format!("{}.combine", view.name), &chosen(&rows.combine));
                for row in &rows.rows {
                    body.append_pair(&format!("{}.field", view.name), &row.field);
                    body.append_pair(&format!("{}.operator", view.name), &chosen(&row.operators));
                    body.append_pair(&format!("{}.value", view.name), &row.value);
                }
            }
            Look::FilterJson => {
                body.append_pair(&format!("{}.mode", view.name), "json");
                body.append_pair(&format!("{}.json", view.name), &view.value);
            }
            _ => {
                body.append_pair(&view.name, &view.value);
            }
        }
    }
    Form::read(body.finish().as_bytes()).unwrap()
}

#[test]
fn every_form_of_every_dialect_gives_back_the_document_it_showed() {
    for (dialect, description) in descriptions() {
        for (root, fields) in forms(&description) {
            let fields = placed(root, &fields);
            let mut document = json!({"unknown": {"stays": 1}});
            for field in &fields {
                put(&mut document, &field.name, Some(sample(field.field.kind)));
            }
            let kinds = records::kinds(&fields.iter().map(|placed| placed.field).collect::<Vec<_>>());
            let known =
                kinds.iter().fold(Known::default(), |known, kind| known.with(kind, &[("7", "Seven")]));
            let shown = views(EN, &fields, Source::Document(&document), &known);
            let mut back = json!({"unknown": {"stays": 1}});
            fill(EN, &fields, &sent(&shown), &mut back).unwrap();
            // A secret is never shown, so it cannot come back.
            for secret in fields.iter().filter(|field| matches!(field.field.kind, FieldKind::Secret)) {
                put(&mut document, &secret.name, None);
            }
            assert_eq!(back, document, "{dialect}: {fields:?}");
            // A form that is shown again holds what was sent.
            let form = sent(&shown);
            let again = views(EN, &fields, Source::Form(&form), &known);
            let mut twice = json!({"unknown": {"stays": 1}});
            fill(EN, &fields, &sent(&again), &mut twice).unwrap();
            assert_eq!(twice, back, "{dialect}");
        }
    }
}

#[test]
fn empty_forms_name_every_field_that_must_be_filled_in() {
    for (dialect, description) in descriptions() {
        for (root, fields) in forms(&description) {
            let fields = placed(root, &fields);
            let mut document = Value::Null;
            let marks = fill(EN, &fields, &Form::default(), &mut document).err().unwrap_or_default();
            let must: Vec<&str> = fields
                .iter()
                .filter(|field| field.field.required && !matches!(field.field.kind, FieldKind::Switch))
                .map(|field| field.name.as_str())
                .collect();
            assert_eq!(marks.len(), must.len(), "{dialect}: {marks:?}");
            let mut shown = views(EN, &fields, Source::Form(&Form::default()), &Known::default());
            mark(&mut shown, &marks);
            for name in must {
                let view = shown.iter().find(|view| view.name == name).unwrap();
                assert!(!view.error.is_empty(), "{dialect}: {name}");
            }
        }
    }
}

#[test]
fn what_the_api_refuses_stands_at_its_field() {
    let (_, description) = descriptions().into_iter().find(|(name, _)| *name == "standard").unwrap();
    let fields = placed(Root::Endpoint, description.endpoint_form);
    let mut shown = views(EN, &fields, Source::Document(&Value::Null), &Known::default());
    let refused = Refused {
        status: 422,
        fields: vec![
            ("url".to_owned(), "must be http".to_owned()),
            ("settings.triggers".to_owned(), "must be there".to_owned()),
        ],
        sentence: None,
    };
    let left = refuse(EN, &mut shown, &refused);
    assert_eq!(shown[0].detail, "must be http");
    assert_eq!(left, ["settings.triggers: must be there"]);
}
