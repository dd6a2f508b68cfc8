//! What publishers and owners may do at most.

use super::Section;
use super::setting::{Place, Setting};

/// The section.
pub const SECTION: Section = Section {
    title: "Limits",
    about: "What publishers and owners of endpoints may do at most.",
    settings: &[
        Setting {
            name: "body_bytes_max",
            doc: "Bytes of a request's body, and so of a payload; more is answered 413.",
            place: Place::Bytes(|c| &mut c.engine.limits.body_bytes_max, 1 << 10..=64 << 20),
        },
        Setting {
            name: "message_channels_max",
            doc: "Channels of a message.",
            place: Place::Count(|c| &mut c.engine.limits.message_channels_max, 0..=1000),
        },
        Setting {
            name: "endpoint_channels_max",
            doc: "Channels of an endpoint.",
            place: Place::Count(|c| &mut c.engine.limits.endpoint_channels_max, 0..=1000),
        },
        Setting {
            name: "endpoint_event_types_max",
            doc: "Event types of an endpoint.",
            place: Place::Count(|c| &mut c.engine.limits.endpoint_event_types_max, 1..=100_000),
        },
        Setting {
            name: "endpoint_headers_max",
            doc: "Own headers of an endpoint.",
            place: Place::Count(|c| &mut c.engine.limits.endpoint_headers_max, 0..=200),
        },
        Setting {
            name: "endpoint_header_bytes_max",
            doc: "Bytes of the value of one of an endpoint's own headers.",
            place: Place::Bytes(|c| &mut c.engine.limits.endpoint_header_bytes_max, 1..=64 << 10),
        },
        Setting {
            name: "endpoints_per_application_max",
            doc: "Endpoints of an application.",
            place: Place::Count(|c| &mut c.engine.limits.endpoints_per_application_max, 1..=100_000),
        },
        Setting {
            name: "page_items_max",
            doc: "Items of a page of a list.",
            place: Place::Count(|c| &mut c.engine.limits.page_items_max, 1..=1000),
        },
        Setting {
            name: "metadata_entries_max",
            doc: "Entries of a metadata object.",
            place: Place::Count(|c| &mut c.engine.limits.metadata_entries_max, 0..=1000),
        },
        Setting {
            name: "metadata_bytes_max",
            doc: "Bytes of a metadata object, keys and values together.",
            place: Place::Bytes(|c| &mut c.engine.limits.metadata_bytes_max, 0..=1 << 20),
        },
        Setting {
            name: "url_bytes_max",
            doc: "Bytes of an endpoint's URL.",
            place: Place::Bytes(|c| &mut c.engine.limits.url_bytes_max, 64..=64 << 10),
        },
        Setting {
            name: "secrets_max",
            doc: "Secrets of an endpoint that still sign, the current one included.",
            place: Place::Count(|c| &mut c.engine.limits.secrets_max, 1..=100),
        },
    ],
};
