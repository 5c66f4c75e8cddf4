/// The Redis protocol over TCP. Every byte of it stands in `docs/PROTOCOLS.md`; [RedisListener] is
/// the way in.
package io.jangada.protocol.redis;
