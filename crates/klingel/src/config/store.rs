//! Keeping what was accepted.

use super::Section;
use super::setting::{Place, Setting};

/// The section.
pub const SECTION: Section = Section {
    title: "Store",
    about: "Where everything is kept, and the key that seals secrets in it.",
    settings: &[
        Setting {
            name: "store",
            doc: "The store: sqlite: and the path of its file, which is made at the first start.",
            place: Place::Store(|c| &mut c.store_path),
        },
        Setting {
            name: "store_readers",
            doc: "Reading connections to the store. Writing always has one.",
            place: Place::Count(|c| &mut c.store_readers, 1..=64),
        },
        Setting {
            name: "store_busy_timeout",
            doc: "How long a write waits while another process holds the store's lock. Then messages are refused with 503; \
                  what was accepted waits on.",
            place: Place::Span(
                |c| &mut c.store_busy_timeout,
                std::time::Duration::from_millis(10)..=std::time::Duration::from_mins(1),
            ),
        },
        Setting {
            name: "master_key_file",
            doc: "File of the master key (base64 of 32 bytes) that seals secrets and headers in the store. Empty: the \
                  store's path and .key, made at the first start, readable by its owner only. Back it up: without it \
                  the secrets in the store are lost.",
            place: Place::Path(|c| &mut c.master_key_file),
        },
        Setting {
            name: "master_key",
            doc: "The master key itself instead of a file: base64 of 32 bytes. Meant for the environment.",
            place: Place::Secret(|c| &mut c.master_key),
        },
        Setting {
            name: "store_free_bytes_min",
            doc: "When the store's disk has fewer free bytes, messages are refused with 503. The rest is kept for \
                  recording the deliveries of what was accepted.",
            place: Place::Bytes(|c| &mut c.store_free_bytes_min, 0..=1 << 50),
        },
        Setting {
            name: "store_size_bytes_max",
            doc: "Largest size of the store's file; when it is nearly reached, messages are refused with 503. 0: no limit.",
            place: Place::Bytes(|c| &mut c.store_size_bytes_max, 0..=1 << 50),
        },
        Setting {
            name: "retention",
            doc: "How long messages and their attempts are kept. What is still owed to an endpoint stays longer.",
            place: Place::Span(
                |c| &mut c.engine.retention,
                std::time::Duration::from_mins(1)..=std::time::Duration::from_hours(24 * 3650),
            ),
        },
        Setting {
            name: "audit_retention",
            doc: "How long the portal's audit log is kept: who revealed or changed what. It outlives the applications \
                  it speaks of.",
            place: Place::Span(
                |c| &mut c.engine.audit_retention,
                std::time::Duration::from_mins(1)..=std::time::Duration::from_hours(24 * 3650),
            ),
        },
    ],
};
