//! One list of cases that every backend passes.
