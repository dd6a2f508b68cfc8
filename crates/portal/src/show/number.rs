//! Numbers in the reader's form: `12.345` in German, `12,345` in English.

use crate::words::{Language, Words};

/// A whole number with marks between its thousands.
pub(crate) fn grouped(words: Words, number: u64) -> String {
    let mark = match words.language() {
        Language::De => '.',
        Language::En => ',',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage with one digit behind the mark; a dash when there is nothing to share.
pub(crate) fn percent(words: Words, part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    // Rounded down, so that 100 % means all.
    let tenths = u128::from(part) * 1000 / u128::from(whole);
    let (mark, unit) = match words.language() {
        Language::De => (',', "\u{a0}%"),
        Language::En => ('.', "%"),
    };
    format!("{}{mark}{}{unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_marked_as_the_reader_marks_them() {
        for (number, de, en) in [(0, "0", "0"), (999, "999", "999"), (1_234_567, "1.234.567", "1,234,567")] {
            assert_eq!(grouped(Words(Language::De), number), de);
            assert_eq!(grouped(Words(Language::En), number), en);
        }
    }

    #[test]
    fn hundred_percent_means_all() {
        assert_eq!(percent(Words(Language::En), 9999, 10_000), "99.9%");
        assert_eq!(percent(Words(Language::De), 1, 3), "33,3\u{a0}%");
        assert_eq!(percent(Words(Language::En), 0, 0), "–");
    }
}
