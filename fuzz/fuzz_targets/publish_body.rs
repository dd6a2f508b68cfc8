//! libFuzzer on [`klingel_fuzz::publish_body`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| klingel_fuzz::publish_body::run(data));
