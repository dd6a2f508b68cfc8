//! A Rust file as the text rules see it: comments and the insides of literals blanked, test code known by line.
//!
//! A full parser would cost the build more than the rules are worth. What is needed here is only not to be fooled by
//! a banned word in a sentence or a string, and to know where `#[cfg(test)]` begins and ends.

/// One parsed file.
pub struct RustSource {
    /// The file's lines with comments and the insides of string and character literals replaced by spaces.
    code: Vec<String>,
    /// For each line, whether it is compiled for tests only.
    test: Vec<bool>,
    /// Names of the modules declared as `#[cfg(test)] mod name;`.
    test_modules: Vec<String>,
}

impl RustSource {
    /// Parses `text`; `path` (from the root, with `/`) decides whether the whole file is test code.
    pub fn parse(path: &str, text: &str) -> Self {
        let blanked = blank(text);
        let code: Vec<String> = blanked.lines().map(str::to_owned).collect();
        let whole = path.split('/').any(|part| part == "tests" || part == "tests.rs");
        let mut source = Self { test: vec![whole; code.len()], code, test_modules: Vec::new() };
        source.find_test_items(&blanked);
        source
    }

    /// The lines as code only, numbered from 1.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(index, line)| (index + 1, line.as_str()))
    }

    /// Whether line `number` (from 1) is compiled for tests only.
    pub fn is_test_line(&self, number: usize) -> bool {
        self.test.get(number - 1).copied().unwrap_or(false)
    }

    pub fn test_modules(&self) -> impl Iterator<Item = &str> {
        self.test_modules.iter().map(String::as_str)
    }

    pub fn mark_all_as_test(&mut self) {
        self.test.fill(true);
    }

    fn find_test_items(&mut self, blanked: &str) {
        const ATTRIBUTE: &str = "#[cfg(test)]";
        for (start, _) in blanked.match_indices(ATTRIBUTE) {
            let rest = &blanked[start + ATTRIBUTE.len()..];
            let Some(opens_or_ends) = rest.find(['{', ';']) else { continue };
            let end = if rest[opens_or_ends..].starts_with('{') {
                opens_or_ends + matching_brace(&rest[opens_or_ends..])
            } else {
                let words: Vec<&str> = rest[..opens_or_ends].split_whitespace().collect();
                if let [.., "mod", name] = words[..] {
                    self.test_modules.push(name.to_owned());
                }
                opens_or_ends
            };
            let first_line = blanked[..start].matches('\n').count();
            let last_line = first_line + blanked[start..start + ATTRIBUTE.len() + end].matches('\n').count();
            let range = first_line..=last_line.min(self.test.len().saturating_sub(1));
            self.test[range].fill(true);
        }
    }
}

/// Bytes from the opening brace at the start of `text` to its partner; the whole text if it never closes.
fn matching_brace(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Replaces comments and the insides of literals by spaces; line breaks stay where they are.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let previous_is_word = out.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let hidden = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if first == '"' {
            quoted(rest, '"')
        } else if !previous_is_word && let Some(length) = raw_string(rest) {
            length
        } else if first == '\'' && is_character_literal(rest) {
            quoted(rest, '\'')
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.extend(rest[..hidden].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[hidden..];
    }
    out
}

/// Length in bytes of the block comment at the start; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length in bytes of the literal at the start, with both quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Length in bytes of the raw string (`r"`, `r#"`, `br##"`) at the start, if there is one.
fn raw_string(text: &str) -> Option<usize> {
    let after_prefix = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after_prefix.len() - after_prefix.trim_start_matches('#').len();
    let body = after_prefix[hashes..].strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    let opening_bytes = text.len() - body.len();
    Some(body.find(&closing).map_or(text.len(), |at| opening_bytes + at + closing.len()))
}

/// `'x'` and `'\n'` are characters; `'a` of a lifetime is not.
fn is_character_literal(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    match characters.next() {
        Some('\\') => true,
        Some(_) => characters.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        RustSource::parse("crates/a/src/lib.rs", text).code.join("\n")
    }

    #[test]
    fn words_in_comments_and_literals_disappear() {
        for text in [
            "// hidden",
            "/// hidden",
            "/* hidden /* hidden */ hidden */",
            "\"hidden \\\" hidden\"",
            "r\"hidden\"",
            "r#\"hidden \" hidden\"#",
            "br##\"hidden \"# hidden\"##",
            "b\"hidden\"",
        ] {
            let code = code(&format!("before(); {text}\nafter();"));
            assert!(!code.contains("hidden"), "{text}: {code}");
            assert!(code.contains("before();") && code.contains("\nafter();"), "{text}: {code}");
        }
    }

    #[test]
    fn lifetimes_and_characters_do_not_open_a_string() {
        let code = code("fn a<'a>(x: &'a str) { let q = '\"'; let e = '\\''; shown() }");
        assert!(code.contains("shown()"), "{code}");
        assert!(code.contains("<'a>"), "{code}");
    }

    #[test]
    fn only_the_block_behind_the_attribute_is_test_code() {
        let text =
            "fn real() {}\n#[cfg(test)]\nmod tests {\n  fn a() { let s = \"}\"; }\n}\nfn also_real() {}\n";
        let source = RustSource::parse("crates/a/src/lib.rs", text);
        let compiled_for_tests: Vec<bool> = (1..=6).map(|line| source.is_test_line(line)).collect();
        assert_eq!(compiled_for_tests, [false, true, true, true, true, false]);
    }

    #[test]
    fn files_below_tests_are_test_code() {
        assert!(RustSource::parse("crates/a/tests/it/main.rs", "fn a() {}\n").is_test_line(1));
        assert!(RustSource::parse("crates/a/src/b/tests.rs", "fn a() {}\n").is_test_line(1));
        assert!(!RustSource::parse("crates/a/src/contests.rs", "fn a() {}\n").is_test_line(1));
    }

    #[test]
    fn a_module_for_tests_in_another_file_is_named() {
        let source = RustSource::parse("a/src/lib.rs", "#[cfg(test)]\npub(crate) mod fake;\n");
        assert_eq!(source.test_modules().collect::<Vec<_>>(), ["fake"]);
    }
}
