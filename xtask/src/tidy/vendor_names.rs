//! A vendor's words occur in its dialect's folder, in the locale files and in documentation, and nowhere else: a vendor
//! is a plug-in, and code that knows its name has stopped being general.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "vendor-name";
const DIALECTS: &str = "crates/dialects/src/";
/// The one dialect that is nobody's.
const NEUTRAL: &str = "standard";
/// Vendors by the words of their names. Folders below the dialects add themselves; this list holds the names that
/// consist of several words, which a folder's name does not show, and those that have no folder yet.
const KNOWN: &[&[&str]] = &[&["lina"], &["sign", "in", "app"], &["event", "insight"]];
/// Readers of these look for the vendor by its name.
const DOCUMENTS: &[&str] = &["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.lock"];
/// This file names them to find them.
const SELF: &str = "xtask/src/tidy/vendor_names.rs";

/// Finds vendors' names where they do not belong.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let vendors = vendors(tree);
    let mut findings = Vec::new();
    for (file, text) in tree.text_files().filter(|(file, _)| !is_document(&file.path)) {
        let home = folder_of(&file.path);
        for (index, line) in text.lines().enumerate() {
            for vendor in vendors.iter().filter(|vendor| home != Some(vendor.folder.as_str())) {
                if vendor.spellings.iter().any(|spelling| contains_word(line, spelling)) {
                    let message = format!(
                        "a vendor's name ({}) outside {DIALECTS}{}/: hand over what the vendor needs as data or through \
                         the Dialect trait",
                        vendor.spellings[0], vendor.folder
                    );
                    findings.push(Finding::error(&file.path, index + 1, RULE, message));
                }
            }
        }
    }
    findings
}

struct Vendor {
    folder: String,
    spellings: Vec<String>,
}

fn vendors(tree: &Tree) -> Vec<Vendor> {
    let mut vendors: Vec<Vec<String>> =
        KNOWN.iter().map(|words| words.iter().map(|&word| word.to_owned()).collect()).collect();
    for file in &tree.files {
        if let Some(folder) = folder_of(&file.path).filter(|folder| *folder != NEUTRAL) {
            let words: Vec<String> = folder.split('_').map(str::to_owned).collect();
            if !vendors.iter().any(|known| known.concat() == words.concat()) {
                vendors.push(words);
            }
        }
    }
    let spell = |words: &Vec<String>| ["", " ", "-", "_"].map(|joint| words.join(joint)).to_vec();
    let folder_named = |words: &Vec<String>| {
        let mut folders = tree.files.iter().filter_map(|file| folder_of(&file.path));
        folders
            .find(|folder| folder.replace('_', "") == words.concat())
            .map_or_else(|| words.join("_"), str::to_owned)
    };
    vendors.iter().map(|words| Vendor { folder: folder_named(words), spellings: spell(words) }).collect()
}

/// The dialect's folder that holds this path.
fn folder_of(path: &str) -> Option<&str> {
    path.strip_prefix(DIALECTS)?.split_once('/').map(|(folder, _)| folder)
}

fn is_document(path: &str) -> bool {
    // The dialects' `lib.rs` declares each folder and lists it in `all()`; that is the vendor's one line.
    path == SELF
        || path == "crates/dialects/src/lib.rs"
        || DOCUMENTS.contains(&path)
        || path.starts_with("docs/")
        || path.contains("/locales/")
}

/// Whether `word` (small letters) stands alone in `line`, in any case. `_` and a change to a capital separate words
/// too, so that `lina_consent` and `LinaConsent` are found and `Carolina` is not.
fn contains_word(line: &str, word: &str) -> bool {
    let small = line.to_ascii_lowercase();
    let bytes = line.as_bytes();
    let parts = |left: u8, right: u8| {
        !left.is_ascii_alphanumeric()
            || !right.is_ascii_alphanumeric()
            || (left.is_ascii_lowercase() && right.is_ascii_uppercase())
    };
    small.match_indices(word).any(|(start, _)| {
        let end = start + word.len();
        let left = start == 0 || parts(bytes[start - 1], bytes[start]);
        let right = end == bytes.len() || parts(bytes[end - 1], bytes[end]);
        left && right
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_words_in_any_spelling() {
        for line in ["LINA sends", "lina_consent", "struct LinaConsent;", "x.lina.y", "\"lina\""] {
            assert!(contains_word(line, "lina"), "{line}");
        }
        for line in ["Carolina", "linas", "online", "maximal inaction"] {
            assert!(!contains_word(line, "lina"), "{line}");
        }
    }

    #[test]
    fn a_name_in_the_core_is_found_and_at_home_it_is_not() {
        let found = check(&Tree::of(&[
            ("crates/engine/src/a.rs", "//! fine\n// as SignInApp wants it\n"),
            ("crates/api/src/a.rs", "// Sign In App\n"),
            ("crates/dialects/src/lib.rs", "mod lina;\n"),
            ("crates/dialects/src/lina/mod.rs", "//! LINA\n"),
            ("crates/dialects/src/sign_in_app/mod.rs", "//! Sign In App, signinapp\n"),
            ("crates/portal/locales/de/lina.ftl", "lina = LINA\n"),
            ("docs/lina.md", "LINA\n"),
            ("README.md", "LINA\n"),
        ]));
        let places: Vec<(&str, usize)> =
            found.iter().map(|finding| (finding.path.as_str(), finding.line)).collect();
        assert_eq!(places, [("crates/api/src/a.rs", 1), ("crates/engine/src/a.rs", 2)]);
    }

    #[test]
    fn one_vendor_does_not_name_another_and_a_new_folder_counts_by_itself() {
        let found = check(&Tree::of(&[
            ("crates/dialects/src/lina/mod.rs", "//! as acme does\n"),
            ("crates/dialects/src/acme/mod.rs", "//! as LINA does\n"),
            ("crates/dialects/src/standard/mod.rs", "//! the standard\n"),
        ]));
        let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, ["crates/dialects/src/acme/mod.rs", "crates/dialects/src/lina/mod.rs"]);
    }
}
