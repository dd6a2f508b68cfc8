//! The management API: JSON over HTTP, one file per operation.
