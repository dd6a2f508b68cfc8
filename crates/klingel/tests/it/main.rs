//! The binary as its users meet it: real processes, real sockets, a receiver in the test.

mod api;
mod cli;
mod crash;
mod demo;
mod full_disk;
mod http_limits;
mod metrics;
mod portal;
mod publishers;
mod secrets;
mod serve;
mod server;
mod shutdown;
