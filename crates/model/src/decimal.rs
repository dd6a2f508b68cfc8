//! Whole numbers as text, written without an allocation: each request has some.

use std::fmt;
use std::ops::Deref;

/// Bytes of the longest text, which are those of the greatest number, and of the least with its sign.
const BYTES_MAX: usize = 20;

/// A number's decimal digits, with a minus sign before them if it is below zero.
#[derive(Clone, Copy)]
pub struct Decimal {
    bytes: [u8; BYTES_MAX],
    begin: usize,
}

impl Decimal {
    fn new(mut magnitude: u64, negative: bool) -> Self {
        let (mut bytes, mut begin) = ([b'0'; BYTES_MAX], BYTES_MAX);
        loop {
            begin -= 1;
            bytes[begin] = b'0' + (magnitude % 10) as u8;
            magnitude /= 10;
            if magnitude == 0 {
                break;
            }
        }
        if negative {
            begin -= 1;
            bytes[begin] = b'-';
        }
        Self { bytes, begin }
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Self::new(number, false)
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::new(number.unsigned_abs(), number < 0)
    }
}

impl Deref for Decimal {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.begin..]).expect("digits are ASCII")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        for number in [0, 1, 9, 10, 99, 100, 1_700_000_000, u64::MAX - 1, u64::MAX] {
            assert_eq!(*Decimal::from(number), *number.to_string());
        }
        for number in [0, 5, -1, -10, 1_700_000_000, i64::MAX, i64::MIN] {
            assert_eq!(*Decimal::from(number), *number.to_string());
        }
    }
}
