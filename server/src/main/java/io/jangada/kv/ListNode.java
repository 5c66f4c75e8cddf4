package io.jangada.kv;

/// One member of a [VersionList].
abstract class ListNode<L extends ListNode<L>> {
  L previous;
  L next;

  /// The log index at which it came into the chain. Written by its owner before it is appended.
  long version;

  /// 0 for a live link, otherwise the number of the dump that it is kept for.
  int ghostOf;
}
