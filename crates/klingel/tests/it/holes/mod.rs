//! Eighteen ways in which servers of this kind lose, repeat or delay messages, each with a test that shows that Klingel
//! does not. The numbers are those of `docs/reliability.md`.

mod by_hand;
mod operations;
mod queue;
mod siblings;
