//! An example of what a JSON Schema describes: for people to look at, not for programs to rely on.

use serde_json::{Map, Value, json};

/// Schemas within schemas that are followed.
const DEPTH_MAX: usize = 12;
/// Schemas that are looked at for one example.
const NODES_MAX: usize = 500;
/// Keywords of a schema whose value is an example as it stands.
const GIVEN: [&str; 3] = ["example", "const", "default"];

/// An example. What the schema says itself (`examples`, `example`, `const`, `default`, `enum`) goes first; the rest is
/// made from its types. References are followed within the schema only.
pub(crate) fn example(schema: &Value) -> Value {
    Maker { root: schema, nodes_left: NODES_MAX }.make(schema, 0)
}

struct Maker<'a> {
    root: &'a Value,
    nodes_left: usize,
}

impl<'a> Maker<'a> {
    fn make(&mut self, schema: &'a Value, depth: usize) -> Value {
        // A schema may refer to itself.
        if depth > DEPTH_MAX || self.nodes_left == 0 {
            return Value::Null;
        }
        self.nodes_left -= 1;
        let given = ["examples", "enum"].iter().find_map(|key| schema[*key].get(0));
        if let Some(given) = given.or_else(|| GIVEN.iter().find_map(|key| schema.get(*key))) {
            return given.clone();
        }
        if let Some(target) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            return self.root.pointer(target).map_or(Value::Null, |target| self.make(target, depth + 1));
        }
        if let Some(first) = ["oneOf", "anyOf"].iter().find_map(|key| schema[*key].get(0)) {
            return self.make(first, depth + 1);
        }
        self.by_type(schema, depth)
    }

    fn by_type(&mut self, schema: &'a Value, depth: usize) -> Value {
        let named = schema["type"].as_str().or_else(|| schema["type"].get(0).and_then(Value::as_str));
        match named {
            Some("string") => json!(text(schema)),
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
            Some("boolean") => json!(true),
            Some("array") => match schema.get("items") {
                Some(items) => json!([self.make(items, depth + 1)]),
                None => json!([]),
            },
            Some("null") => Value::Null,
            _ => Value::Object(self.object(schema, depth)),
        }
    }

    fn object(&mut self, schema: &'a Value, depth: usize) -> Map<String, Value> {
        let mut object = Map::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if let Value::Object(fields) = self.make(part, depth + 1) {
                object.extend(fields);
            }
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            object.insert(name.clone(), self.make(field, depth + 1));
        }
        object
    }
}

fn text(schema: &Value) -> &'static str {
    match schema["format"].as_str() {
        Some("date-time") => "2026-01-31T08:30:00Z",
        Some("date") => "2026-01-31",
        Some("time") => "08:30:00Z",
        Some("email") => "name@example.com",
        Some("uri") => "https://example.com/",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_become_values_and_the_schemas_own_examples_go_first() {
        let schema = json!({
            "type": "object",
            "properties": {
                "id": { "type": "string", "format": "uuid" },
                "state": { "enum": ["open", "closed"] },
                "count": { "type": "integer", "minimum": 3 },
                "tags": { "type": "array", "items": { "type": "string", "examples": ["new"] } },
                "guest": { "$ref": "#/$defs/guest" },
                "left": { "type": ["null", "string"] },
            },
            "allOf": [{ "properties": { "sure": { "type": "boolean" } } }],
            "$defs": { "guest": { "properties": { "mail": { "type": "string", "format": "email" } } } },
        });
        let wanted = json!({
            "id": "00000000-0000-4000-8000-000000000000",
            "state": "open",
            "count": 3,
            "tags": ["new"],
            "guest": { "mail": "name@example.com" },
            "left": null,
            "sure": true,
        });
        assert_eq!(example(&schema), wanted);
    }

    #[test]
    fn a_schema_without_end_gives_an_example_with_one() {
        let wide = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "properties": {
            "x": { "$ref": "#/$defs/a" }, "y": { "$ref": "#/$defs/a" }, "z": { "$ref": "#/$defs/a" }
        } } } });
        let text = example(&wide).to_string();
        assert!(text.len() < 64 * 1024, "{}", text.len());
        assert_eq!(example(&json!({ "$ref": "#" })), Value::Null);
        assert_eq!(example(&json!("no schema")), json!({}));
    }
}
