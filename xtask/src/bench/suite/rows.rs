//! What the suite measures.

use super::super::shape::Shape;

/// Keys of the figures that budgets speak of.
pub const SPEED: &str = "delivered_per_s";
pub const COST: &str = "processor_us_per_delivery";
pub const P50: &str = "latency_p50_ms";
pub const P99: &str = "latency_p99_ms";
pub const IDLE: &str = "memory_idle_mib";
pub const PEAK: &str = "memory_peak_mib";
pub const FIRST: &str = "first_message_ms";

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Messages are published and arrive.
    Load,
    /// The program is started on an empty store and takes one message in.
    Start,
}

/// One row.
pub struct Row {
    pub name: &'static str,
    /// For people.
    pub about: &'static str,
    pub kind: Kind,
    pub shape: Shape,
    /// Figures that are shown while it runs.
    pub shown: &'static [&'static str],
    /// Whether the least code does the same after each run.
    pub with_reference: bool,
}

/// A limit on a figure.
pub struct Budget {
    /// For people.
    pub about: &'static str,
    pub row: &'static str,
    pub key: &'static str,
    pub limit: Limit,
    pub unit: &'static str,
}

/// How a figure is limited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    Below(f64),
    Above(f64),
    /// Times the same figure of another row.
    Times(f64, &'static str),
}

/// All rows, in the order in which they are measured.
pub fn all(seconds: u64) -> Vec<Row> {
    let base = Shape { seconds, ..Shape::default() };
    let mut rows = vec![Row {
        name: "start",
        about: "start on an empty store to the first accepted message",
        kind: Kind::Start,
        shape: base.clone(),
        shown: &[FIRST],
        with_reference: false,
    }];
    rows.extend(closed_loops(&base));
    // Longer than the others: a 99th percentile of 200 messages/s stands on few of them, and a ratio of two stands on both.
    let (alone, compared) = (2 * base.seconds, 4 * base.seconds);
    let rate = Shape { rate: Some(200.0), connections: 16, seconds: alone, ..base.clone() };
    rows.push(load("rate", "200 messages/s, 1 endpoint", rate.clone(), AT_A_RATE));
    rows.extend(compared_at_a_rate(&Shape { seconds: compared, ..rate }));
    rows.extend(large_stores(&base));
    rows
}

fn load(name: &'static str, about: &'static str, shape: Shape, shown: &'static [&'static str]) -> Row {
    Row { name, about, kind: Kind::Load, with_reference: shape.has_reference(), shape, shown }
}

/// As fast as the answers come.
fn closed_loops(base: &Shape) -> Vec<Row> {
    let shown = &[SPEED, COST, P99];
    let memory = Shape { messages: 100_000, seconds: 600, ..base.clone() };
    let memory = load("memory", "100,000 messages, closed loop", memory, &[IDLE, PEAK]);
    let of = |name, about, shape| load(name, about, shape, shown);
    vec![
        of("one", "1 endpoint, closed loop", base.clone()),
        of("ten", "10 endpoints a message, closed loop", Shape { endpoints: 10, ..base.clone() }),
        of("small", "payloads of 200 B, closed loop", Shape { payload_bytes: 200, ..base.clone() }),
        of("large", "payloads of 50 KiB, closed loop", Shape { payload_bytes: 51_200, ..base.clone() }),
        of("keys", "an idempotency key each, closed loop", Shape { idempotency_keys: true, ..base.clone() }),
        Row { with_reference: false, ..memory },
    ]
}

/// Shown of rows that measure latency while the machine is not busy.
const AT_A_RATE: &[&str] = &[P50, P99, COST];

/// What may stand beside healthy endpoints without making them slower.
fn compared_at_a_rate(base: &Shape) -> Vec<Row> {
    let of = |name, about, shape| load(name, about, shape, AT_A_RATE);
    let healthy = of("healthy", "200 messages/s, 10 endpoints", Shape { endpoints: 10, ..base.clone() });
    vec![
        Row { with_reference: false, ..of("calm", "200 messages/s, 1 endpoint, in slices", base.clone()) },
        Row { with_reference: false, ..healthy },
        of(
            "hanging",
            "200 messages/s, 20 endpoints, of which 10 hang",
            Shape { endpoints: 20, hanging: 10, ..base.clone() },
        ),
        of(
            "failing",
            "200 messages/s, 20 endpoints, of which 5 fail and 5 refuse",
            Shape { endpoints: 20, failing: 5, refusing: 5, ..base.clone() },
        ),
        load(
            "backlog",
            "200 messages/s, 1 endpoint, 1,000,000 deliveries wait for a dead one",
            Shape { backlog: 1_000_000, ..base.clone() },
            &[P50, P99, PEAK],
        ),
    ]
}

