//! What can be seen of new connections. Reused ones are not counted: they are the rule and cost next to nothing.

use std::time::Duration;

use ::metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

const OPENED: &str = "klingel_outbound_connections_opened_total";
const CONNECT: &str = "klingel_outbound_connect_seconds";
const LOOK_UP: &str = "klingel_outbound_dns_seconds";

/// Tells the recorder what the metrics of this crate mean.
pub fn describe_metrics() {
    describe_counter!(OPENED, "Connections opened to receivers");
    describe_histogram!(CONNECT, Unit::Seconds, "Time until a receiver accepted a connection");
    describe_histogram!(
        LOOK_UP,
        Unit::Seconds,
        "Time until a receiver's name was resolved, kept answers included"
    );
}

pub(crate) fn looked_up(took: Duration) {
    histogram!(LOOK_UP).record(took);
}

pub(crate) fn connected(took: Duration) {
    counter!(OPENED).increment(1);
    histogram!(CONNECT).record(took);
}
