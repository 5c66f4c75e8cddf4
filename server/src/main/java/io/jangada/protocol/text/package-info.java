/// The memcached-like text protocol over TCP. Every byte of it stands in `docs/PROTOCOLS.md`;
/// [TextListener] is the way in.
package io.jangada.protocol.text;
