/// The protocol of Maelstrom: one node, JSON lines on standard input and output. Start reading at
/// [io.jangada.protocol.maelstrom.MaelstromNode]; the protocol is described in `docs/PROTOCOLS.md`.
package io.jangada.protocol.maelstrom;
