//! Requests to receivers.

use std::time::Duration;

use super::Section;
use super::setting::{Place, Setting};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

/// The section.
pub const SECTION: Section = Section {
    title: "Requests to receivers",
    about: "Which addresses may be called, and what is read of their answers.",
    settings: &[
        Setting {
            name: "allow_private_networks",
            doc: "Permits endpoints at loopback, private, shared and unique-local addresses. Off, because the owner of \
                  an endpoint could otherwise reach into your network. Metadata services stay refused.",
            place: Place::Flag(|c| &mut c.outbound.guard.allow_private_networks),
        },
        Setting {
            name: "allow_cidrs",
            doc: "Networks that may be called whatever rule forbids them, such as 10.1.0.0/16.",
            place: Place::Networks(|c| &mut c.outbound.guard.allow_cidrs),
        },
        Setting {
            name: "allow_hosts",
            doc: "Host names for which private addresses are permitted; *.example.internal stands for every name below.",
            place: Place::Hosts(|c| &mut c.outbound.guard.allow_hosts),
        },
        Setting {
            name: "allow_ports",
            doc: "Ports that may be called; empty for all.",
            place: Place::Ports(|c| &mut c.outbound.guard.allow_ports),
        },
        Setting {
            name: "connect_timeout",
            doc: "For a connection and its TLS handshake, over all addresses of a name together.",
            place: Place::Span(|c| &mut c.outbound.connect_timeout, Duration::from_millis(10)..=HOUR),
        },
        Setting {
            name: "dns_timeout",
            doc: "For one look-up of a name.",
            place: Place::Span(|c| &mut c.outbound.dns_timeout, Duration::from_millis(10)..=HOUR),
        },
        Setting {
            name: "dns_ttl_min",
            doc: "A name's addresses are kept at least this long, even when the name server says less.",
            place: Place::Span(|c| &mut c.outbound.dns_ttl_min, Duration::ZERO..=HOUR),
        },
        Setting {
            name: "dns_ttl_max",
            doc: "A name's addresses are kept at most this long, even when the name server says more.",
            place: Place::Span(|c| &mut c.outbound.dns_ttl_max, Duration::ZERO..=Duration::from_hours(24)),
        },
        Setting {
            name: "dns_negative_ttl",
            doc: "How long it is remembered that a name has no address.",
            place: Place::Span(|c| &mut c.outbound.dns_negative_ttl, Duration::ZERO..=HOUR),
        },
        Setting {
            name: "dns_names_max",
            doc: "Names whose addresses are kept at the same time.",
            place: Place::Count(|c| &mut c.outbound.dns_names_max, 1..=1_000_000),
        },
        Setting {
            name: "dns_lookups_max",
            doc: "Look-ups that run at the same time; further ones wait.",
            place: Place::Count(|c| &mut c.outbound.dns_lookups_max, 1..=10_000),
        },
        Setting {
            name: "answer_kept_bytes_max",
            doc: "Bytes of an answer's body that are kept with the attempt.",
            place: Place::Bytes(|c| &mut c.outbound.answer_kept_bytes_max, 0..=1 << 20),
        },
        Setting {
            name: "answer_read_bytes_max",
            doc: "Bytes of an answer's body that are read before the connection is closed.",
            place: Place::Bytes(|c| &mut c.outbound.answer_read_bytes_max, 0..=1 << 24),
        },
        Setting {
            name: "answer_head_bytes_max",
            doc: "Bytes of an answer's status line and headers.",
            place: Place::Bytes(|c| &mut c.outbound.answer_head_bytes_max, 8 << 10..=1 << 20),
        },
        Setting {
            name: "answer_headers_max",
            doc: "Header lines of an answer.",
            place: Place::Count(|c| &mut c.outbound.answer_headers_max, 1..=10_000),
        },
        Setting {
            name: "idle_per_host_max",
            doc: "Connections that are kept open without a request, for one scheme, host and port; more are kept for a second.",
            place: Place::Count(|c| &mut c.outbound.idle_per_host_max, 0..=100_000),
        },
        Setting {
            name: "idle_total_max",
            doc: "Connections that are kept open without a request, altogether. Needs as many open files.",
            place: Place::Count(|c| &mut c.outbound.idle_total_max, 0..=100_000),
        },
        Setting {
            name: "idle_timeout",
            doc: "How long a connection is kept open without a request.",
            place: Place::Span(|c| &mut c.outbound.idle_timeout, Duration::ZERO..=HOUR),
        },
        Setting {
            name: "connection_age_max",
            doc: "A connection older than this gets no further request, so that a change of the name's addresses is seen.",
            place: Place::Span(|c| &mut c.outbound.connection_age_max, SECOND..=Duration::from_hours(24)),
        },
        Setting {
            name: "user_agent",
            doc: "Sent as user-agent where the dialect writes none.",
            place: Place::Text(|c| &mut c.outbound.user_agent),
        },
        Setting {
            name: "extra_ca_file",
            doc: "File with further certificate authorities (PEM) to trust beside the system's.",
            place: Place::Path(|c| &mut c.extra_ca_file),
        },
    ],
};
