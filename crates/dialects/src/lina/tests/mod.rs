//! The dialect as a whole: its doors, its feed, what goes out.

mod bad_input;
mod bench;
mod commands;
mod consents;
mod disclosure;
mod hooks;
mod limits;
mod oauth;
