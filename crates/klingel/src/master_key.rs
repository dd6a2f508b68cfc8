//! The key that seals secrets and headers in the store: from the environment, or a file beside the store.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klingel_model::Dice;
use klingel_store::sealing::{MASTER_KEY_BYTES, Sealer};

use crate::config::Config;
use crate::failure::Failure;

/// The sealer for the configured store. At the first start, while there is no store yet, the key is made.
pub fn open_or_make(config: &Config, dice: &dyn Dice) -> Result<Sealer, Failure> {
    if let Some(key) = &config.master_key {
        return parse(&key.0).map(|key| Sealer::new(&key)).ok_or_else(|| {
            Failure::new("the setting master_key is not the base64 of 32 bytes; `head -c 32 /dev/urandom | base64` makes one")
        });
    }
    let path = config.master_key_path();
    match fs::read_to_string(&path) {
        Ok(text) => read(&path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::metadata(&config.store_path).is_ok_and(|store| store.len() > 0) {
                return Err(Failure::new(format!(
                    "the store {} exists, but its master key {} does not; secrets in the store cannot be read without \
                     it: bring the file back from a backup, or set master_key_file or KLINGEL_MASTER_KEY",
                    config.store_path.display(),
                    path.display()
                )));
            }
            make(&path, dice).map_err(|error| {
                Failure::new(format!(
                    "the master key {} cannot be made: {error}; make its folder writable, or set master_key_file",
                    path.display()
                ))
            })?;
            // Read rather than remembered: another process may have made it first.
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            read(&path, &text)
        }
        Err(error) => Err(unreadable(&path, &error)),
    }
}

/// Whether others than the owner may read the file.
pub fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

fn read(path: &Path, text: &str) -> Result<Sealer, Failure> {
    parse(text).map(|key| Sealer::new(&key)).ok_or_else(|| {
        Failure::new(format!(
            "the master key {} is not the base64 of 32 bytes; bring it back from a backup",
            path.display()
        ))
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("the master key {} cannot be read: {error}", path.display()))
}

fn parse(text: &str) -> Option<[u8; MASTER_KEY_BYTES]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

/// Written to a file of its own and then linked, so that no other process ever reads half a key and the first of two
/// that start at once wins.
fn make(path: &Path, dice: &dyn Dice) -> io::Result<()> {
    let mut key = [0u8; MASTER_KEY_BYTES];
    dice.fill(&mut key);
    let mut mark = [0u8; 8];
    dice.fill(&mut mark);
    let draft = path.with_extension(format!("draft-{:016x}", u64::from_be_bytes(mark)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = writeln!(file, "{}", STANDARD.encode(key)).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Hidden;
    use crate::os_dice::OsDice;

    fn config(folder: &tempfile::TempDir) -> Config {
        Config { store_path: folder.path().join("k.sqlite"), ..Config::default() }
    }

    #[test]
    fn it_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        let sealed = open_or_make(&config, &OsDice).unwrap().seal(b"a", b"text", &OsDice);
        let path = config.master_key_path();
        assert_eq!(path.file_name().unwrap(), "k.sqlite.key");
        assert!(!is_open_to_others(&path));
        assert_eq!(open_or_make(&config, &OsDice).unwrap().open(b"a", &sealed).unwrap(), b"text");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_store_without_its_key_is_refused_rather_than_given_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        fs::write(&config.store_path, "full of sealed secrets").unwrap();
        let failure = open_or_make(&config, &OsDice).unwrap_err().to_string();
        assert!(failure.contains("backup") && failure.contains("master_key_file"), "{failure}");
        assert!(!config.master_key_path().exists());
    }

    #[test]
    fn garbled_keys_are_refused_without_being_shown() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        fs::write(config.master_key_path(), "c2hvcnQ=").unwrap();
        let failure = open_or_make(&config, &OsDice).unwrap_err().to_string();
        assert!(failure.contains("32 bytes") && !failure.contains("c2hvcnQ"), "{failure}");
        let given = Config { master_key: Some(Hidden("c2hvcnQ=".to_owned())), ..config };
        assert!(open_or_make(&given, &OsDice).unwrap_err().to_string().contains("master_key"));
    }
}
