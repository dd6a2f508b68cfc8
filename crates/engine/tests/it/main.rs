//! The whole way of a message, with the reference store, a scripted receiver and paused time: days pass in an instant.

mod way;
mod world;
