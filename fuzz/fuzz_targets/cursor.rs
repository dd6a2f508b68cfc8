//! libFuzzer on [`klingel_fuzz::cursor`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| klingel_fuzz::cursor::run(data));
