//! Any bytes as CSV text.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = maruyama_fuzz::csv(bytes);
});
