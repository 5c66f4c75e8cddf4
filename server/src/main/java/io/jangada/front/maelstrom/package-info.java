/// The front for Maelstrom: one node, JSON lines on standard input and output. Start reading at
/// [io.jangada.front.maelstrom.MaelstromNode]; the protocol is described in `docs/PROTOCOLS.md`.
package io.jangada.front.maelstrom;
