//! The dialect as host application, receivers, readers and operators meet it.

mod bad_input;
mod client_api;
mod command;
mod events;
mod filters;
mod recipes;
mod world;
