/// The TCP connections between members: handshake, queues, one link to each peer. Start reading at
/// [io.jangada.link.TcpLinks].
package io.jangada.link;
