//! The dialect for people: *Verwalten > Benachrichtigungen*.

use klingel_engine::deliver::description::{
    Choice, Collection, Column, Conditions, Create, Description, Field, FieldKind, Shown, Words,
};

use super::event::SiteOut;
use super::fields::ID_MAX;
use super::notification::ROWS_MAX;
use super::records::Document as _;
use super::records::account;
use super::records::group::Group;

const SITES: &str = SiteOut::KIND;
const GROUPS: &str = Group::KIND;

const EVENTS: &[Choice] = &[
    Choice { value: "signin", label: Words { de: "Anmeldung", en: "Sign in" } },
    Choice { value: "signout", label: Words { de: "Abmeldung", en: "Sign out" } },
];

const fn field(name: &'static str, label: Words, kind: FieldKind, required: bool) -> Field {
    Field { name, label, hint: None, kind, required }
}

/// What a notification's owner fills in.
const FORM: [Field; 6] = [
    field("site", Words { de: "Standort", en: "Site" }, FieldKind::OneNumberedRecord(SITES), false),
    field(
        "group",
        Words { de: "Besuchergruppe", en: "Visitor group" },
        FieldKind::OneNumberedRecord(GROUPS),
        false,
    ),
    field("event", Words { de: "Ereignis", en: "Event" }, FieldKind::One(EVENTS), true),
    field(".url", Words { de: "Endpoint-URL", en: "Endpoint URL" }, FieldKind::Url, true),
    Field {
        name: ".secret",
        label: Words { de: "Geheimer Schlüssel", en: "Secret key" },
        hint: Some(Words {
            de: "Empfohlen: Damit prüft der Empfänger, von wem die Anfrage kommt.",
            en: "Recommended: the receiver checks with it where a request comes from.",
        }),
        kind: FieldKind::Secret,
        required: false,
    },
    field(
        "filter",
        Words { de: "Erweiterte Filter", en: "Advanced filters" },
        FieldKind::Conditions(&ADVANCED),
        false,
    ),
];

/// What an account's owner fills in.
const ACCOUNT: [Field; 1] = [Field {
    name: "keep_visitor_data_days",
    label: Words { de: "Besucherdaten aufbewahren (Tage)", en: "Keep visitor data (days)" },
    hint: Some(Words {
        de: "Leer: unbegrenzt. Ältere Besuche werden endgültig gelöscht.",
        en: "Empty: for ever. Older visits are deleted for good.",
    }),
    kind: FieldKind::Days(1, account::KEEP_DAYS_MAX),
    required: false,
}];

const fn choice(value: &'static str, de: &'static str, en: &'static str) -> Choice {
    Choice { value, label: Words { de, en } }
}

const ADVANCED: Conditions = Conditions {
    combine: &[choice("all", "Alle treffen zu", "All hold"), choice("any", "Eine trifft zu", "Any holds")],
    fields: &[
        choice("name", "Name", "Name"),
        choice("host", "Gastgeber", "Host"),
        choice("is_returning", "Kommt wieder", "Is returning"),
        choice("is_pre_registered", "Vorangemeldet", "Is pre-registered"),
        choice("is_remote", "Aus der Ferne", "Is remote"),
    ],
    operators: &[
        choice("equals", "ist gleich", "equals"),
        choice("not_equals", "ist nicht gleich", "does not equal"),
        choice("contains", "enthält", "contains"),
        choice("not_contains", "enthält nicht", "does not contain"),
        choice("is_set", "ist ausgefüllt", "is set"),
        choice("is_empty", "ist leer", "is empty"),
        choice("greater", "ist größer als", "is greater than"),
        choice("less", "ist kleiner als", "is less than"),
    ],
    without_value: &["is_set", "is_empty"],
    rows_max: ROWS_MAX,
};

const fn column(pointer: &'static str, de: &'static str, en: &'static str, shown: Shown) -> Column {
    Column { pointer, label: Words { de, en }, shown }
}

/// The number that an operator gives.
const NUMBER: Create = Create::Put(Field {
    name: "id",
    label: Words { de: "Nummer", en: "Number" },
    hint: Some(Words {
        de: "Steht in jeder Anfrage und bleibt für immer.",
        en: "Stands in every request and stays for ever.",
    }),
    kind: FieldKind::Number(1, ID_MAX),
    required: true,
});

const SITE_TYPES: [Choice; 2] =
    [choice("standard", "Standard", "Standard"), choice("remote", "Mobil", "Remote")];
const GROUP_TYPES: [Choice; 3] = [
    choice("non-returning", "Einmalige Besucher", "Visitors who come once"),
    choice("returning", "Wiederkehrende Besucher", "Returning visitors"),
    choice("delivery", "Lieferungen", "Deliveries"),
];
const PERMISSIONS: [Choice; 4] = [
    choice("history", "Verlauf", "History"),
    choice("today", "Heute", "Today"),
    choice("groups", "Gruppen", "Groups"),
    choice("members", "Mitglieder", "Members"),
];

const DELETE: Option<Words> = Some(Words { de: "Löschen", en: "Delete" });

