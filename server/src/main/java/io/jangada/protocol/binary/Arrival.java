package io.jangada.protocol.binary;

import io.jangada.bytes.Bytes;

/// What the [FrameReader] finds.
sealed interface Arrival {
  /// What the client calls it; 0 where that could not be read.
  long number();

  record Frame(long number, int kind, Bytes body) implements Arrival {}

  /// One that came while there was no room for it, and was read over.
  record Dropped(long number) implements Arrival {}

  /// No frame, or a longer one than there may be. Nothing comes after it.
  record Derailed(long number, String reason) implements Arrival {}
}
