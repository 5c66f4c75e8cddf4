package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

/// How many keys a range had at a former revision: as many as it has now, less those that came
/// since, and with those that went.
final class FormerCount {
  /// How many revisions, and how many changes, are looked at: each may be a few misses of the
  /// processor's caches, and all of them take a few milliseconds.
  static final int CHANGES_MAX = 1 << 14;

  private final Keyspace keys;
  private final KeyRange range;
  private long count;
  private int seen;

  private FormerCount(Keyspace keys, KeyRange range) {
    this.keys = keys;
    this.range = range;
  }

  /// @param revision one that can be read
  /// @param now the latest
  /// @return -1 where too much changed since
  static long of(Keyspace keys, KeyRange range, long revision, long now) {
    if (range.isEmpty()) return 0;
    if (range.isOneKey()) return keys.at(keys.head(range.from()), revision) == NONE ? 0 : 1;
    if (now - revision > CHANGES_MAX) return -1;
    FormerCount former = new FormerCount(keys, range);
    former.count = keys.ordered.count(range.from(), range.to());
    return keys.history.forEachFrom(revision + 1, former::takeBack) ? former.count : -1;
  }

  /// Takes one change back. Returns false if it is one too many.
  private boolean takeBack(int node) {
    if (++seen > CHANGES_MAX) return false;
    boolean isThere = keys.hasValue(node);
    // Most changes are those of keys that were there before: of these the node alone is read.
    if (isThere && keys.nodes.created(node) != keys.nodes.revision(node)) return true;
    boolean wasThere = keys.hasValue(keys.nodes.older(node));
    if (isThere != wasThere && range.contains(keys.key(node))) count += isThere ? -1 : 1;
    return true;
  }
}
