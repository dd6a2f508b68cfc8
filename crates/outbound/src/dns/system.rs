//! The machine's own name servers and `/etc/hosts`.

use std::io;
use std::time::Duration;

use hickory_resolver::config::LookupIpStrategy;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{ResolverBuilder, TokioResolver};

use super::{Resolve, ResolveError, Resolved, Resolving};

/// Resolves names as the machine is configured to (`/etc/resolv.conf`, `/etc/hosts`).
pub struct SystemResolver {
    resolver: TokioResolver,
}

impl SystemResolver {
    /// Reads the machine's configuration. Must be called within a tokio runtime.
    pub fn from_system() -> io::Result<Self> {
        Self::build(TokioResolver::builder_tokio().map_err(io::Error::other)?)
    }

    fn build(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> io::Result<Self> {
        let options = builder.options_mut();
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        // The cache before this resolver bounds the lifetimes and lets one look-up answer all who wait for it.
        options.cache_size = 0;
        Ok(Self { resolver: builder.build().map_err(io::Error::other)? })
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let lookup = self.resolver.lookup_ip(name).await.map_err(|error| {
                let none = error.is_nx_domain() || error.is_no_records_found();
                if none { ResolveError::NoAddress } else { ResolveError::Unavailable }
            })?;
            let ttl_s =
                lookup.as_lookup().answers().iter().map(|record| record.ttl).min().unwrap_or_default();
            let addresses = lookup.iter().collect();
            Ok(Resolved { addresses, ttl: Duration::from_secs(ttl_s.into()) })
        })
    }
}

#[cfg(test)]
mod tests;
