package io.jangada.protocol.port;

import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.AuditEnd;
import io.jangada.protocol.auth.AuditEvent;
import java.util.List;

/// Records when a client's watch starts, and when it ends without the client's having cancelled it,
/// if that is wanted; that a user may not watch those keys always.
final class AuditedWatcher implements Watcher {
  private final Audit audit;
  private final AuditEvent.Who who;
  private final AuditEvent.What what;
  private final Watcher watcher;
  private final boolean isWanted;
  private boolean hasStarted;

  AuditedWatcher(Audit audit, AuditEvent.Who who, WatchRequest request, Watcher watcher) {
    this.audit = audit;
    this.who = who;
    this.what = AuditEvent.What.ofWatch(request.keys());
    this.watcher = watcher;
    this.isWanted = audit.wants(request.keys());
  }

  /// For one whose start was recorded.
  static AuditedWatcher ofStarted(
      Audit audit, AuditEvent.Who who, WatchRequest request, Watcher watcher) {
    AuditedWatcher audited = new AuditedWatcher(audit, who, request, watcher);
    audited.hasStarted = true;
    return audited;
  }

  private void record(AuditEnd end) {
    if (isWanted) recordAnyway(end);
  }

  private void recordAnyway(AuditEnd end) {
    audit.record(new AuditEvent(AuditEvent.Kind.WATCH, who, what, end));
  }

  @Override
  public void started(long revision) {
    watcher.started(revision);
    if (!hasStarted) record(AuditEnd.done(revision));
    hasStarted = true;
  }

  @Override
  public boolean admit() {
    return watcher.admit();
  }

  @Override
  public boolean events(List<WatchEvent> events) {
    return watcher.events(events);
  }

  @Override
  public void progress(long revision) {
    watcher.progress(revision);
  }

  @Override
  public void compacted(long compacted) {
    watcher.compacted(compacted);
    record(AuditEnd.refused("compacted"));
  }

  @Override
  public void ended(WatchEnd reason) {
    watcher.ended(reason);
    switch (reason) {
      case CANCELLED -> {}
      case BUSY -> {
        // It is tried again, until there is room for it.
        if (hasStarted) record(AuditEnd.busy(reason.text()));
      }
      case PERMISSION_DENIED -> {
        // There may be very many of clients without a user.
        if (isWanted || who.user() != null) recordAnyway(AuditEnd.refused(reason.text()));
      }
      case TOO_MANY -> record(AuditEnd.busy(reason.text()));
      case NO_LEADER, REMOVED, DATA_DIFFERS, STOPPED -> record(AuditEnd.refused(reason.text()));
    }
  }
}
