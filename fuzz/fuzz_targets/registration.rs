//! libFuzzer on [`klingel_fuzz::registration`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| klingel_fuzz::registration::run(data));
