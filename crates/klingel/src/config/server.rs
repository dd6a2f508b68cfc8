//! Taking requests in.

use std::time::Duration;

use super::Section;
use super::setting::{Place, Setting};

/// The section.
pub const SECTION: Section = Section {
    title: "Server",
    about: "Where requests are taken in, and how long they may take.",
    settings: &[
        Setting {
            name: "listen",
            doc: "Where requests are taken in. Put a proxy with TLS in front before you open it to a network.",
            place: Place::Address(|c| &mut c.listen),
        },
        Setting {
            name: "public_url",
            doc: "How browsers reach this server, such as https://hooks.example.com: the beginning of links to the \
                  portal. With https the portal's cookies are sent over TLS only. Unset: http:// and the address \
                  of listen.",
            place: Place::Origin(|c| &mut c.public_url),
        },
        Setting {
            name: "connections_max",
            doc: "Connections open at once; further ones wait until one is closed.",
            place: Place::Count(|c| &mut c.connections_max, 1..=1_000_000),
        },
        Setting {
            name: "header_read_timeout",
            doc: "How long a connection may stay open without a complete request head on it.",
            place: Place::Span(
                |c| &mut c.header_read_timeout,
                Duration::from_millis(100)..=Duration::from_hours(1),
            ),
        },
        Setting {
            name: "request_timeout",
            doc: "How long a request may take, reading its body included; then it is answered 503.",
            place: Place::Span(
                |c| &mut c.request_timeout,
                Duration::from_millis(100)..=Duration::from_hours(1),
            ),
        },
        Setting {
            name: "shutdown_deadline",
            doc: "After SIGTERM or Ctrl-C: how long requests and attempts that are under way may take to finish. \
                  What is not finished then is sent again after the next start.",
            place: Place::Span(|c| &mut c.shutdown_deadline, Duration::ZERO..=Duration::from_hours(1)),
        },
        Setting {
            name: "metrics",
            doc: "Whether GET /metrics answers, in the Prometheus text format and without a key. It shows counts \
                  and durations, never names, URLs or payloads.",
            place: Place::Flag(|c| &mut c.metrics),
        },
    ],
};
