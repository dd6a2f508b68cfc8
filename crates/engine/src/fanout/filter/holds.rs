//! Whether a filter holds, and if not, which condition failed.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{Condition, Node};

/// The message as a filter sees it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its event type.
    pub event_type: &'a str,
    /// Its channels.
    pub channels: &'a [&'a str],
    /// Its payload; `None` if it is no JSON or has been deleted.
    pub payload: Option<&'a Value>,
}

/// The first condition that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// Where, in the message: `payload.visitor.name`.
    pub path: String,
    /// What was asked, as it would be written.
    pub condition: Value,
    /// What was there; `None`: nothing.
    pub found: Option<Value>,
}

pub(super) fn explain(node: &Node, subject: &Subject<'_>) -> Result<(), Failed> {
    let mut message = Map::new();
    message.insert("eventType".to_owned(), subject.event_type.into());
    message.insert("channels".to_owned(), subject.channels.iter().map(|name| Value::from(*name)).collect());
    let holder = Value::Object(message);
    let root = Root { message: &holder, payload: subject.payload };
    at_root(node, &root, &mut Vec::new())
}

/// The message without a copy of its payload.
struct Root<'a> {
    message: &'a Value,
    payload: Option<&'a Value>,
}

fn at_root<'a>(node: &'a Node, root: &Root<'_>, path: &mut Vec<&'a str>) -> Result<(), Failed> {
    match node {
        Node::All(nodes) => nodes.iter().try_for_each(|node| at_root(node, root, path)),
        Node::Any(nodes) => first_failure(nodes, path, |node, path| at_root(node, root, path)),
        Node::Not(node) => negated(node, path, at_root(node, root, &mut path.clone()).is_ok()),
        Node::Field(name, node) => {
            let found = if name == "payload" { root.payload } else { root.message.get(name.as_str()) };
            inside(name, node, found, path)
        }
        Node::Is(condition) => check(condition, None, path),
    }
}

fn holds<'a>(node: &'a Node, found: Option<&Value>, path: &mut Vec<&'a str>) -> Result<(), Failed> {
    match node {
        Node::All(nodes) => nodes.iter().try_for_each(|node| holds(node, found, path)),
        Node::Any(nodes) => first_failure(nodes, path, |node, path| holds(node, found, path)),
        Node::Not(node) => negated(node, path, holds(node, found, &mut path.clone()).is_ok()),
        Node::Field(name, node) => inside(name, node, found.and_then(|value| value.get(name.as_str())), path),
        Node::Is(condition) => check(condition, found, path),
    }
}

fn inside<'a>(
    name: &'a str,
    node: &'a Node,
    found: Option<&Value>,
    path: &mut Vec<&'a str>,
) -> Result<(), Failed> {
    path.push(name);
    let held = holds(node, found, path);
    path.pop();
    held
}

/// One of these must hold; when none does, the first failure is told.
fn first_failure<'a>(
    nodes: &'a [Node],
    path: &mut Vec<&'a str>,
    mut each: impl FnMut(&'a Node, &mut Vec<&'a str>) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut first = None;
    for node in nodes {
        match each(node, path) {
            Ok(()) => return Ok(()),
            Err(failed) => first = first.or(Some(failed)),
        }
    }
    first.map_or(Ok(()), Err)
}

fn negated(node: &Node, path: &[&str], held: bool) -> Result<(), Failed> {
    if !held {
        return Ok(());
    }
    let mut condition = Map::new();
    condition.insert("$not".to_owned(), written(node));
    Err(Failed { path: path.join("."), condition: Value::Object(condition), found: None })
}

fn check(condition: &Condition, found: Option<&Value>, path: &[&str]) -> Result<(), Failed> {
    let held = match condition {
        Condition::Eq(wanted) => found.is_some_and(|found| is(found, wanted)),
        Condition::Neq(wanted) => !found.is_some_and(|found| is(found, wanted)),
        Condition::In(wanted) => found.is_some_and(|found| wanted.iter().any(|one| is(found, one))),
        Condition::Nin(wanted) => !found.is_some_and(|found| wanted.iter().any(|one| is(found, one))),
        Condition::Gt(wanted) => order(found, wanted) == Some(Ordering::Greater),
        Condition::Gte(wanted) => order(found, wanted).is_some_and(Ordering::is_ge),
        Condition::Lt(wanted) => order(found, wanted) == Some(Ordering::Less),
        Condition::Lte(wanted) => order(found, wanted).is_some_and(Ordering::is_le),
        Condition::Exist(wanted) => found.is_some() == *wanted,
        Condition::StartsWith(part) => texts(found, |text| text.starts_with(part.as_str())),
        Condition::EndsWith(part) => texts(found, |text| text.ends_with(part.as_str())),
        Condition::Contains(part) => match (found, part) {
            (Some(Value::String(text)), Value::String(part)) => text.contains(part.as_str()),
            (Some(Value::Array(elements)), part) => elements.iter().any(|element| same(element, part)),
            _ => false,
        },
    };
    if held {
        return Ok(());
    }
    let condition = written(&Node::Is(condition.clone()));
    Err(Failed { path: path.join("."), condition, found: found.cloned() })
}

/// A list is what one of its elements is, unless a whole list is asked for.
fn is(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Array(elements), wanted) if !wanted.is_array() => {
            elements.iter().any(|one| same(one, wanted))
        }
        (found, wanted) => same(found, wanted),
    }
}

/// Equal; numbers by their value, so that `1` and `1.0` are the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => order(Some(a), b) == Some(Ordering::Equal),
        _ => a == b,
    }
}

fn order(found: Option<&Value>, wanted: &Value) -> Option<Ordering> {
    match (found?, wanted) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
        },
        (Value::String(a), Value::String(b)) => Some(a.as_str().cmp(b.as_str())),
        _ => None,
    }
}

fn texts(found: Option<&Value>, meets: impl Fn(&str) -> bool) -> bool {
    match found {
        Some(Value::String(text)) => meets(text),
        Some(Value::Array(elements)) => elements.iter().any(|one| one.as_str().is_some_and(&meets)),
        _ => false,
    }
}

/// A node as it would be written in a document.
fn written(node: &Node) -> Value {
    let one = |name: &str, value: Value| {
        let mut map = Map::new();
        map.insert(name.to_owned(), value);
        Value::Object(map)
    };
    let list = |values: &[Value]| Value::Array(values.to_vec());
    match node {
        Node::All(nodes) if nodes.len() == 1 => written(&nodes[0]),
        Node::All(nodes) => one("$and", nodes.iter().map(written).collect()),
        Node::Any(nodes) => one("$or", nodes.iter().map(written).collect()),
        Node::Not(node) => one("$not", written(node)),
        Node::Field(name, node) => one(name, written(node)),
        Node::Is(condition) => match condition {
            Condition::Eq(value) => one("$eq", value.clone()),
            Condition::Neq(value) => one("$neq", value.clone()),
            Condition::In(values) => one("$in", list(values)),
            Condition::Nin(values) => one("$nin", list(values)),
            Condition::Gt(value) => one("$gt", value.clone()),
            Condition::Gte(value) => one("$gte", value.clone()),
            Condition::Lt(value) => one("$lt", value.clone()),
            Condition::Lte(value) => one("$lte", value.clone()),
            Condition::Exist(wanted) => one("$exist", (*wanted).into()),
            Condition::StartsWith(part) => one("$startsWith", part.as_str().into()),
            Condition::EndsWith(part) => one("$endsWith", part.as_str().into()),
            Condition::Contains(value) => one("$contains", value.clone()),
        },
    }
}
