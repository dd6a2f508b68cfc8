//! Bodies whole and in pieces, and chunked ones that are wrong.

use super::{Decoder, EXTENSION_BYTES_MAX, Malformed, TRAILER_BYTES_MAX, TRAILER_LINES_MAX};
use crate::framing::Length;

/// What became of these pieces: the data, the bytes taken, and whether the body ended.
fn decoded(length: Length, pieces: &[&[u8]]) -> Result<(Vec<u8>, usize, bool), Malformed> {
    let (mut decoder, mut data, mut taken) = (Decoder::new(length), Vec::new(), 0);
    for piece in pieces {
        taken += decoder.decode(piece, |part| data.extend_from_slice(part))?;
    }
    Ok((data, taken, decoder.is_done()))
}

fn chunked(text: &str) -> Result<(Vec<u8>, usize, bool), Malformed> {
    let whole = decoded(Length::Chunked, &[text.as_bytes()]);
    let bytes: Vec<_> = text.as_bytes().chunks(1).collect();
    assert_eq!(decoded(Length::Chunked, &bytes), whole, "{text:?}, byte by byte");
    for at in 0..text.len().min(200) {
        let (first, second) = text.as_bytes().split_at(at);
        assert_eq!(decoded(Length::Chunked, &[first, second]), whole, "{text:?}, split at {at}");
    }
    whole
}

#[test]
fn chunks_are_put_together() {
    for (text, data) in [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5\r\nhello\r\n6\r\n\r\nworl\r\n0\r\n\r\n", "hello\r\nworl"),
        ("a\r\n0123456789\r\n1\r\n-\r\n00A\r\n0123456789\r\n000\r\n\r\n", "0123456789-0123456789"),
        ("5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n", "hello"),
        ("5  \t\r\nhello\r\n0 ;x\r\n\r\n", "hello"),
        ("1\r\nx\r\n0\r\nx-sum: 1\r\nx-empty:\r\n\r\n", "x"),
    ] {
        assert_eq!(chunked(text), Ok((data.into(), text.len(), true)), "{text:?}");
        let more = format!("{text}HTTP/1.1 200 OK\r\n");
        assert_eq!(chunked(&more), Ok((data.into(), text.len(), true)), "{more:?}");
        for cut in 0..text.len() {
            assert!(!chunked(&text[..cut]).unwrap().2, "{:?} is not whole", &text[..cut]);
        }
    }
}

#[test]
fn wrong_chunks_are_refused() {
    for text in [
        "\r\n",
        "\n",
        " 5\r\nhello\r\n",
        "x\r\n",
        "-5\r\n",
        "+5\r\n",
        "0x5\r\n",
        "5g\r\n",
        "5 5\r\n",
        ";a\r\n",
        "5\nhello\r\n",
        "5\rhello",
        "5\r\rhello",
        "5;a\nhello\r\n",
        "5;a\0\r\nhello\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r0\r\n\r\n",
        "5\r\nhello\r\n\r\n",
        "5\r\nhello!\r\n",
        "10000000000000000\r\n",
        "fffffffffffffffff\r\n",
        "0\r\n\n",
        "0\r\n\rx",
        "0\n\r\n",
        "0\r\n: x\r\n\r\n",
        "0\r\nno colon\r\n\r\n",
        "0\r\na: b\r\n folded\r\n\r\n",
        "0\r\na: b\nc: d\r\n\r\n",
        "0\r\na: \0\r\n\r\n",
        "0\r\na: b\rc\r\n\r\n",
    ] {
        assert_eq!(chunked(text), Err(Malformed), "{text:?}");
    }
}

#[test]
fn extensions_and_trailers_are_bounded() {
    let extension = |bytes: usize| format!("1;{}\r\nx\r\n0\r\n\r\n", "e".repeat(bytes - 1));
    assert!(chunked(&extension(EXTENSION_BYTES_MAX)).unwrap().2);
    assert_eq!(chunked(&extension(EXTENSION_BYTES_MAX + 1)), Err(Malformed));
    let trailer = |bytes: usize| format!("0\r\na:{}\r\n\r\n", "t".repeat(bytes - 2));
    assert!(chunked(&trailer(TRAILER_BYTES_MAX)).unwrap().2);
    assert_eq!(chunked(&trailer(TRAILER_BYTES_MAX + 1)), Err(Malformed));
    let lines = |lines| format!("0\r\n{}\r\n", "a:b\r\n".repeat(lines));
    assert!(chunked(&lines(TRAILER_LINES_MAX)).unwrap().2);
    assert_eq!(chunked(&lines(TRAILER_LINES_MAX + 1)), Err(Malformed));
}

#[test]
fn a_known_length_is_neither_more_nor_less() {
    assert_eq!(decoded(Length::Known(0), &[b"more"]), Ok((Vec::new(), 0, true)));
    assert_eq!(decoded(Length::Known(3), &[b"more"]), Ok((b"mor".to_vec(), 3, true)));
    assert_eq!(decoded(Length::Known(6), &[b"mo", b"", b"re"]), Ok((b"more".to_vec(), 4, false)));
    assert_eq!(decoded(Length::Known(u64::MAX), &[b"more"]), Ok((b"more".to_vec(), 4, false)));
}

#[test]
fn without_one_only_the_end_of_the_connection_ends_it() {
    assert_eq!(
        decoded(Length::UntilClose, &[b"all", b"0\r\n\r\n"]),
        Ok((b"all0\r\n\r\n".to_vec(), 8, false))
    );
    assert!(Decoder::new(Length::UntilClose).ends_with_connection());
    assert!(!Decoder::new(Length::Known(1)).ends_with_connection());
    assert!(!Decoder::new(Length::Chunked).ends_with_connection());
}
