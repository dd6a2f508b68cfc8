//! libFuzzer on [`klingel_fuzz::endpoint_body`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| klingel_fuzz::endpoint_body::run(data));
