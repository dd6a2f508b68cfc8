//! The dialect for people: *Einstellung > Schnittstellen > Third Party API*.

use klingel_engine::deliver::description::{
    Choice, Collection, Column, Create, Description, Field, FieldKind, Shown, Words,
};

use super::records::{api_key, issuer, operator};

/// The kind of the records that hold operators.
const OPERATORS: &str = operator::KIND;

const PLACE: [Words; 3] = [
    Words { de: "Einstellung", en: "Settings" },
    Words { de: "Schnittstellen", en: "Interfaces" },
    Words { de: "Third Party API", en: "Third Party API" },
];

const HOOK_KEYS: [Choice; 1] =
    [Choice { value: "personalData", label: Words { de: "Personaldaten", en: "Personal data" } }];

const ENDPOINT_FORM: [Field; 3] = [
    Field {
        name: "hookKey",
        label: Words { de: "Webhook-Key", en: "Webhook key" },
        hint: Some(Words {
            de: "Welches Ereignis gesendet wird. Der Endpunkt Personal muss gebucht sein.",
            en: "Which event is sent. The endpoint Personal must be booked.",
        }),
        kind: FieldKind::One(&HOOK_KEYS),
        required: true,
    },
    Field {
        name: "operator",
        label: Words { de: "Drittanbieter", en: "Third party" },
        hint: None,
        kind: FieldKind::OneRecord(OPERATORS),
        required: true,
    },
    Field {
        name: ".url",
        label: Words { de: "URL", en: "URL" },
        hint: None,
        kind: FieldKind::Url,
        required: true,
    },
];

const BOOKABLE: [Choice; 6] = [
    Choice { value: "personal", label: Words { de: "Personal", en: "Personnel" } },
    Choice { value: "bwa", label: Words { de: "BWA", en: "Business analysis (BWA)" } },
    Choice { value: "revenuejournal", label: Words { de: "Umsatz", en: "Revenue" } },
    Choice { value: "webcashregister", label: Words { de: "Webkasse", en: "Web cash register" } },
    Choice { value: "merchandiseman", label: Words { de: "Wareneinsatz", en: "Merchandise management" } },
    Choice { value: "taxonomie_import", label: Words { de: "DFKA-Taxonomie", en: "DFKA taxonomy" } },
];

const APPLICATION_FORM: [Field; 4] = [
    Field {
        name: "bookedEndpoints",
        label: Words { de: "Gebuchte Endpunkte", en: "Booked endpoints" },
        hint: None,
        kind: FieldKind::Some(&BOOKABLE),
        required: false,
    },
    Field {
        name: "extraPosBookings",
        label: Words { de: "Weitere Buchungen LINA Data POS", en: "Further bookings of LINA Data POS" },
        hint: Some(Words {
            de: "Jede hebt das Limit um 100 Anfragen je 15 Minuten, höchstens auf 1000.",
            en: "Each raises the limit by 100 requests per 15 minutes, to 1000 at most.",
        }),
        kind: FieldKind::Number(0, 9),
        required: false,
    },
    Field {
        name: "keyInQuery",
        label: Words { de: "API-Key in der URL erlauben", en: "Allow the API key in the URL" },
        hint: Some(Words {
            de: "Schlüssel in URLs stehen in den Protokollen fremder Server.",
            en: "Keys in URLs end up in the logs of other servers.",
        }),
        kind: FieldKind::Switch,
        required: false,
    },
    Field {
        name: "countListing",
        label: Words { de: "Auflisten zählt ins Rate-Limit", en: "Listing counts for the rate limit" },
        hint: None,
        kind: FieldKind::Switch,
        required: false,
    },
];

