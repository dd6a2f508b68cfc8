//! Exchanges over a scripted wire.

use std::collections::VecDeque;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::Exchange;
use super::script::{Script, Then};
use crate::answer::{Broken, Limits, Progress, Stage};
use crate::request::Written;

const TEXT: &[u8] = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n";
const LIMITS: Limits =
    Limits { head_bytes_max: 8192, headers_max: 100, read_bytes_max: 10_000, kept_bytes_max: 4096 };

/// The outcome, `None` if the exchange waits for more, and what there was of the answer.
type Outcome = (Option<Result<bool, Broken>>, Stage, u16, String);

fn exchange(script: &mut Script) -> Outcome {
    let mut progress = Progress { stage: Stage::Waiting, ..Progress::default() };
    let outcome = {
        let exchange = pin!(Exchange::new(
            script,
            Written { text: TEXT.to_vec(), rest: b"body" },
            &LIMITS,
            &mut progress
        ));
        match exchange.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    };
    (outcome, progress.stage, progress.status, String::from_utf8(progress.body).unwrap())
}

fn answer(pieces: &[&[u8]], then: Then) -> Outcome {
    let mut script = Script::new(pieces, then);
    let outcome = exchange(&mut script);
    assert_eq!(script.written, [TEXT, b"body"].concat());
    assert!(script.flushed);
    outcome
}

/// An answer, what comes after it, and what becomes of it: outcome, status, body.
type Case = (&'static [u8], Then, Option<Result<bool, Broken>>, u16, &'static str);

const CASES: &[Case] = &[
    (b"HTTP/1.1 204 No Content\r\n\r\n", Then::Silence, Some(Ok(true)), 204, ""),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", Then::Silence, Some(Ok(true)), 200, "ok"),
    (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\na: b\r\n\r\n",
        Then::Silence,
        Some(Ok(true)),
        200,
        "ok",
    ),
    (
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        Then::Silence,
        Some(Ok(false)),
        200,
        "ok",
    ),
    (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\na: b\r\n\r\nHTTP/1.1 204 OK\r\n\r\n",
        Then::Silence,
        Some(Ok(true)),
        204,
        "",
    ),
    (
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        Then::Silence,
        Some(Ok(false)),
        200,
        "ok",
    ),
    (
        b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok",
        Then::Silence,
        Some(Ok(true)),
        200,
        "ok",
    ),
    (b"HTTP/1.1 101 Switching\r\nupgrade: evil\r\n\r\n", Then::Silence, Some(Ok(false)), 101, ""),
    (b"HTTP/1.1 200 OK\r\n\r\nok", Then::End, Some(Ok(false)), 200, "ok"),
    (b"HTTP/1.1 200 OK\r\n\r\nok", Then::Reset, Some(Err(Broken::Body)), 200, "ok"),
    (b"HTTP/1.1 200 OK\r\n\r\nok", Then::Silence, None, 200, "ok"),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok", Then::End, Some(Err(Broken::Body)), 200, "ok"),
    (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n",
        Then::End,
        Some(Err(Broken::Body)),
        200,
        "ok",
    ),
    (b"HTTP/1.1 200 OK\r\na: b", Then::End, Some(Err(Broken::HeadCut)), 0, ""),
    (b"SSH-2.0-OpenSSH_9.2\r\n", Then::End, Some(Err(Broken::NotHttp)), 0, ""),
    (
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        Then::End,
        Some(Err(Broken::NotHttp)),
        0,
        "",
    ),
];

#[test]
fn an_answer_in_pieces_is_the_same_answer() {
    for (bytes, then, outcome, status, body) in CASES {
        let text = String::from_utf8_lossy(bytes);
        let stage = if *status == 0 { Stage::Waiting } else { Stage::Body };
        let expected = (*outcome, stage, *status, (*body).to_owned());
        assert_eq!(answer(&[bytes], *then), expected, "{text}");
        assert_eq!(answer(&bytes.chunks(1).collect::<Vec<_>>(), *then), expected, "{text}, byte by byte");
        for at in 1..bytes.len() {
            let (first, second) = bytes.split_at(at);
            assert_eq!(answer(&[first, second], *then), expected, "{text}, split at {at}");
        }
    }
}

