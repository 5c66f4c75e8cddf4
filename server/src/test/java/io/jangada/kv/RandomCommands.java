package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Envelopes at random over few keys, few values and few clients, so that guards hold and fail,
/// values fall due, and requests are sent again.
final class RandomCommands {
  /// The first commands ask for no changes to be counted.
  private static final long UNCOUNTED = 500;

  private final RandomGenerator dice;
  private final List<Envelope> sent = new ArrayList<>();
  private final int keys;

  /// Draws the commands; null where they are writes, deletes and expiries alone.
  private final RandomOperations operations;

  private long now = 1_000;

  RandomCommands(RandomGenerator dice, int keys) {
    this(dice, keys, null);
  }

  private RandomCommands(RandomGenerator dice, int keys, RandomOperations operations) {
    this.dice = dice;
    this.keys = keys;
    this.operations = operations;
  }

  /// Commands of every kind there is.
  static RandomCommands all(RandomGenerator dice, int keys) {
    return new RandomCommands(dice, keys, new RandomOperations(dice, keys));
  }

  Bytes key() {
    return Bytes.utf8("k" + dice.nextInt(keys));
  }

  /// The next envelope.
  ///
  /// @param index it will have, or what its revision may be where revisions are counted: guards on
  ///   versions aim a little below it
  Envelope next(long index) {
    // Most stamps move on a little, some stand, some jump, and a few go back.
    int jump = dice.nextInt(100);
    if (jump == 0) now += dice.nextInt(3_000);
    else if (jump < 60) now += dice.nextInt(20);
    long stamp = jump == 99 ? Math.max(0, now - 500) : now;
    if (!sent.isEmpty() && dice.nextInt(5) == 0) {
      Envelope again = sent.get(sent.size() - 1 - dice.nextInt(Math.min(sent.size(), 60)));
      return new Envelope(again.requestId(), stamp, again.command());
    }
    Envelope envelope = new Envelope(requestId(), stamp, command(index));
    if (envelope.requestId() != null) sent.add(envelope);
    return envelope;
  }

  private RequestId requestId() {
    Bytes client = Bytes.utf8("client" + dice.nextInt(7));
    return switch (dice.nextInt(4)) {
      case 0 -> new RequestId.Numbered(client, sent.size() + dice.nextInt(100));
      case 1 -> new RequestId.Named(client, Bytes.utf8("request" + sent.size()));
      default -> null;
    };
  }

  private Operation.Command command(long index) {
    if (operations != null) return operations.command(index);
    return switch (dice.nextInt(8)) {
      case 0 -> new Operation.Expire();
      case 1, 2 -> new Operation.Delete(key(), condition(index));
      default -> new Operation.Write(key(), value(), ttlMillis(), condition(index));
    };
  }

  private long ttlMillis() {
    return dice.nextBoolean() ? 0 : 1 + dice.nextInt(600);
  }

  private Bytes value() {
    return Bytes.utf8("v".repeat(dice.nextInt(20)) + dice.nextInt(3));
  }

  private Condition condition(long index) {
    return switch (dice.nextInt(index > UNCOUNTED ? 11 : 9)) {
      case 0 -> new Condition.Absent();
      case 1 -> new Condition.Version(Math.max(1, index - dice.nextInt(20)));
      case 2 -> new Condition.Value(Bytes.utf8("" + dice.nextInt(3)));
      case 3 -> new Condition.AbsentOrValue(Bytes.utf8("" + dice.nextInt(3)));
      case 9 -> new Condition.Changes(1 + dice.nextInt(4));
      case 10 -> new Condition.AnyChanges();
      default -> new Condition.Always();
    };
  }
}
