package io.jangada.protocol.port;

import io.jangada.kv.auth.Caller;

/// A reply on its way from the replica to its connection, through a [ReplyBatcher].
public abstract class Slot {
  /// The next on the lane's stack of what was answered.
  Slot below;

  /// What counts as nothing while it crosses: so many of it are bounded by their number.
  private static final int SMALL_BYTES = 4 << 10;

  private final Caller caller;

  /// What the result has that crosses from the replica to the connection.
  private long crossingBytes;

  /// @param caller who the client was when the request came; null for none
  protected Slot(Caller caller) {
    this.caller = caller;
  }

  /// Who the client was when the request came; null for none.
  protected final Caller caller() {
    return caller;
  }

  /// A result is about to be given to the connection's event loop. From any thread.
  ///
  /// @param isNeeded whether it cannot be asked for again
  /// @return whether there is room for it; otherwise it is to be let go
  protected final boolean tryCross(long bytes, boolean isNeeded) {
    if (bytes <= SMALL_BYTES) return true;
    Quota crossing = connection().port().crossing();
    if (isNeeded) crossing.take(bytes);
    else if (!crossing.tryTake(bytes)) return false;
    crossingBytes = bytes;
    return true;
  }

  /// It is there.
  final void crossed() {
    if (crossingBytes == 0) return;
    connection().port().crossing().give(crossingBytes);
    crossingBytes = 0;
  }

  /// Whose reply it is.
  protected abstract Client connection();

  /// The reply is there. On the connection's event loop.
  ///
  /// @return whether the connection is to be given a turn ([Client#becomeDue])
  protected abstract boolean arrive();
}
