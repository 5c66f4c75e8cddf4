package io.jangada.kv.memory;

/// One member of a [VersionList].
public abstract class ListNode<L extends ListNode<L>> {
  public L previous;
  public L next;

  /// The log index at which it came into the list. Written by its owner before it is appended.
  public long version;

  /// 0 for a live node, otherwise the number of the reading that it is kept for.
  public int supersededFor;
}
