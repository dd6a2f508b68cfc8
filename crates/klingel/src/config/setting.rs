//! One row of the table of settings.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::value;
use super::{Config, Hidden};

/// A setting as data.
pub struct Setting {
    /// Its name in the file; in the environment in capitals behind `KLINGEL_`.
    pub name: &'static str,
    /// What it does, for operators.
    pub doc: &'static str,
    /// Where its value stands, and of what type it is.
    pub place: Place,
}

/// A whole number of whatever width.
pub trait Number {
    /// Its value.
    fn get(&self) -> u64;
    /// Sets it; `false` if it does not fit.
    fn put(&mut self, value: u64) -> bool;
}

/// Numbers are stored in the width that their users work with.
macro_rules! number {
    ($($width:ty),*) => {$(
        impl Number for $width {
            fn get(&self) -> u64 {
                u64::try_from(*self).unwrap_or(u64::MAX)
            }
            fn put(&mut self, value: u64) -> bool {
                <$width>::try_from(value).map(|fitting| *self = fitting).is_ok()
            }
        }
    )*};
}
number!(u8, u32, u64, usize);

/// Where a value stands in [`Config`], its type and its bounds.
pub enum Place {
    /// `true` or `false`.
    Flag(fn(&mut Config) -> &mut bool),
    /// Free text.
    Text(fn(&mut Config) -> &mut String),
    /// One of these words.
    Word(fn(&mut Config) -> &mut String, &'static [&'static str]),
    /// A path, or nothing.
    Path(fn(&mut Config) -> &mut Option<PathBuf>),
    /// `sqlite:` and a path.
    Store(fn(&mut Config) -> &mut PathBuf),
    /// A text that is not shown, or nothing.
    Secret(fn(&mut Config) -> &mut Option<Hidden>),
    /// Address and port.
    Address(fn(&mut Config) -> &mut SocketAddr),
    /// `http://` or `https://`, host and port, or nothing.
    Origin(fn(&mut Config) -> &mut Option<String>),
    /// A whole number.
    Count(fn(&mut Config) -> &mut dyn Number, RangeInclusive<u64>),
    /// A number of bytes.
    Bytes(fn(&mut Config) -> &mut dyn Number, RangeInclusive<u64>),
    /// A span of time.
    Span(fn(&mut Config) -> &mut Duration, RangeInclusive<Duration>),
    /// Networks.
    Networks(fn(&mut Config) -> &mut Vec<IpNet>),
    /// Host names.
    Hosts(fn(&mut Config) -> &mut Vec<String>),
    /// Origins of URLs.
    Origins(fn(&mut Config) -> &mut Vec<String>),
    /// Ports.
    Ports(fn(&mut Config) -> &mut Vec<u16>),
}

/// What was written for a setting, before it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// A text: all that the environment and flags have.
    Text(String),
    /// A number in the file.
    Integer(i64),
    /// `true` or `false` in the file.
    Flag(bool),
    /// A list in the file.
    List(Vec<String>),
}

impl Setting {
    /// Its environment variable.
    pub fn variable(&self) -> String {
        format!("KLINGEL_{}", self.name.to_ascii_uppercase())
    }

    /// What kind of value it takes, with its bounds, for people.
    pub fn kind(&self) -> String {
        let between = |least: String, most: String| format!("{least} to {most}");
        match &self.place {
            Place::Flag(_) => "true or false".to_owned(),
            Place::Text(_) => "text".to_owned(),
            Place::Word(_, words) => words.join(" or "),
            Place::Path(_) => "path".to_owned(),
            Place::Store(_) => "sqlite:PATH".to_owned(),
            Place::Secret(_) => "secret text".to_owned(),
            Place::Address(_) => "address:port".to_owned(),
            Place::Origin(_) => "http:// or https:// and a host".to_owned(),
            Place::Count(_, range) => {
                format!("number, {}", between(range.start().to_string(), range.end().to_string()))
            }
            Place::Bytes(_, range) => {
                format!(
                    "size, {}",
                    between(value::show_bytes(*range.start()), value::show_bytes(*range.end()))
                )
            }
            Place::Span(_, range) => {
                format!(
                    "duration, {}",
                    between(value::show_span(*range.start()), value::show_span(*range.end()))
                )
            }
            Place::Networks(_) => "list of networks (CIDR)".to_owned(),
            Place::Hosts(_) => "list of host names".to_owned(),
            Place::Origins(_) => "list of http:// or https:// and a host".to_owned(),
            Place::Ports(_) => "list of ports".to_owned(),
        }
    }

    /// The value in force, as it would be written; secrets are hidden.
    pub fn show(&self, config: &mut Config) -> String {
        match &self.place {
            Place::Flag(place) => place(config).to_string(),
            Place::Text(place) | Place::Word(place, _) => place(config).clone(),
            Place::Path(place) => {
                place(config).as_ref().map_or_else(String::new, |path| path.display().to_string())
            }
            Place::Store(place) => format!("sqlite:{}", place(config).display()),
            Place::Secret(place) => place(config).as_ref().map_or("", |_| "<hidden>").to_owned(),
            Place::Address(place) => place(config).to_string(),
            Place::Origin(place) => place(config).clone().unwrap_or_default(),
            Place::Count(place, _) => place(config).get().to_string(),
            Place::Bytes(place, _) => value::show_bytes(place(config).get()),
            Place::Span(place, _) => value::show_span(*place(config)),
            Place::Networks(place) => value::show_list(place(config)),
            Place::Hosts(place) | Place::Origins(place) => value::show_list(place(config)),
            Place::Ports(place) => value::show_list(place(config)),
        }
    }

    /// Puts a value in. The error says what is expected, not what was written: it may be a secret at the wrong place.
    pub fn set(&self, config: &mut Config, written: &Written) -> Result<(), String> {
        match &self.place {
            Place::Flag(place) => *place(config) = value::flag(written)?,
            Place::Text(place) => *place(config) = value::text(written)?,
            Place::Word(place, words) => *place(config) = value::word(written, words)?,
            Place::Path(place) => *place(config) = value::optional(written)?.map(PathBuf::from),
            Place::Store(place) => *place(config) = value::store(written)?,
            Place::Secret(place) => *place(config) = value::optional(written)?.map(Hidden),
            Place::Address(place) => *place(config) = value::address(written)?,
            Place::Origin(place) => *place(config) = value::origin(written)?,
            Place::Count(place, range) => put(place(config), value::count(written, range)?)?,
            Place::Bytes(place, range) => put(place(config), value::bytes(written, range)?)?,
            Place::Span(place, range) => *place(config) = value::span(written, range)?,
            Place::Networks(place) => *place(config) = value::networks(written)?,
            Place::Hosts(place) => *place(config) = value::list(written)?,
            Place::Origins(place) => *place(config) = value::origins(written)?,
            Place::Ports(place) => *place(config) = value::ports(written)?,
        }
        Ok(())
    }
}

fn put(place: &mut dyn Number, value: u64) -> Result<(), String> {
    if place.put(value) { Ok(()) } else { Err("is larger than this machine's numbers".to_owned()) }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
