//! The dialect for people: *Einstellungen > Integrationen > Koppelungen > Neuer Webhook*.

use klingel_engine::deliver::description::{Description, Field, FieldKind, Test, Words};

use super::settings::{EVENTS_MAX, NAME_CHARS_MAX};

const PLACE: [Words; 3] = [
    Words { de: "Einstellungen", en: "Settings" },
    Words { de: "Integrationen", en: "Integrations" },
    Words { de: "Koppelungen", en: "Couplings" },
];

const fn switch(name: &'static str, de: &'static str, en: &'static str) -> Field {
    Field { name, label: Words { de, en }, hint: None, kind: FieldKind::Switch, required: false }
}

const FORM: [Field; 10] = [
    Field {
        name: "name",
        label: Words { de: "Name", en: "Name" },
        hint: Some(Words {
            de: "Dient nur als Beschreibung. Geben Sie den Namen des Dienstes an, den Sie koppeln möchten.",
            en: "A description only. Give the name of the service that you want to couple.",
        }),
        kind: FieldKind::Text(NAME_CHARS_MAX),
        required: true,
    },
    Field {
        name: ".disabled",
        label: Words { de: "Inaktiv", en: "Inactive" },
        hint: Some(Words {
            de: "Ein inaktiver Webhook erhält nur Test-Anfragen.",
            en: "An inactive webhook gets test requests only.",
        }),
        kind: FieldKind::Switch,
        required: false,
    },
    Field {
        name: ".url",
        label: Words { de: "URL", en: "URL" },
        hint: Some(Words {
            de: "An diese Adresse senden wir jede Änderung als POST.",
            en: "Every change is posted to this address.",
        }),
        kind: FieldKind::Url,
        required: true,
    },
    switch("triggers.user.new", "Benutzer: neu", "User: new"),
    switch("triggers.user.update", "Benutzer: geändert", "User: update"),
    switch("triggers.user.delete", "Benutzer: gelöscht", "User: delete"),
    switch("triggers.company.new", "Firma: neu", "Company: new"),
    switch("triggers.company.update", "Firma: geändert", "Company: update"),
    switch("triggers.company.delete", "Firma: gelöscht", "Company: delete"),
    Field {
        name: "events",
        label: Words { de: "Veranstaltungen auswählen", en: "Select events" },
        hint: Some(Words {
            de: "Nummern der Veranstaltungen, mit Komma getrennt. Leer: alle.",
            en: "Numbers of the events, separated by commas. Empty: all.",
        }),
        kind: FieldKind::Numbers(EVENTS_MAX),
        required: false,
    },
];

/// The button *Test-Webhook*: it sends the data of the pressing person's own user account (source document).
const TEST: Test = Test {
    path: "webhooks/{endpoint}/test",
    label: Words { de: "Ihr Benutzerkonto", en: "Your user account" },
    hint: Words {
        de: "Diese Daten werden mit action_type: test gesendet, auch wenn der Webhook inaktiv ist.",
        en: "These data are sent with action_type: test, even if the webhook is inactive.",
    },
    example: "{\"id\": 1, \"name_first\": \"\", \"name_infix\": null, \"name_last\": \"\", \"custom_fields\": [], \"companies\": []}",
};

/// "the last 10 webhook requests" (source document).
const LOG_ROWS: usize = 10;

/// Words, place and form of a webhook.
pub(super) fn description() -> Description {
    Description {
        title: Words { de: "EventInsight", en: "EventInsight" },
        place: &PLACE,
        endpoint: Words { de: "Webhook", en: "Webhook" },
        endpoint_form: &FORM,
        application_form: &[],
        application_path: "",
        signs: false,
        collections: &[],
        test: Some(TEST),
        log_rows: Some(LOG_ROWS),
    }
}
