//! What an exchange may read, what it has read, and how it can break.

use klingel_engine::deliver::Headers;

use crate::config::ClientConfig;

/// How much of an answer is taken.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "each is a maximum, and a maximum's name says so")]
pub(crate) struct Limits {
    /// Bytes of status line and headers, interim answers included.
    pub head_bytes_max: usize,
    /// Header lines of one head.
    pub headers_max: usize,
    /// Bytes of the body, framing included, after which the rest is left unread.
    pub read_bytes_max: usize,
    /// Bytes of the body that are kept.
    pub kept_bytes_max: usize,
}

impl Limits {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        Self {
            head_bytes_max: config.answer_head_bytes_max,
            headers_max: config.answer_headers_max,
            read_bytes_max: config.answer_read_bytes_max,
            kept_bytes_max: config.answer_kept_bytes_max,
        }
    }
}

/// How far an attempt has come. It outlives the exchange, so that a time-out can tell what there was.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub stage: Stage,
    /// 0 before the answer's head.
    pub status: u16,
    pub headers: Headers,
    /// What is kept of the body.
    pub body: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    #[default]
    Connecting,
    Waiting,
    Body,
}

/// Why there is no complete answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The connection ended before the first byte of an answer.
    Unanswered,
    /// Bytes came, but they are no HTTP/1 answer.
    NotHttp,
    /// More bytes or lines before the body than may be read.
    HeadTooLarge,
    /// The connection ended within status line and headers.
    HeadCut,
    /// The connection ended within the body, or its framing is wrong.
    Body,
}
