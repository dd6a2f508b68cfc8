//! The embedded store, by its public interface, on real files.

mod conformance;
mod crowd;
mod files;
mod full;
mod house;
mod keys;
