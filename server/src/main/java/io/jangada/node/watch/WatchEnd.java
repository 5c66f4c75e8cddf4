package io.jangada.node.watch;

/// Why a watch ended that was not overtaken by compaction.
public enum WatchEnd {
  CANCELLED("the watch was cancelled"),
  BUSY("too many requests are waiting"),
  TOO_MANY("this member has as many watches as it takes"),
  PERMISSION_DENIED("permission denied"),
  NO_LEADER("the member has no leader"),
  REMOVED("the member was removed from the cluster"),
  DATA_DIFFERS("the member's data differs from that of the others"),
  STOPPED("the member stops");

  private final String text;

  WatchEnd(String text) {
    this.text = text;
  }

  /// A sentence for people, without its full stop.
  public String text() {
    return text;
  }
}
