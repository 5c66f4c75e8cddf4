package io.jangada.node;

import io.jangada.kv.CommandCodec;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;

/// What commands of a leader make of values that are there, as long as they are not applied: about,
/// and never less. A copy is as long as what is copied, though its command is short.
///
/// They are counted in two lots: the older one is forgotten when all of it is applied. How long the
/// values are that commands bring or make is known of each lot, since later commands may make more
/// of these.
final class Growth {
  private Lot older = new Lot();
  private Lot newer = new Lot();

  /// Commands that were proposed one after the other.
  private static final class Lot {
    long bytes;
    long longest;
    long last;

    long bytes(long applied) {
      return applied < last ? bytes : 0;
    }
  }

  /// A command has an index.
  void proposed(KvStore kv, Event.Submit submit, long index) {
    Operation.Command command = (Operation.Command) submit.operation();
    if (kv.appliedIndex() >= older.last) {
      older = newer;
      newer = new Lot();
    }
    long longestThere = Math.max(older.longest, newer.longest);
    long made = kv.madeBytes(command, submit.requestId() != null, longestThere);
    long longest = Math.min(made + CommandCodec.sizeOf(command), kv.limits().valueBytesMax());
    newer.bytes += made;
    newer.longest = Math.max(newer.longest, longest);
    newer.last = index;
  }

  /// How much it is, where all up to an index is applied.
  long bytes(long applied) {
    return older.bytes(applied) + newer.bytes(applied);
  }
}
