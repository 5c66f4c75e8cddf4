/// The protocol of the 3700kvstore: one replica, JSON datagrams through one UDP port. Start reading
/// at [io.jangada.protocol.udp3700.ReplicaProgram]; the protocol is described in
/// `docs/PROTOCOLS.md`.
package io.jangada.protocol.udp3700;
