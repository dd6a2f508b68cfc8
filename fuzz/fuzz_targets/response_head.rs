//! libFuzzer on [`klingel_fuzz::response_head`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| klingel_fuzz::response_head::run(data));
