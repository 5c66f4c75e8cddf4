package io.jangada.server;

import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.util.concurrent.atomic.AtomicBoolean;

/// Tells the log once that clients are served: this line is what scripts wait for that start a
/// server. May be called from any thread.
final class ReadyNotice {
  /// The words in which etcd says it.
  static final String TEXT = "is ready to serve client requests";

  private final ReplicaQueries queries;
  private final EventLog eventLog;
  private final AtomicBoolean told = new AtomicBoolean();

  ReadyNotice(ReplicaQueries queries, EventLog eventLog) {
    this.queries = queries;
    this.eventLog = eventLog;
  }

  /// Looks whether it is so now. To be called when that may have changed.
  void look() {
    if (told.get()) return;
    queries
        .statusLater()
        .thenAccept(status -> status.filter(ReadyNotice::isReady).ifPresent(_ -> tell()));
  }

  private void tell() {
    if (told.compareAndSet(false, true)) eventLog.info(TEXT);
  }

  private static boolean isReady(Status status) {
    return status.health().unready().isEmpty() && status.role().leader() != Membership.NONE;
  }
}
