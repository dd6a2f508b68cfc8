//! What is written to standard error.

use super::Section;
use super::setting::{Place, Setting};

/// The section.
pub const SECTION: Section = Section {
    title: "Logs",
    about: "Logs go to standard error. They hold neither secrets nor payloads nor keys.",
    settings: &[
        Setting {
            name: "log_level",
            doc: "error, warn, info, debug or trace; per part of the program as info,klingel_engine=debug.",
            place: Place::Text(|c| &mut c.log_level),
        },
        Setting {
            name: "log_format",
            doc: "human for a terminal, json for one object per line.",
            place: Place::Word(|c| &mut c.log_format, &["human", "json"]),
        },
    ],
};
