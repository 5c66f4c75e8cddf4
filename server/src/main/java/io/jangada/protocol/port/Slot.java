package io.jangada.protocol.port;

import io.jangada.kv.auth.Caller;

/// A reply on its way from the replica to its connection, through a [ReplyBatcher].
public abstract class Slot {
  /// The next on the lane's stack of what was answered.
  Slot below;

  private final Caller caller;

  /// @param caller who the client was when the request came; null for none
  protected Slot(Caller caller) {
    this.caller = caller;
  }

  /// Who the client was when the request came; null for none.
  protected final Caller caller() {
    return caller;
  }

  /// Whose reply it is.
  protected abstract Client connection();

  /// The reply is there. On the connection's event loop.
  ///
  /// @return whether the connection is to be given a turn ([Client#becomeDue])
  protected abstract boolean arrive();
}
