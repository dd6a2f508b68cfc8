//! The dialect as a whole, with the reference store, a running engine and receivers by script.

mod bad_input;
mod command;
mod feed;
mod golden;
mod log;
mod test_call;
mod triggers;
mod world;
