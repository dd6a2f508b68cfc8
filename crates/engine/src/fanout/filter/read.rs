//! Reads a filter document and refuses what is none, with a path and a reason.

use serde_json::Value;

use super::{
    Condition, FILTER_BYTES_MAX, FILTER_CONDITIONS_MAX, FILTER_DEPTH_MAX, Filter, InvalidFilter, Node,
};

/// Operators that take a value, for the message that names them.
const OPERATORS: &str =
    "$eq $neq $in $nin $gt $gte $lt $lte $exist $startsWith $endsWith $contains $and $or $not";
/// What a message has.
const TOP_FIELDS: [&str; 3] = ["eventType", "channels", "payload"];

struct Reader {
    path: Vec<String>,
    conditions: usize,
}

pub(super) fn parse(text: &str) -> Result<Filter, InvalidFilter> {
    let mut reader = Reader { path: Vec::new(), conditions: 0 };
    if text.len() > FILTER_BYTES_MAX {
        return Err(reader.refuse(format!("longer than {FILTER_BYTES_MAX} bytes")));
    }
    let value: Value =
        serde_json::from_str(text).map_err(|error| reader.refuse(format!("not JSON: {error}")))?;
    let Value::Object(fields) = &value else {
        return Err(reader.refuse("must be an object such as {\"payload\": {\"amount\": {\"$gte\": 100}}}"));
    };
    reader.top(fields).map(Filter)
}

impl Reader {
    fn refuse(&self, reason: impl Into<String>) -> InvalidFilter {
        InvalidFilter { path: self.path.join("."), reason: reason.into() }
    }

    fn within<T>(
        &mut self,
        step: impl Into<String>,
        read: impl FnOnce(&mut Self) -> Result<T, InvalidFilter>,
    ) -> Result<T, InvalidFilter> {
        self.path.push(step.into());
        if self.path.len() > FILTER_DEPTH_MAX {
            return Err(self.refuse(format!("deeper than {FILTER_DEPTH_MAX} levels")));
        }
        let done = read(self)?;
        self.path.pop();
        Ok(done)
    }

    /// The level where fields are those of a message.
    fn top(&mut self, fields: &serde_json::Map<String, Value>) -> Result<Node, InvalidFilter> {
        let mut all = Vec::new();
        for (name, value) in fields {
            all.push(self.within(name.as_str(), |reader| match name.as_str() {
                "$and" | "$or" | "$not" => reader.combined(name, value, true),
                field if TOP_FIELDS.contains(&field) => {
                    Ok(Node::Field(field.to_owned(), Box::new(reader.value(value)?)))
                }
                operator if operator.starts_with('$') => Err(reader.refuse(
                    "compares a value and must stand inside a field; here only $and, $or and $not may stand",
                )),
                _ => Err(
                    reader.refuse(format!("is no field of a message; there are {}", TOP_FIELDS.join(", "))),
                ),
            })?);
        }
        Ok(Node::All(all))
    }

    /// What a field must be: a plain value, operators, or fields of its own.
    fn value(&mut self, value: &Value) -> Result<Node, InvalidFilter> {
        let Value::Object(fields) = value else {
            return self.condition(Condition::Eq(value.clone()));
        };
        let mut all = Vec::new();
        for (name, value) in fields {
            all.push(self.within(name.as_str(), |reader| match name.as_str() {
                "$and" | "$or" | "$not" => reader.combined(name, value, false),
                operator if operator.starts_with('$') => reader.operator(operator, value),
                field => Ok(Node::Field(field.to_owned(), Box::new(reader.value(value)?))),
            })?);
        }
        Ok(Node::All(all))
    }

    fn combined(&mut self, operator: &str, value: &Value, top: bool) -> Result<Node, InvalidFilter> {
        let one = |reader: &mut Self, value: &Value| match value {
            Value::Object(fields) if top => reader.top(fields),
            _ if top => Err(reader.refuse("must be an object")),
            value => reader.value(value),
        };
        if operator == "$not" {
            return Ok(Node::Not(Box::new(one(self, value)?)));
        }
        let Value::Array(values) = value else {
            return Err(self.refuse("must be a list of filters"));
        };
        if values.is_empty() {
            return Err(self.refuse("must hold at least one filter"));
        }
        let mut nodes = Vec::with_capacity(values.len());
        for (place, value) in values.iter().enumerate() {
            nodes.push(self.within(place.to_string(), |reader| one(reader, value))?);
        }
        Ok(if operator == "$and" { Node::All(nodes) } else { Node::Any(nodes) })
    }

    fn operator(&mut self, operator: &str, value: &Value) -> Result<Node, InvalidFilter> {
        let condition = match operator {
            "$eq" => Condition::Eq(value.clone()),
            "$neq" => Condition::Neq(value.clone()),
            "$in" => Condition::In(self.list(value)?),
            "$nin" => Condition::Nin(self.list(value)?),
            "$gt" => Condition::Gt(self.ordered(value)?),
            "$gte" => Condition::Gte(self.ordered(value)?),
            "$lt" => Condition::Lt(self.ordered(value)?),
            "$lte" => Condition::Lte(self.ordered(value)?),
            "$exist" => match value {
                Value::Bool(wanted) => Condition::Exist(*wanted),
                _ => return Err(self.refuse("must be true or false")),
            },
            "$startsWith" => Condition::StartsWith(self.text(value)?),
            "$endsWith" => Condition::EndsWith(self.text(value)?),
            "$contains" => Condition::Contains(value.clone()),
            _ => return Err(self.refuse(format!("is no operator; there are {OPERATORS}"))),
        };
        self.condition(condition)
    }

    fn condition(&mut self, condition: Condition) -> Result<Node, InvalidFilter> {
        self.conditions += 1;
        if self.conditions > FILTER_CONDITIONS_MAX {
            return Err(self.refuse(format!("more than {FILTER_CONDITIONS_MAX} conditions")));
        }
        Ok(Node::Is(condition))
    }

    fn list(&self, value: &Value) -> Result<Vec<Value>, InvalidFilter> {
        match value {
            Value::Array(values) if values.len() <= FILTER_CONDITIONS_MAX => Ok(values.clone()),
            Value::Array(_) => Err(self.refuse(format!("holds more than {FILTER_CONDITIONS_MAX} values"))),
            _ => Err(self.refuse("must be a list of values")),
        }
    }

    fn ordered(&self, value: &Value) -> Result<Value, InvalidFilter> {
        match value {
            Value::Number(_) | Value::String(_) => Ok(value.clone()),
            _ => Err(self.refuse("must be a number or a text")),
        }
    }

    fn text(&self, value: &Value) -> Result<String, InvalidFilter> {
        value.as_str().map(str::to_owned).ok_or_else(|| self.refuse("must be a text"))
    }
}
