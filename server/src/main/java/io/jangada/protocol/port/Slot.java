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

  /// When the replica was asked for it; 0 for what is not timed.
  private long begunNanos;

  private CommandTimes.Kind kind;

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

  /// The replica is about to be asked: the time that it takes counts from the first such call.
  final void begun(CommandTimes.Kind which) {
    if (begunNanos != 0) return;
    kind = which;
    begunNanos = connection().lane().turnNanos();
  }

  /// Counts the time that its reply took, once.
  final void count(ReplyBatcher lane) {
    if (kind == null) return;
    lane.times().add(kind, lane.turnNanos() - begunNanos);
    kind = null;
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
