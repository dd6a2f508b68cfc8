//! The only door to customers: HTTP client with an address guard behind name resolution.