const SCOPES: [Choice; 12] = [
    scope("personal_read", "Personal: lesen", "Personnel: read"),
    scope("personal_write", "Personal: schreiben", "Personnel: write"),
    scope("bwa_read", "BWA: lesen", "Business analysis: read"),
    scope("bwa_write", "BWA: schreiben", "Business analysis: write"),
    scope("revenuejournal_read", "Umsatz: lesen", "Revenue: read"),
    scope("revenuejournal_write", "Umsatz: schreiben", "Revenue: write"),
    scope("webcashregister_read", "Webkasse: lesen", "Web cash register: read"),
    scope("webcashregister_write", "Webkasse: schreiben", "Web cash register: write"),
    scope("merchandiseman_read", "Wareneinsatz: lesen", "Merchandise management: read"),
    scope("merchandiseman_write", "Wareneinsatz: schreiben", "Merchandise management: write"),
    scope("taxonomie_import_read", "DFKA-Taxonomie: lesen", "DFKA taxonomy: read"),
    scope("taxonomie_import_write", "DFKA-Taxonomie: schreiben", "DFKA taxonomy: write"),
];

const fn scope(value: &'static str, de: &'static str, en: &'static str) -> Choice {
    Choice { value, label: Words { de, en } }
}

const fn field(name: &'static str, label: Words, kind: FieldKind, required: bool) -> Field {
    Field { name, label, hint: None, kind, required }
}

const fn column(pointer: &'static str, de: &'static str, en: &'static str, shown: Shown) -> Column {
    Column { pointer, label: Words { de, en }, shown }
}

const OPERATOR: Collection = Collection {
    path: "operator",
    parent: None,
    title: Words { de: "Drittanbieter", en: "Third parties" },
    item: Words { de: "Drittanbieter", en: "Third party" },
    hint: Some(Words {
        de: "Nutzer sehen diese Angaben, bevor sie Daten freigeben. Die Seiten müssen aktuell und erreichbar sein.",
        en: "Users see this before they release data. The pages must be current and reachable.",
    }),
    empty: Words {
        de: "Noch kein Drittanbieter. Legen Sie einen an, bevor Sie ihm einen API-Key geben.",
        en: "No third party yet. Add one before you give it an API key.",
    },
    items: "/data",
    pages: false,
    key: "/id",
    columns: &[
        column("/name", "Name", "Name", Shown::Plain),
        column("/id", "Kennung", "Id", Shown::Plain),
        column("/termsUrl", "AGB", "Terms", Shown::Url),
        column("/privacyUrl", "Datenschutz", "Privacy", Shown::Url),
    ],
    form: &[
        field("name", Words { de: "Name", en: "Name" }, FieldKind::Text(operator::TEXT_CHARS_MAX), true),
        field("termsUrl", Words { de: "Link zu den AGB", en: "Link to the terms" }, FieldKind::Url, false),
        field(
            "privacyUrl",
            Words { de: "Link zur Datenschutzerklärung", en: "Link to the statement on privacy" },
            FieldKind::Url,
            false,
        ),
    ],
    create: Some(Create::Put(Field {
        name: "id",
        label: Words { de: "Kennung", en: "Id" },
        hint: Some(Words {
            de: "Buchstaben, Ziffern, Punkt, Unterstrich und Bindestrich; sie bleibt für immer.",
            en: "Letters, digits, dot, underscore and hyphen; it stays for ever.",
        }),
        kind: FieldKind::Text(128),
        required: true,
    })),
    replace: true,
    delete: None,
    reveal_once: &[],
};

