package io.jangada.node;

/// The seam for the network: takes a message for a peer and returns at once. It may lose, repeat,
/// delay and reorder what it takes; it never changes it.
@FunctionalInterface
public interface Transport {
  void send(PeerMessage message);
}
