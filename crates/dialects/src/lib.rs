//! The vendors' ways: wire format, signature and doors, a folder each.
