//! Takes the framing off a body: a machine over bytes as they come, in pieces of any size.

use crate::framing::Length;

#[cfg(test)]
mod tests;

/// Bytes of all chunk extensions of a body together; nobody is known to send any.
const EXTENSION_BYTES_MAX: usize = 16 * 1024;
/// Bytes of the trailer lines after the last chunk.
const TRAILER_BYTES_MAX: usize = 16 * 1024;
/// Trailer lines after the last chunk.
const TRAILER_LINES_MAX: usize = 100;

/// The framing breaks the rules, or one of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

#[derive(Debug)]
pub(crate) enum Decoder {
    /// So many bytes are left.
    Known(u64),
    Chunked(Chunks),
    UntilClose,
}

impl Decoder {
    pub(crate) fn new(length: Length) -> Self {
        match length {
            Length::Known(bytes) => Self::Known(bytes),
            Length::Chunked => Self::Chunked(Chunks::default()),
            Length::UntilClose => Self::UntilClose,
        }
    }

    /// Takes what belongs to the body, hands its data on, and gives how many bytes it took: fewer than all only if the
    /// body has ended.
    pub(crate) fn decode(&mut self, bytes: &[u8], mut data: impl FnMut(&[u8])) -> Result<usize, Malformed> {
        match self {
            Self::Known(left) => {
                let taken = shorter(bytes, *left);
                data(taken);
                *left -= taken.len() as u64;
                Ok(taken.len())
            }
            Self::Chunked(chunks) => chunks.decode(bytes, data),
            Self::UntilClose => {
                data(bytes);
                Ok(bytes.len())
            }
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        match self {
            Self::Known(left) => *left == 0,
            Self::Chunked(chunks) => chunks.step == Step::Done,
            Self::UntilClose => false,
        }
    }

    /// Whether the connection's end is the body's.
    pub(crate) fn ends_with_connection(&self) -> bool {
        matches!(self, Self::UntilClose)
    }
}

/// The beginning of the bytes, at most so many.
fn shorter(bytes: &[u8], length: u64) -> &[u8] {
    &bytes[..usize::try_from(length).map_or(bytes.len(), |length| length.min(bytes.len()))]
}

/// The chunked transfer coding (RFC 9112, section 7.1). Lines end with CR and LF; a bare LF is an error.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    step: Step,
    /// Of the chunk, in bytes; its whole size while that is being read.
    left: u64,
    extension_bytes: usize,
    trailer_bytes: usize,
    trailer_lines: usize,
}

/// What has been read last.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The end of the head or of a chunk: a size must follow.
    #[default]
    Start,
    Size,
    /// White space after the size, which some receivers pad it with.
    SizeSpace,
    Extension,
    SizeCr,
    /// The size's line, or a part of the chunk.
    Data,
    DataEnd,
    DataCr,
    /// The last chunk's line, or a trailer line.
    LineEnd,
    TrailerName,
    TrailerValue,
    TrailerCr,
    LastCr,
    Done,
}

impl Chunks {
    fn decode(&mut self, bytes: &[u8], mut data: impl FnMut(&[u8])) -> Result<usize, Malformed> {
        let mut at = 0;
        while at < bytes.len() && self.step != Step::Done {
            if self.step == Step::Data {
                let taken = shorter(&bytes[at..], self.left);
                data(taken);
                at += taken.len();
                self.left -= taken.len() as u64;
                if self.left == 0 {
                    self.step = Step::DataEnd;
                }
            } else {
                self.step = self.next(bytes[at])?;
                at += 1;
            }
        }
        Ok(at)
    }

    fn next(&mut self, byte: u8) -> Result<Step, Malformed> {
        let next = match (self.step, byte) {
            (Step::Start | Step::Size, digit) if digit.is_ascii_hexdigit() => return self.size_digit(digit),
            (Step::Size | Step::SizeSpace, b' ' | b'\t') => Step::SizeSpace,
            (Step::Size | Step::SizeSpace, b';') => Step::Extension,
            (Step::Extension, text) if is_text(text) => Step::Extension,
            (Step::Size | Step::SizeSpace | Step::Extension, b'\r') => Step::SizeCr,
            (Step::SizeCr, b'\n') if self.left == 0 => Step::LineEnd,
            (Step::SizeCr, b'\n') => Step::Data,
            (Step::DataEnd, b'\r') => Step::DataCr,
            (Step::DataCr, b'\n') => Step::Start,
            (Step::LineEnd, name) if is_token(name) => {
                self.trailer_lines += 1;
                Step::TrailerName
            }
            (Step::TrailerName, name) if is_token(name) => Step::TrailerName,
            (Step::TrailerName, b':') => Step::TrailerValue,
            (Step::TrailerValue, text) if is_text(text) => Step::TrailerValue,
            (Step::TrailerValue, b'\r') => Step::TrailerCr,
            (Step::TrailerCr, b'\n') => Step::LineEnd,
            (Step::LineEnd, b'\r') => Step::LastCr,
            (Step::LastCr, b'\n') => Step::Done,
            _ => return Err(Malformed),
        };
        match next {
            Step::Extension => self.extension_bytes += 1,
            Step::TrailerName | Step::TrailerValue => self.trailer_bytes += 1,
            _ => {}
        }
        let within = self.extension_bytes <= EXTENSION_BYTES_MAX
            && self.trailer_bytes <= TRAILER_BYTES_MAX
            && self.trailer_lines <= TRAILER_LINES_MAX;
        if within { Ok(next) } else { Err(Malformed) }
    }

    fn size_digit(&mut self, digit: u8) -> Result<Step, Malformed> {
        let digit = char::from(digit).to_digit(16).ok_or(Malformed)?;
        // After the chunk before, nothing is left.
        self.left =
            self.left.checked_mul(16).and_then(|size| size.checked_add(digit.into())).ok_or(Malformed)?;
        Ok(Step::Size)
    }
}

/// What may stand in a field's value (RFC 9110, section 5.5).
fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

/// What may stand in a field's name (RFC 9110, section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