/// Many endpoints, and a long past.
fn large_stores(base: &Shape) -> Vec<Row> {
    let shown = &[SPEED, COST, P99];
    // Longer than the others: each application is read once, at its first message, and that is not what is asked.
    let many = Shape { applications: 1_000, endpoints: 10, seconds: 4 * base.seconds, ..base.clone() };
    let many = load("many", "1,000 applications with 10 endpoints each, closed loop", many, shown);
    let history = Shape { attempts_in_store: 10_000_000, ..base.clone() };
    let about = "1 endpoint, closed loop, 10,000,000 attempts in the store";
    vec![Row { with_reference: false, ..many }, load("history", about, history, shown)]
}

/// Rows in groups: those that a budget compares with each other stand in one.
pub fn side_by_side<'a>(rows: &[&'a Row]) -> Vec<Vec<&'a Row>> {
    let budgets = budgets();
    let compared_with = |row: &Row| {
        budgets.iter().find_map(|budget| match budget.limit {
            Limit::Times(_, other) if budget.row == row.name => Some(other),
            _ => None,
        })
    };
    let mut groups: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in rows {
        let name = compared_with(row).unwrap_or(row.name);
        match groups.iter_mut().find(|(of, _)| *of == name) {
            Some((_, group)) => group.push(row),
            None => groups.push((name, vec![row])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What is promised.
pub fn budgets() -> Vec<Budget> {
    use Limit::{Above, Below, Times};
    let budget = |about, row, key, limit, unit| Budget { about, row, key, limit, unit };
    vec![
        budget("processor time a delivery, 1 endpoint", "one", COST, Below(80.0), "us"),
        budget("deliveries/s, 1 endpoint", "one", SPEED, Above(12_000.0), "/s"),
        budget("deliveries/s, 10 endpoints a message", "ten", SPEED, Above(35_000.0), "/s"),
        budget("publish call to arrival at 200 messages/s, p50", "rate", P50, Below(1.2), "ms"),
        budget("publish call to arrival at 200 messages/s, p99", "rate", P99, Below(10.0), "ms"),
        budget("the same p99 while 10 of 20 endpoints hang", "hanging", P99, Times(1.2, "healthy"), "ms"),
        budget("the same p99 while 10 of 20 endpoints fail", "failing", P99, Times(1.2, "healthy"), "ms"),
        budget("the same p99 beside 1,000,000 waiting deliveries", "backlog", P99, Times(1.2, "calm"), "ms"),
        budget("memory idle", "memory", IDLE, Below(30.0), "MiB"),
        budget("memory while and after 100,000 messages, peak", "memory", PEAK, Below(120.0), "MiB"),
        budget("memory with 1,000,000 unsettled deliveries, peak", "backlog", PEAK, Below(250.0), "MiB"),
        budget("start to first accepted message, empty store", "start", FIRST, Below(150.0), "ms"),
        budget("processor time a delivery with 10,000 endpoints", "many", COST, Times(1.3, "ten"), "us"),
        budget(
            "processor time a delivery with 10,000,000 attempts",
            "history",
            COST,
            Times(1.3, "one"),
            "us",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_speak_of_rows_that_there_are() {
        let rows = all(1);
        let is = |name: &str| rows.iter().any(|row| row.name == name);
        for budget in budgets() {
            assert!(is(budget.row), "{}", budget.row);
            if let Limit::Times(_, other) = budget.limit {
                assert!(is(other), "{other}");
            }
        }
        for row in rows {
            row.shape.cast().expect("every row can be measured");
        }
    }

    #[test]
    fn what_is_compared_is_measured_in_turns() {
        let rows = all(1);
        let groups = side_by_side(&rows.iter().collect::<Vec<_>>());
        let of = |name: &str| groups.iter().position(|group| group.iter().any(|row| row.name == name));
        assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), rows.len());
        for budget in budgets() {
            if let Limit::Times(_, other) = budget.limit {
                assert_eq!(of(budget.row), of(other), "{} and {other}", budget.row);
            }
        }
    }
}
