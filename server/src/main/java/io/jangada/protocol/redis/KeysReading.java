package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;

/// The keys that match a pattern, read piece by piece, all at one revision. The pattern is looked
/// at on the connection's event loop, and one piece is under way at a time.
final class KeysReading {
  /// Of the keys that a reply has, and of what each takes beside them.
  static final int BYTES_MAX = 4 << 20;

  private static final int KEY_BYTES = 32;

  private static final Operation.Selection KEYS =
      new Operation.Selection(Operation.Detail.KEYS, Operation.Between.ANY, Operation.Between.ANY);

  private final Glob glob;
  private final List<Bytes> found = new ArrayList<>();
  private int foundBytes;
  private boolean isTooMuch;

  KeysReading(Glob glob) {
    this.glob = glob;
  }

  /// The first piece.
  Operation.Range first() {
    Bytes prefix = glob.prefix();
    return piece(glob.isLiteral() ? KeyRange.of(prefix) : KeyRange.prefix(prefix), 0);
  }

  private static Operation.Range piece(KeyRange keys, long revision) {
    return new Operation.Range(keys, revision, KEYS, Operation.Page.ALL);
  }

  /// Takes a piece; returns the next one, or null for none.
  Operation.Range take(Result.Ranged piece) {
    for (KeyValue one : piece.entries()) if (glob.matches(one.key())) add(one.key());
    boolean goesOn = piece.rest() != null && !isTooMuch;
    return goesOn ? piece(piece.rest(), piece.revision()) : null;
  }

  private void add(Bytes key) {
    foundBytes += KEY_BYTES + key.length();
    isTooMuch |= foundBytes > BYTES_MAX;
    if (!isTooMuch) found.add(key);
  }

  /// What the reply takes, about.
  int bytes() {
    return foundBytes;
  }

  /// Whether there are more keys than a reply has.
  boolean isTooMuch() {
    return isTooMuch;
  }

  List<Bytes> found() {
    return found;
  }
}
