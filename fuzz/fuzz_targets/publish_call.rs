//! libFuzzer on [`klingel_fuzz::publish_call`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| klingel_fuzz::publish_call::run(data));
