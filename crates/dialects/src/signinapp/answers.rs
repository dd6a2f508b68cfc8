//! `additional` and `personal_fields`: what visitors were asked, in the order in which they were asked.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

/// Questions of one visitor.
pub(super) const ANSWERS_MAX: usize = 100;
/// Characters of a question's label.
pub(super) const LABEL_CHARS_MAX: usize = 200;

/// An answer: texts, numbers and booleans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Answer {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
}

impl Answer {
    /// As a JSON value.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => number.clone().into(),
            Self::Text(text) => text.as_str().into(),
        }
    }
}

/// Label and answer. A JSON object, never a list, and `{}` when nothing was asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answers(pub(super) Vec<(String, Answer)>);

impl Serialize for Answers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (label, answer) in &self.0 {
            map.serialize_entry(label, answer)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Answers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts, numbers and booleans")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answers, A::Error> {
        let refuse = |why: &str| Err(serde::de::Error::custom(why));
        let mut answers: Vec<(String, Answer)> = Vec::new();
        while let Some((label, answer)) = map.next_entry::<String, Value>()? {
            let answer = match answer {
                Value::Bool(flag) => Answer::Flag(flag),
                Value::Number(number) => Answer::Number(number),
                Value::String(text) => Answer::Text(text),
                _ => return refuse("answers are texts, numbers or booleans"),
            };
            if label.chars().count() > LABEL_CHARS_MAX {
                return refuse("a label has at most 200 characters");
            }
            if answers.iter().any(|(known, _)| *known == label) {
                return refuse("a label stands twice");
            }
            if answers.len() == ANSWERS_MAX {
                return refuse("at most 100 answers are kept");
            }
            answers.push((label, answer));
        }
        Ok(Answers(answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_kinds_are_kept() {
        let text = r#"{"role":"Director","Car Reg":789,"b":true}"#;
        let answers: Answers = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&answers).unwrap(), text);
        assert_eq!(serde_json::to_string(&Answers::default()).unwrap(), "{}");
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in ["[]", r#"{"a":null}"#, r#"{"a":{}}"#, r#"{"a":1,"a":2}"#, "7"] {
            assert!(serde_json::from_str::<Answers>(text).is_err(), "{text}");
        }
    }
}