#[test]
fn a_connection_that_ends_without_a_byte_has_not_answered() {
    for then in [Then::End, Then::Reset] {
        assert_eq!(answer(&[], then), (Some(Err(Broken::Unanswered)), Stage::Waiting, 0, String::new()));
    }
    assert_eq!(answer(&[], Then::Silence).0, None);
    assert_eq!(answer(&[b"\r\n"], Then::End).0, Some(Err(Broken::HeadCut)));
    assert_eq!(answer(&[b"HTTP/1.1 102 Wait\r\n\r\n"], Then::End).0, Some(Err(Broken::HeadCut)));
}

#[test]
fn what_follows_an_answer_ends_the_connection() {
    for whole in [
        &b"HTTP/1.1 204 No Content\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ] {
        let more = [whole, b"HTTP/1.1 299 Forged\r\n\r\n"].concat();
        let (outcome, _, status, body) = answer(&[&more], Then::Silence);
        assert_eq!(outcome, Some(Ok(false)));
        assert!(status != 299 && (body == "ok" || body.is_empty()));
        assert_eq!(answer(&[whole], Then::Silence).0, Some(Ok(true)));
    }
}

#[test]
fn an_answer_before_the_request_is_written_counts_and_ends_the_connection() {
    let early = b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno";
    for write_fails in [false, true] {
        for write_max in [0, 1, TEXT.len(), TEXT.len() + 3] {
            let script =
                || Script { write_max, write_fails, ..Script::new(&[&early[..9], &early[9..]], Then::Reset) };
            let expected = (Some(Ok(false)), Stage::Body, 413, "no".into());
            assert_eq!(exchange(&mut script()), expected, "{write_fails} {write_max}");
            let silent = || Script { pieces: VecDeque::new(), ..script() };
            assert_eq!(exchange(&mut silent()).0, Some(Err(Broken::Unanswered)), "{write_fails} {write_max}");
        }
    }
}

#[test]
fn a_head_is_read_up_to_its_limit() {
    let head = |bytes: usize| {
        let fixed = "HTTP/1.1 204 No Content\r\na: \r\n\r\n".len();
        format!("HTTP/1.1 204 No Content\r\na: {}\r\n\r\n", "x".repeat(bytes - fixed)).into_bytes()
    };
    for (bytes, outcome) in [(8192, Ok(true)), (8193, Err(Broken::HeadTooLarge))] {
        assert_eq!(answer(&[&head(bytes)], Then::Silence).0, Some(outcome));
        assert_eq!(answer(&head(bytes).chunks(1).collect::<Vec<_>>(), Then::Silence).0, Some(outcome));
    }
    let storm = b"HTTP/1.1 102 Processing\r\n\r\n".repeat(1000);
    assert_eq!(answer(&[&storm], Then::Silence).0, Some(Err(Broken::HeadTooLarge)));
    let garbage = [b"HTTP/1.1 200 OK\r\na: ".as_slice(), &[0; 9000]].concat();
    assert_eq!(answer(&garbage.chunks(1).collect::<Vec<_>>(), Then::Silence).0, Some(Err(Broken::NotHttp)));
}

#[test]
fn a_body_is_read_up_to_its_limit_and_kept_up_to_another() {
    let body =
        |bytes: usize| format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n{}", "x".repeat(bytes));
    for (bytes, kept, reusable) in
        [(4096, 4096, true), (4097, 4096, true), (10_000, 4096, true), (10_001, 4096, false)]
    {
        let (outcome, _, status, body) = answer(&[body(bytes).as_bytes()], Then::Silence);
        assert_eq!((outcome, status, body.len()), (Some(Ok(reusable)), 200, kept), "{bytes}");
    }
    let endless =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", "1\r\nx\r\n".repeat(9000));
    let (outcome, _, _, body) = answer(&[endless.as_bytes()], Then::Silence);
    assert_eq!((outcome, body.len()), (Some(Ok(false)), 1667));
}
