package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.protocol.memcached.MemcachedSlot.Reply;

/// The line of a classic command that has data: `set`, `add`, `replace`, `append`, `prepend` or
/// `cas`.
///
/// @param lifetime null for a value that is gone at once
/// @param unique what `cas` compares
record StorageCommand(String word, Bytes key, int flags, Lifetime lifetime, long unique) {
  private static final Condition ALWAYS = new Condition.Always();
  private static final Condition ABSENT = new Condition.Absent();
  private static final Condition PRESENT = new Condition.Present();

  /// What it asks of the store, now that its data is there.
  ///
  /// @param valueBytesMax the longest value to which one may be extended
  MemcachedSlot slot(MemcachedConnection connection, Bytes data, int valueBytesMax) {
    if (isExtending()) {
      Change.Side side = word.equals("append") ? Change.Side.END : Change.Side.FRONT;
      Change extend = new Change.Extend(side, data, new Change.Growth(false, valueBytesMax));
      Operation put = new Operation.Put(key, extend, new Lifetime.Same(), PRESENT, false);
      return new MemcachedSlot(connection, put, key, Replies.EXTEND);
    }
    if (lifetime == null) return slotOfNothing(connection);
    Change set = new Change.Set(data, flags);
    Operation put = new Operation.Put(key, set, lifetime, condition(), false);
    return new MemcachedSlot(connection, put, key, isCas() ? Replies.CAS : Replies.STORE);
  }

  /// A value that is gone at once: what was there goes.
  private MemcachedSlot slotOfNothing(MemcachedConnection connection) {
    Condition condition = condition();
    if (condition == ABSENT) {
      Operation read = new Operation.Range(KeyRange.of(key));
      return new MemcachedSlot(connection, read, key, Replies.ADD_NOTHING);
    }
    Reply reply = Replies.STORE;
    if (condition == ALWAYS) reply = Replies.STORE_NOTHING;
    if (isCas()) reply = Replies.CAS;
    return new MemcachedSlot(connection, new Operation.Delete(key, condition), key, reply);
  }

  private boolean isExtending() {
    return word.equals("append") || word.equals("prepend");
  }

  private boolean isCas() {
    return word.equals("cas");
  }

  private Condition condition() {
    return switch (word) {
      case "add" -> ABSENT;
      case "replace" -> PRESENT;
      case "cas" -> new Condition.Unique(unique);
      default -> ALWAYS;
    };
  }
}
