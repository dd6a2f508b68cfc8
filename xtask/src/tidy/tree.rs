//! The repository's files, read once for all rules.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::rust_source::RustSource;
use crate::failure::Failure;

/// Folders that hold no source: build output and version control.
const FOLDERS_SKIPPED: &[&str] = &[".git", "target", "node_modules"];
/// Left behind by trying the program out; `.gitignore` names them too.
const SUFFIXES_SKIPPED: &[&str] = &[".sqlite", ".sqlite-wal", ".sqlite-shm"];
/// Inputs for fuzz targets are bytes, whatever they look like.
const BYTES_ONLY: &str = "fuzz/corpus/";
/// A larger file is not read; the blob rule reports it by its size.
const TEXT_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// One file of the repository.
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    /// Size on disk in bytes.
    pub size_bytes: u64,
    /// The content, if it is UTF-8 text without a zero byte.
    pub text: Option<String>,
    /// The same, split into code, comments and tests, for `.rs` files.
    pub rust: Option<RustSource>,
}

impl File {
    /// Whether the file's name ends with `.` and this.
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }
}

/// All files, sorted by path.
pub struct Tree {
    pub files: Vec<File>,
}

impl Tree {
    /// Reads everything below `root`. Walks the folders itself: `git ls-files` refuses a checkout of another owner,
    /// which is what CI servers make.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let mut files = Vec::new();
        walk(root, "", &mut files)?;
        Ok(Self::from_files(files))
    }

    fn from_files(mut files: Vec<File>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        mark_test_modules(&mut files);
        Self { files }
    }

    /// The `.rs` files with their parsed form.
    pub fn rust_files(&self) -> impl Iterator<Item = (&File, &RustSource)> {
        self.files.iter().filter_map(|file| file.rust.as_ref().map(|rust| (file, rust)))
    }

    /// The files that are text, with it.
    pub fn text_files(&self) -> impl Iterator<Item = (&File, &str)> {
        self.files.iter().filter_map(|file| file.text.as_deref().map(|text| (file, text)))
    }

    /// A tree for a rule's test.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::from_files(
            files.iter().map(|(path, text)| file_of((*path).to_owned(), text.as_bytes())).collect(),
        )
    }
}

fn file_of(path: String, bytes: &[u8]) -> File {
    let text = if bytes.contains(&0) || path.starts_with(BYTES_ONLY) {
        None
    } else {
        String::from_utf8(bytes.to_vec()).ok()
    };
    let is_rust = Path::new(&path).extension().is_some_and(|extension| extension == "rs");
    let rust = text.as_deref().filter(|_| is_rust).map(|text| RustSource::parse(&path, text));
    File { path, size_bytes: bytes.len() as u64, text, rust }
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<(), Failure> {
    let doing = |path: &Path| format!("read {}", path.display());
    for entry in fs::read_dir(folder).map_err(Failure::while_doing(doing(folder)))? {
        let entry = entry.map_err(Failure::while_doing(doing(folder)))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(Failure::while_doing(doing(&path)))?;
        if kind.is_dir() && !FOLDERS_SKIPPED.contains(&name.as_str()) {
            walk(&path, &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() && !SUFFIXES_SKIPPED.iter().any(|suffix| name.ends_with(suffix)) {
            let size_bytes = entry.metadata().map_err(Failure::while_doing(doing(&path)))?.len();
            let relative = format!("{prefix}{name}");
            if size_bytes > TEXT_BYTES_MAX {
                files.push(File { path: relative, size_bytes, text: None, rust: None });
            } else {
                let bytes = fs::read(&path).map_err(Failure::while_doing(doing(&path)))?;
                files.push(file_of(relative, &bytes));
            }
        }
    }
    Ok(())
}

/// `#[cfg(test)] mod fake;` makes all of `fake.rs` a test, which the file itself does not say.
fn mark_test_modules(files: &mut [File]) {
    let mut roots = HashSet::new();
    for file in files.iter() {
        let Some(rust) = &file.rust else { continue };
        roots.extend(rust.test_modules().map(|name| format!("{}{name}", module_folder(&file.path))));
    }
    for file in files {
        let stem = file.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let mut folders = stem.match_indices('/').map(|(at, _)| &stem[..at]).chain([stem]);
        if folders.any(|part| roots.contains(part))
            && let Some(rust) = &mut file.rust
        {
            rust.mark_all_as_test();
        }
    }
}

/// The folder in which the modules declared by this file lie.
fn module_folder(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let stem = name.trim_end_matches(".rs");
    let slash = if folder.is_empty() { "" } else { "/" };
    match stem {
        "lib" | "main" | "mod" => format!("{folder}{slash}"),
        _ => format!("{folder}{slash}{stem}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_test(tree: &Tree, path: &str) -> bool {
        let (_, rust) =
            tree.rust_files().find(|(file, _)| file.path == path).expect("the sample has the file");
        rust.is_test_line(1)
    }

    #[test]
    fn a_module_declared_for_tests_is_a_test_file_wherever_it_lies() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "#[cfg(test)]\nmod fake;\nmod real;\n"),
            ("crates/a/src/fake.rs", "fn a() {}\n"),
            ("crates/a/src/fake/inner.rs", "fn a() {}\n"),
            ("crates/a/src/real.rs", "fn a() {}\n#[cfg(test)]\npub mod probe;\n"),
            ("crates/a/src/real/probe/mod.rs", "fn a() {}\n"),
            ("crates/b/src/fake.rs", "fn a() {}\n"),
        ]);
        assert!(is_test(&tree, "crates/a/src/fake.rs"));
        assert!(is_test(&tree, "crates/a/src/fake/inner.rs"));
        assert!(is_test(&tree, "crates/a/src/real/probe/mod.rs"));
        assert!(!is_test(&tree, "crates/a/src/real.rs"));
        assert!(!is_test(&tree, "crates/b/src/fake.rs"));
    }

    #[test]
    fn bytes_that_are_not_text_have_no_text() {
        assert!(file_of("a.png".to_owned(), b"\x89PNG\0").text.is_none());
        assert!(file_of("a.bin".to_owned(), b"\xff\xfe").text.is_none());
        assert!(file_of("fuzz/corpus/a/b".to_owned(), b"HTTP/1.1 200\r\n").text.is_none());
        assert_eq!(file_of("a.md".to_owned(), b"# a\n").text.as_deref(), Some("# a\n"));
    }

    #[test]
    fn the_repository_itself_is_read_without_its_build_output() {
        let tree = Tree::read(&crate::repository::root()).expect("the repository is readable");
        assert!(tree.files.iter().any(|file| file.path == "xtask/src/main.rs"));
        assert!(tree.files.iter().all(|file| !file.path.starts_with("target/")));
    }
}
