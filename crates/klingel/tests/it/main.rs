//! The binary as its users meet it: real processes, real sockets, a receiver in the test.

mod api;
mod cli;
mod demo;
mod examples;
mod faults;
mod fuzz;
mod holes;
mod hostile;
mod http_limits;
mod inspect;
mod metrics;
mod portal;
mod publish_door;
mod publishers;
mod secrets;
mod serve;
mod server;
mod shutdown;
