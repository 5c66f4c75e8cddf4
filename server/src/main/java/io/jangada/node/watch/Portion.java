package io.jangada.node.watch;

import io.jangada.kv.KeyChange;
import io.jangada.kv.KvStore;
import io.jangada.kv.WatchEvent;
import java.util.function.Consumer;

/// As many changes as are looked at in one go: whole revisions, until there is enough of something.
final class Portion {
  private static final int CHANGES_MAX = 1_000;
  private static final int EVENT_BYTES_MAX = 64 << 10;

  /// An event counts once for each watch that gets it.
  private static final int HANDED_MAX = 16 << 10;

  private int changes;
  private long bytes;
  private int handed;
  private long last;
  private KeyChange change;
  private WatchEvent plain;
  private WatchEvent withFormer;

  void clear() {
    changes = 0;
    bytes = 0;
    handed = 0;
  }

  boolean isFull() {
    return changes >= CHANGES_MAX || bytes >= EVENT_BYTES_MAX || handed >= HANDED_MAX;
  }

  /// How many events were taken.
  int handed() {
    return handed;
  }

  /// Shows changes from a revision on. Returns the last revision of which all were shown.
  long walk(KvStore kv, long from, Consumer<KeyChange> visitor) {
    last = from - 1;
    // That it was looked for counts as well: there may be many that find nothing.
    changes++;
    boolean isEnd = kv.forEachChange(from, next -> show(next, visitor));
    change = null;
    return isEnd ? Math.max(last, kv.revision()) : last;
  }

  private boolean show(KeyChange next, Consumer<KeyChange> visitor) {
    if (next.revision() != last && isFull()) return false;
    last = next.revision();
    changes++;
    change = next;
    plain = null;
    withFormer = null;
    visitor.accept(next);
    return true;
  }

  /// The event of the change that is being shown, one object for all who get it.
  WatchEvent take(boolean former) {
    handed++;
    WatchEvent known = former ? withFormer : plain;
    if (known != null) return known;
    WatchEvent event = change.event(former);
    bytes += event.entry().sizeBytes();
    if (event.former() != null) bytes += event.former().sizeBytes();
    if (former) withFormer = event;
    else plain = event;
    return event;
  }
}
