//! The way of a message. No sockets, no SQL, no HTTP framework: store, network, time and dice come in as arguments.

pub mod deliver;