const SITE: Collection = Collection {
    path: "sites",
    parent: None,
    title: Words { de: "Standorte", en: "Sites" },
    item: Words { de: "Standort", en: "Site" },
    hint: None,
    empty: Words { de: "Noch kein Standort.", en: "No site yet." },
    items: "",
    pages: false,
    key: "/id",
    columns: &[
        column("/id", "Nummer", "Number", Shown::Plain),
        column("/name", "Name", "Name", Shown::Plain),
        column("/type", "Art", "Type", Shown::Choice(&SITE_TYPES)),
        column("/timezone", "Zeitzone", "Time zone", Shown::Plain),
    ],
    form: &[
        field("name", Words { de: "Name", en: "Name" }, FieldKind::Text(200), true),
        field("type", Words { de: "Art", en: "Type" }, FieldKind::One(&SITE_TYPES), true),
        Field {
            name: "timezone",
            label: Words { de: "Zeitzone", en: "Time zone" },
            hint: Some(Words {
                de: "Ein Name der IANA, etwa Europe/Berlin.",
                en: "A name of the IANA, such as Europe/Berlin.",
            }),
            kind: FieldKind::Text(64),
            required: true,
        },
    ],
    create: Some(NUMBER),
    replace: true,
    delete: DELETE,
    reveal_once: &[],
};

const GROUP: Collection = Collection {
    path: "groups",
    parent: None,
    title: Words { de: "Besuchergruppen", en: "Visitor groups" },
    item: Words { de: "Besuchergruppe", en: "Visitor group" },
    hint: None,
    empty: Words { de: "Noch keine Besuchergruppe.", en: "No visitor group yet." },
    items: "",
    pages: false,
    key: "/id",
    columns: &[
        column("/id", "Nummer", "Number", Shown::Plain),
        column("/name", "Name", "Name", Shown::Plain),
        column("/type", "Art", "Type", Shown::Choice(&GROUP_TYPES)),
    ],
    form: &[
        field("name", Words { de: "Name", en: "Name" }, FieldKind::Text(200), true),
        field("type", Words { de: "Art", en: "Type" }, FieldKind::One(&GROUP_TYPES), true),
    ],
    create: Some(NUMBER),
    replace: true,
    delete: DELETE,
    reveal_once: &[],
};

const MEMBER: Collection = Collection {
    path: "groups/{parent}/members",
    parent: Some("groups"),
    title: Words { de: "Mitglieder", en: "Members" },
    item: Words { de: "Mitglied", en: "Member" },
    hint: Some(Words {
        de: "Personen, die wiederkommen. Jede ist Mitglied einer Gruppe.",
        en: "People who come again. Each is a member of one group.",
    }),
    empty: Words { de: "Noch kein Mitglied.", en: "No member yet." },
    items: "/data",
    pages: true,
    key: "/id",
    columns: &[
        column("/id", "Nummer", "Number", Shown::Plain),
        column("/name", "Name", "Name", Shown::Plain),
        column("/last_in_datetime", "Zuletzt gekommen", "Last came", Shown::Instant),
        column("/last_out_datetime", "Zuletzt gegangen", "Last went", Shown::Instant),
    ],
    form: &[
        field("name", Words { de: "Name", en: "Name" }, FieldKind::Text(500), true),
        field(
            "personal_fields",
            Words { de: "Persönliche Angaben", en: "Personal fields" },
            FieldKind::Labelled,
            false,
        ),
    ],
    create: Some(NUMBER),
    replace: true,
    delete: DELETE,
    reveal_once: &[],
};

const CLIENT: Collection = Collection {
    path: "clients",
    parent: None,
    title: Words { de: "API-Clients", en: "API clients" },
    item: Words { de: "API-Client", en: "API client" },
    hint: Some(Words {
        de: "Lesen den Verlauf der Besuche. Wer sein Geheimnis verliert, braucht einen neuen API-Client.",
        en: "They read the history of visits. Who loses the secret needs a new API client.",
    }),
    empty: Words { de: "Noch kein API-Client.", en: "No API client yet." },
    items: "",
    pages: false,
    key: "/key",
    columns: &[
        column("/name", "Name", "Name", Shown::Plain),
        column("/key", "Schlüssel", "Key", Shown::Plain),
        column("/permissions", "Rechte", "Permissions", Shown::Choice(&PERMISSIONS)),
    ],
    form: &[
        field("name", Words { de: "Name", en: "Name" }, FieldKind::Text(200), true),
        Field {
            name: "permissions",
            label: Words { de: "Rechte", en: "Permissions" },
            hint: Some(Words { de: "Ohne Auswahl: alle.", en: "None chosen: all." }),
            kind: FieldKind::Some(&PERMISSIONS),
            required: false,
        },
    ],
    create: Some(Create::Post),
    replace: false,
    delete: DELETE,
    reveal_once: &[
        column("/key", "Schlüssel", "Key", Shown::Plain),
        column("/secret", "Geheimnis", "Secret", Shown::Plain),
    ],
};

/// Words, place, forms and lists.
pub(super) fn description() -> Description {
    Description {
        title: Words { de: "Sign In App", en: "Sign In App" },
        place: &[
            Words { de: "Verwalten", en: "Manage" },
            Words { de: "Benachrichtigungen", en: "Notifications" },
        ],
        endpoint: Words { de: "Benachrichtigung", en: "Notification" },
        endpoint_form: &FORM,
        application_form: &ACCOUNT,
        application_path: "account",
        signs: true,
        collections: &[SITE, GROUP, MEMBER, CLIENT],
        test: None,
        log_rows: None,
    }
}
