/// The memcached protocol over TCP. Every byte of it stands in `docs/PROTOCOLS.md`;
/// [MemcachedListener] is the way in.
package io.jangada.protocol.memcached;
