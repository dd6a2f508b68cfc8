//! A gzip stream that is far smaller than what it stands for.

/// How many times 258 zeros the stream stands for: 2.3 megabytes.
const REPEATS: usize = 9_000;

/// About 15 kB of gzip (RFC 1952) that expand to 2.3 MB of zeros.
///
/// One block with the fixed codes of RFC 1951, section 3.2.6: a literal zero, then "258 bytes from one byte back" again
/// and again: length symbol 285 (`11000101`), distance symbol 0 (`00000`).
pub(crate) fn gzip_of_zeros() -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], used: 8 };
    bits.push_all("1"); // the last block
    bits.push_all("10"); // fixed codes: the number 1, lowest bit first
    bits.push_all("00110000"); // the literal 0
    for _ in 0..REPEATS {
        bits.push_all("1100010100000");
    }
    bits.push_all("0000000"); // the end of the block
    let mut bytes = bits.bytes;
    // A reader meets the check sum, which is wrong, only after it has expanded everything.
    bytes.extend([0; 4]);
    bytes.extend(u32::try_from(1 + 258 * REPEATS).expect("two million fit").to_le_bytes());
    bytes
}

struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are taken.
    used: u8,
}

impl Bits {
    fn push_all(&mut self, bits: &str) {
        for bit in bits.bytes() {
            if self.used == 8 {
                self.bytes.push(0);
                self.used = 0;
            }
            if bit == b'1' {
                *self.bytes.last_mut().expect("the header comes first") |= 1 << self.used;
            }
            self.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::gzip_of_zeros;

    #[test]
    fn is_small_and_announces_much() {
        let bomb = gzip_of_zeros();
        assert!(bomb.len() < 16_000, "{}", bomb.len());
        let announced = u32::from_le_bytes(*bomb.last_chunk().unwrap());
        assert_eq!(announced, 2_322_001);
    }
}
