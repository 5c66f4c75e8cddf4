package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;

/// The keys that match a pattern, read piece by piece, all at one revision. The pattern is looked
/// at on the connection's event loop, and one piece is in progress at a time.
final class KeysReading {
  /// Of the keys that a reply has, and of what each takes beside them.
  static final int BYTES_MAX = 4 << 20;

  private static final int KEY_BYTES = 32;

  private final RedisConnection connection;
  private final Glob glob;
  private final RedisSlot slot;
  private final List<Bytes> found = new ArrayList<>();
  private int foundBytes;
  private boolean isTooMuch;

  private KeysReading(RedisConnection connection, Glob glob, RedisSlot slot) {
    this.connection = connection;
    this.glob = glob;
    this.slot = slot;
  }

  /// @param slot gets the reply
  static void begin(RedisConnection connection, Glob glob, RedisSlot slot) {
    Bytes prefix = glob.prefix();
    KeyRange keys = glob.isLiteral() ? KeyRange.of(prefix) : KeyRange.prefix(prefix);
    KeysReading reading = new KeysReading(connection, glob, slot);
    PartReading.begin(connection, slot, piece(keys, 0), reading::take);
  }

  private static Operation.Range piece(KeyRange keys, long revision) {
    return new Operation.Range(keys, revision, KeyCommands.KEYS, Operation.Page.ALL);
  }

  private void take(Result result) {
    Result.Ranged piece = (Result.Ranged) result;
    for (KeyValue one : piece.entries()) if (glob.matches(one.key())) add(one.key());
    if (isTooMuch) slot.acceptOwn(out -> out.error("ERR too many keys, use SCAN"));
    else if (piece.rest() == null || connection.isOver()) slot.acceptOwn(this::write, foundBytes);
    else PartReading.goOn(connection, slot, piece(piece.rest(), piece.revision()), this::take);
  }

  private void add(Bytes key) {
    foundBytes += KEY_BYTES + key.length();
    isTooMuch |= foundBytes > BYTES_MAX;
    if (!isTooMuch) found.add(key);
  }

  private void write(ReplyWriter out) {
    out.array(found.size());
    for (Bytes key : found) out.bulk(key);
  }
}
