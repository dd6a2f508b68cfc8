//! The portal.

use std::time::Duration;

use super::Section;
use super::setting::{Place, Setting};

/// The section.
pub const SECTION: Section = Section {
    title: "Portal",
    about: "The pages under /portal, for operators, customers and the people whose data it is.",
    settings: &[
        Setting {
            name: "portal",
            doc: "Whether the portal answers under /portal. Without it, everything is done by the API and the command \
                  line.",
            place: Place::Flag(|c| &mut c.portal),
        },
        Setting {
            name: "portal_session",
            doc: "How long a session in the portal lasts. One that began with a customer's link ends with the link's \
                  expiry at the latest.",
            place: Place::Span(
                |c| &mut c.portal_session,
                Duration::from_mins(5)..=Duration::from_hours(30 * 24),
            ),
        },
        Setting {
            name: "portal_frame_origins",
            doc: "Sites that may show the portal in a frame of their pages, such as https://app.example.com. Browsers \
                  keep the session of a frame only when public_url begins with https. Unset: no site may.",
            place: Place::Origins(|c| &mut c.portal_frame_origins),
        },
    ],
};
