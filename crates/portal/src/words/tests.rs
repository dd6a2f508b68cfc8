//! The locale files against each other and against what uses them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::catalogue::FILES;
use super::{Language, Words};

/// Key to the names of its places.
fn keys(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_lowercase());
        if let (true, Some((key, _))) = (begins, line.split_once('=')) {
            current = key.trim().to_owned();
            assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{current} stands twice");
        }
        for piece in line.split('$').skip(1) {
            let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            // Whether a language shows the number or only chooses by it is its own business.
            if name != "number" && name != "count" {
                keys.get_mut(&current).expect("a place stands behind a key").insert(name);
            }
        }
    }
    keys
}

fn sources() -> String {
    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder of the crate") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, text);
            } else {
                text.push_str(&fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    let mut text = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    read(&root.join("src"), &mut text);
    read(&root.join("templates"), &mut text);
    text
}

fn all(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (topic, texts) in FILES {
        for (key, places) in keys(texts[language as usize]) {
            assert!(
                all.insert(key.clone(), places).is_none(),
                "{key} of {topic} stands in another topic too"
            );
        }
    }
    all
}

#[test]
fn both_languages_have_the_same_keys_and_places() {
    for (topic, [de, en]) in FILES {
        assert_eq!(keys(de), keys(en), "topic {topic}: German on the left, English on the right");
    }
}

#[test]
fn every_key_that_is_used_exists() {
    let (known, sources) = (all(Language::De), sources());
    for call in [".t(\"", ".with(\"", ".fill(\"", ".count(\""] {
        for piece in sources.split(call).skip(1) {
            let key = piece.split('"').next().unwrap_or_default();
            let made_up = key.is_empty() || key.contains("key");
            assert!(made_up || known.contains_key(key), "{call}{key}\") asks for a text that is not there");
        }
    }
}

#[test]
fn no_key_is_unused() {
    let sources = sources();
    let unused: Vec<String> =
        all(Language::De).into_keys().filter(|key| !sources.contains(&format!("\"{key}\""))).collect();
    assert_eq!(unused, [] as [String; 0], "texts that nothing shows");
}

#[test]
fn every_text_can_be_shown() {
    for language in Language::ALL {
        for (key, places) in all(language) {
            let words = Words(language);
            let names: Vec<&'static str> =
                places.into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect();
            let places: Vec<(&'static str, &str)> = names.iter().map(|name| (*name, "•")).collect();
            let text = if places.is_empty() { words.count(&key, 3_u64) } else { words.with(&key, &places) };
            assert!(!text.trim().is_empty() && text != key, "{key} has no text in {}", language.tag());
        }
    }
}

#[test]
fn the_browsers_wish_is_followed() {
    for (header, language) in [
        ("de-DE,de;q=0.9,en;q=0.8", Language::De),
        ("en-GB,en;q=0.9,de;q=0.8", Language::En),
        ("fr,de;q=0.3,en;q=0.2", Language::De),
        ("fr", Language::En),
        ("DE-at", Language::De),
        ("", Language::En),
        ("de;q=zero", Language::En),
    ] {
        assert_eq!(Language::accepted(header), language, "{header}");
    }
}