const KEY: Collection = Collection {
    path: "key",
    parent: None,
    title: Words { de: "API-Keys", en: "API keys" },
    item: Words { de: "API-Key", en: "API key" },
    hint: Some(Words {
        de: "Mit einem API-Key registriert ein Drittanbieter seine Webhooks.",
        en: "With an API key a third party registers its webhooks.",
    }),
    empty: Words {
        de: "Noch kein API-Key. Erzeugen Sie einen, und geben Sie ihn dem Drittanbieter.",
        en: "No API key yet. Make one and hand it to the third party.",
    },
    items: "/data",
    pages: false,
    key: "/id",
    columns: &[
        column("/name", "Bezeichnung", "Name", Shown::Plain),
        column("/operator", "Drittanbieter", "Third party", Shown::Record(OPERATORS)),
        column("/ipAddress", "IP-Adressen", "IP addresses", Shown::Plain),
        column("/scopes", "Rechte", "Scopes", Shown::Choice(&SCOPES)),
        column("/createdAt", "Erzeugt", "Made", Shown::Instant),
        column("/validUntil", "Gültig bis", "Valid until", Shown::Instant),
        column("/revokedAt", "Widerrufen", "Revoked", Shown::Instant),
    ],
    form: &[
        field(
            "name",
            Words { de: "Bezeichnung", en: "Name" },
            FieldKind::Text(api_key::NAME_CHARS_MAX),
            true,
        ),
        field(
            "operator",
            Words { de: "Drittanbieter", en: "Third party" },
            FieldKind::OneRecord(OPERATORS),
            true,
        ),
        Field {
            name: "ipAddress",
            label: Words { de: "IP-Adresse", en: "IP address" },
            hint: Some(Words {
                de: "Feste öffentliche IPv4-Adressen, mit Semikolon getrennt. Ein Stern lässt jede Adresse zu.",
                en: "Fixed public IPv4 addresses, separated by semicolons. An asterisk lets every address in.",
            }),
            kind: FieldKind::Addresses,
            required: true,
        },
        Field {
            name: "scopes",
            label: Words { de: "Rechte (Scopes)", en: "Rights (scopes)" },
            hint: Some(Words { de: "Schreiben schließt Lesen ein.", en: "Writing includes reading." }),
            kind: FieldKind::Some(&SCOPES),
            required: true,
        },
        Field {
            name: "validDays",
            label: Words { de: "Gültig für mehrere Tage", en: "Valid for some days" },
            hint: Some(Words { de: "Leer: unbegrenzt.", en: "Empty: without end." }),
            kind: FieldKind::Days(1, api_key::DAYS_MAX as i64),
            required: false,
        },
    ],
    create: Some(Create::Post),
    replace: false,
    delete: Some(Words { de: "Widerrufen", en: "Revoke" }),
    reveal_once: &[column("/key", "API-Key", "API key", Shown::Plain)],
};

const ISSUER: Collection = Collection {
    path: "issuer",
    parent: None,
    title: Words { de: "OAuth-Aussteller", en: "OAuth issuers" },
    item: Words { de: "Aussteller", en: "Issuer" },
    hint: Some(Words {
        de: "Mit Zugangstoken eines Ausstellers kann gelesen werden; Webhooks registrieren nur API-Keys.",
        en: "An issuer's access tokens may read; only API keys register webhooks.",
    }),
    empty: Words { de: "Noch kein Aussteller.", en: "No issuer yet." },
    items: "/data",
    pages: false,
    key: "/id",
    columns: &[
        column("/issuer", "Aussteller (iss)", "Issuer (iss)", Shown::Plain),
        column("/audience", "Empfänger (aud)", "Audience (aud)", Shown::Plain),
        column("/keyIds", "Schlüssel", "Keys", Shown::Plain),
    ],
    form: &[
        field(
            "issuer",
            Words { de: "Aussteller (iss)", en: "Issuer (iss)" },
            FieldKind::Text(issuer::TEXT_CHARS_MAX),
            true,
        ),
        field(
            "audience",
            Words { de: "Empfänger (aud)", en: "Audience (aud)" },
            FieldKind::Text(issuer::TEXT_CHARS_MAX),
            true,
        ),
        Field {
            name: "jwks",
            label: Words { de: "Öffentliche Schlüssel (JWKS)", en: "Public keys (JWKS)" },
            hint: Some(Words {
                de: "RSA ab 2048 Bit oder EC auf P-256, jeder mit kid.",
                en: "RSA of 2048 bits or more, or EC on P-256, each with a kid.",
            }),
            kind: FieldKind::Json(issuer::JWKS_BYTES_MAX),
            required: true,
        },
    ],
    create: Some(Create::Post),
    replace: false,
    delete: Some(Words { de: "Entfernen", en: "Remove" }),
    reveal_once: &[],
};

/// Words, place, forms and lists.
pub fn description() -> Description {
    Description {
        title: Words { de: "LINA", en: "LINA" },
        place: &PLACE,
        endpoint: Words { de: "Webhook", en: "Webhook" },
        endpoint_form: &ENDPOINT_FORM,
        application_form: &APPLICATION_FORM,
        application_path: "store",
        signs: false,
        collections: &[OPERATOR, KEY, ISSUER],
        test: None,
        log_rows: None,
    }
}
