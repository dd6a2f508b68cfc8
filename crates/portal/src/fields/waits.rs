//! A retry schedule in a line of text: `5 s, 5 min, 30 min, 2 h`.

use serde_json::{Number, Value};

/// Units that people write, in seconds.
const UNITS: [(&str, f64); 9] = [
    ("ms", 0.001),
    ("min", 60.0),
    ("std", 3600.0),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
    ("t", 86_400.0),
    ("", 1.0),
];

/// Waits in seconds; `None` if one of them is not a time.
pub(crate) fn read(text: &str) -> Option<Vec<Value>> {
    let parts = text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| wait(part).map(Value::Number)).collect()
}

fn wait(part: &str) -> Option<Number> {
    let part = part.to_lowercase();
    let digits = part.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(part.len());
    let (amount, unit) = part.split_at(digits);
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit.trim())?;
    let seconds = amount.parse::<f64>().ok()? * seconds;
    if seconds.fract() == 0.0 && (0.0..9.0e15).contains(&seconds) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and in these bounds"
        )]
        return Some(Number::from(seconds as u64));
    }
    Number::from_f64(seconds)
}

/// The same for people; whole seconds in the largest unit that holds them.
pub(crate) fn shown(waits: &[Value]) -> String {
    let one = |wait: &Value| match wait.as_u64() {
        Some(s) if s > 0 && s.is_multiple_of(86_400) => format!("{} d", s / 86_400),
        Some(s) if s > 0 && s.is_multiple_of(3600) => format!("{} h", s / 3600),
        Some(s) if s > 0 && s.is_multiple_of(60) => format!("{} min", s / 60),
        _ => format!("{wait} s"),
    };
    waits.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn waits_are_read_in_the_units_that_people_write() {
        let text = "5s, 5 min; 30 m, 2 h, 1 d, 1.5 s, 250 ms, 7";
        let waits = [
            5.into(),
            300.into(),
            1800.into(),
            7200.into(),
            86_400.into(),
            json!(1.5),
            json!(0.25),
            7.into(),
        ];
        assert_eq!(read(text).unwrap(), waits);
        assert_eq!(read(" , ").unwrap(), [] as [Value; 0]);
        for wrong in ["soon", "5 years", "-5 s", "5 s, x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn waits_come_back_as_they_were() {
        let waits = [json!(0), json!(5), json!(300), json!(5400), json!(7200), json!(86_400), json!(1.5)];
        assert_eq!(shown(&waits), "0 s, 5 s, 5 min, 90 min, 2 h, 1 d, 1.5 s");
        assert_eq!(read(&shown(&waits)).unwrap(), waits);
    }
}
