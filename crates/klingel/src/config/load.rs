//! Putting the settings together from file, environment and flags.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::setting::Written;
use super::{COMMAND_LINE_VARIABLES, Config, Setting, contradictions, settings};

/// Largest settings file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Built in.
    Default,
    /// A line of the file.
    File(PathBuf, usize),
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(variable) => f.write_str(variable),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// Something wrong with the settings; holds no value, because a value may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(pub String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the command line says about settings: name, flag, value.
pub type Overrides = Vec<(&'static str, &'static str, String)>;

/// The settings in force and where each comes from.
#[derive(Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// Setting to source; what is not in it has its default.
    pub sources: BTreeMap<&'static str, Source>,
}

impl Loaded {
    /// Where a setting's value comes from.
    pub fn source(&self, name: &str) -> &Source {
        self.sources.get(name).unwrap_or(&Source::Default)
    }
}

/// Reads the settings. `environment` holds the variables that begin with `KLINGEL_`.
///
/// Errors: every problem that was found, so that a file is mended in one go.
pub fn load(
    file: Option<&Path>,
    environment: &BTreeMap<String, String>,
    overrides: &Overrides,
) -> Result<Loaded, Vec<Problem>> {
    let mut given = Given { config: Config::default(), sources: BTreeMap::new(), problems: Vec::new() };
    if let Some(path) = file {
        given.take_file(path);
    }
    given.take_environment(environment);
    for (name, flag, value) in overrides {
        let setting = settings().find(|setting| setting.name == *name);
        let setting =
            setting.expect("a flag stands for a setting of the table; a test goes through all of them");
        given.take(setting, &Written::Text(value.clone()), Source::Flag(flag));
    }
    given.problems.extend(contradictions::in_config(&given.config));
    if given.problems.is_empty() {
        Ok(Loaded { config: given.config, sources: given.sources })
    } else {
        Err(given.problems)
    }
}

struct Given {
    config: Config,
    sources: BTreeMap<&'static str, Source>,
    problems: Vec<Problem>,
}

impl Given {
    fn take(&mut self, setting: &'static Setting, written: &Written, source: Source) {
        match setting.set(&mut self.config, written) {
            Ok(()) => {
                self.sources.insert(setting.name, source);
            }
            Err(why) => self.problems.push(Problem(format!("{source}: {} {why}", setting.name))),
        }
    }

    fn take_environment(&mut self, environment: &BTreeMap<String, String>) {
        for (variable, value) in environment {
            if COMMAND_LINE_VARIABLES.iter().any(|(known, _)| known == variable) {
                continue;
            }
            let Some(setting) = settings().find(|setting| setting.variable() == *variable) else {
                let name = variable.strip_prefix("KLINGEL_").unwrap_or(variable).to_ascii_lowercase();
                let hint = nearest(&name).map(Setting::variable);
                self.problems.push(unknown("environment variable", variable, hint.as_deref()));
                continue;
            };
            self.take(setting, &Written::Text(value.clone()), Source::Environment(variable.clone()));
        }
    }

    fn take_file(&mut self, path: &Path) {
        let text = match read(path) {
            Ok(text) => text,
            Err(problem) => return self.problems.push(problem),
        };
        let table = match DeTable::parse(&text) {
            Ok(table) => table,
            Err(error) => {
                let place = error.span().map_or(1, |span| line(&text, span.start));
                let why = error.message();
                return self.problems.push(Problem(format!("{}:{place}: not TOML: {why}", path.display())));
            }
        };
        for (key, value) in table.get_ref() {
            let source = Source::File(path.to_owned(), line(&text, key.span().start));
            let Some(setting) = settings().find(|setting| setting.name == key.get_ref()) else {
                let hint = nearest(key.get_ref()).map(|setting| setting.name);
                let Problem(what) = unknown("setting", key.get_ref(), hint);
                self.problems.push(Problem(format!("{source}: {what}")));
                continue;
            };
            if let Some(written) = as_written(value.get_ref()) {
                self.take(setting, &written, source);
            } else {
                let kind = setting.kind();
                self.problems.push(Problem(format!("{source}: {} must be: {kind}", setting.name)));
            }
        }
    }
}

fn read(path: &Path) -> Result<String, Problem> {
    let size = std::fs::metadata(path).map(|metadata| metadata.len());
    if size.is_ok_and(|size| size > FILE_BYTES_MAX) {
        return Err(Problem(format!("{} is larger than {FILE_BYTES_MAX} bytes", path.display())));
    }
    std::fs::read_to_string(path)
        .map_err(|error| Problem(format!("the settings file {} cannot be read: {error}", path.display())))
}

fn as_written(value: &DeValue<'_>) -> Option<Written> {
    match value {
        DeValue::String(text) => Some(Written::Text(text.clone().into_owned())),
        DeValue::Boolean(flag) => Some(Written::Flag(*flag)),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Written::Integer)
        }
        DeValue::Array(entries) => {
            let entries = entries.iter().map(|entry| match entry.get_ref() {
                DeValue::String(text) => Some(text.clone().into_owned()),
                DeValue::Integer(number) => Some(number.as_str().to_owned()),
                _ => None,
            });
            entries.collect::<Option<Vec<_>>>().map(Written::List)
        }
        _ => None,
    }
}

fn line(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn unknown(what: &str, name: &str, hint: Option<&str>) -> Problem {
    let help = match hint {
        Some(hint) => format!("did you mean {hint}?"),
        None => "`klingel config check` lists all".to_owned(),
    };
    Problem(format!("there is no {what} {name}; {help}"))
}

/// The setting whose name is likest, if any is like it at all.
fn nearest(name: &str) -> Option<&'static Setting> {
    const LIKENESS_MIN: f64 = 0.75;
    settings()
        .map(|setting| (strsim::jaro_winkler(setting.name, name), setting))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, setting)| setting)
}

#[cfg(test)]
mod tests;
