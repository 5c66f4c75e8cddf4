package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Operations of every kind at random, over few keys, few leases and short times, so that what can
/// come of them does.
final class RandomOperations {
  private static final int LEASES = 6;
  private static final int NESTED_MAX = 2;
  private static final Bytes[] PADDED =
      Stream.of(" 7", "007", "+3", "+", " +09\r\n", "+ 1", "0+1", " ", "00", " 1 2")
          .map(Bytes::utf8)
          .toArray(Bytes[]::new);

  private static final Bytes[] DECIMALS =
      Stream.of(
              "1", "-1", "0.25", "3.0e3", "-.5", "1e-3", "+7.", "x", "", "1e", "0.1e999", "1e400",
              "-1e-400")
          .map(Bytes::utf8)
          .toArray(Bytes[]::new);

  private final RandomGenerator dice;
  private final int keys;

  RandomOperations(RandomGenerator dice, int keys) {
    this.dice = dice;
    this.keys = keys;
  }

  /// @param revision it may have: what names revisions aims a little below it, and beyond
  Operation.Command command(long revision) {
    return switch (dice.nextInt(48)) {
      case 0, 1 -> new Operation.Expire();
      case 2, 3, 4, 5 -> new Operation.Grant(lease(), 1 + dice.nextInt(2_000));
      case 6 -> new Operation.Revoke(lease());
      case 7, 8 -> new Operation.KeepAlive(list(4, this::lease));
      case 9 -> new Operation.Compact(revision - 12 + dice.nextInt(14));
      case 10 -> new Operation.KeepHistory(dice.nextInt(4) != 0);
      case 11 -> new Operation.CountRevisions();
      case 20, 21, 22 ->
          new Operation.Claim(key(), term(), term(), dice.nextBoolean() ? 0 : dice.nextInt(500));
      case 23 -> new Operation.Flush(dice.nextInt(3) == 0 ? 0 : dice.nextInt(2_000));
      case 12, 13, 14, 15, 16, 17, 18, 19 -> transaction(revision, 0);
      default -> change(revision);
    };
  }

  Operation.Read read(long revision) {
    return switch (dice.nextInt(10)) {
      case 8, 9 -> new Operation.ReadTransaction(reads(revision, 0));
      case 0 -> dice.nextBoolean() ? new Operation.ListLeases() : new Operation.Look(key());
      case 1 -> new Operation.GetLease(lease());
      case 2 -> new Operation.GetLease(lease(), false);
      case 3, 4, 5, 6 -> range(dice.nextBoolean() ? 0 : nearby(revision), revision);
      default -> new Operation.Get(key());
    };
  }

  /// Null for none.
  private Lifetime term() {
    return switch (dice.nextInt(4)) {
      case 0 -> new Lifetime.ForEver();
      case 1 -> new Lifetime.Of(1 + dice.nextInt(600));
      default -> null;
    };
  }

  private Operation.Transaction transaction(long revision, int depth) {
    return new Operation.Transaction(
        list(3, () -> compare(revision)),
        list(5, () -> step(revision, depth)),
        list(4, () -> step(revision, depth)),
        oneOf(Operation.Decision.values()));
  }

  private Operation.Transaction reads(long revision, int depth) {
    return new Operation.Transaction(
        list(3, () -> compare(revision)),
        list(4, () -> readStep(revision, depth)),
        list(4, () -> readStep(revision, depth)),
        Operation.Decision.AHEAD);
  }

  private Operation.Step readStep(long revision, int depth) {
    return switch (dice.nextInt(6)) {
      case 0 -> new Operation.Get(key());
      case 1 -> depth < NESTED_MAX ? reads(revision, depth + 1) : new Operation.Get(key());
      case 2 -> range(nearby(revision - 2), revision);
      default -> range(0, revision);
    };
  }

  private Operation.Step step(long revision, int depth) {
    return switch (dice.nextInt(10)) {
      case 0 -> new Operation.Get(key());
      case 1 -> range(dice.nextInt(8) == 0 ? nearby(revision) : 0, revision);
      case 2 -> depth < NESTED_MAX ? transaction(revision, depth + 1) : change(revision);
      default -> change(revision);
    };
  }

  /// What can be a command and a step.
  private <T extends Operation.Command & Operation.Step> T change(long revision) {
    Operation.Step change =
        switch (dice.nextInt(13)) {
          case 12 -> new Operation.Copy(key(), key(), dice.nextBoolean());
          case 0 -> new Operation.DeleteRange(keys(), dice.nextBoolean());
          case 1, 2 -> new Operation.Delete(key(), condition(revision));
          case 3, 4, 5 -> new Operation.Write(key(), value(), ttl(), condition(revision));
          default -> put(revision);
        };
    @SuppressWarnings("unchecked")
    T both = (T) change;
    return both;
  }

  private Operation.Put put(long revision) {
    Lifetime lifetime =
        switch (dice.nextInt(5)) {
          case 4 -> new Lifetime.Extended(1 + dice.nextInt(300));
          case 0 -> new Lifetime.Of(1 + dice.nextInt(600));
          case 1 -> new Lifetime.Leased(numbered(1 + dice.nextInt(LEASES)));
          case 2 -> new Lifetime.Same();
          default -> new Lifetime.ForEver();
        };
    return new Operation.Put(key(), change(), lifetime, condition(revision), dice.nextBoolean());
  }

  private Change change() {
    Change.Growth growth = new Change.Growth(dice.nextBoolean(), 30);
    return switch (dice.nextInt(11)) {
      case 10 -> new Change.Invalidate();
      case 9 -> new Change.AddDecimal(oneOf(DECIMALS));
      case 0 -> new Change.Keep();
      case 8 -> new Change.Rewrite();
      case 1, 2 -> {
        Change.Arithmetic arithmetic = oneOf(Change.Arithmetic.values());
        yield new Change.Add(arithmetic, number(), dice.nextBoolean() ? number() : null);
      }
      case 3 -> new Change.Extend(oneOf(Change.Side.values()), value(), growth);
      case 4 -> new Change.Replace(dice.nextInt(25), value(), growth);
      default -> new Change.Set(value(), dice.nextBoolean() ? 0 : dice.nextInt());
    };
  }

  private Compare compare(long revision) {
    KeyRange keys = dice.nextInt(4) == 0 ? keys() : KeyRange.of(key());
    Compare.Relation relation = oneOf(Compare.Relation.values());
    if (dice.nextInt(3) == 0) return new Compare.Value(keys, relation, value());
    Compare.Field field = oneOf(Compare.Field.values());
    long number =
        switch (field) {
          case CREATED, MODIFIED -> dice.nextInt(3) == 0 ? 0 : nearby(revision);
          case CHANGES -> dice.nextInt(4);
          case LEASE -> dice.nextInt(LEASES);
        };
    return new Compare.Number(keys, field, relation, number);
  }

  private Operation.Range range(long at, long revision) {
    Operation.Detail detail = oneOf(Operation.Detail.values());
    var selection = new Operation.Selection(detail, between(revision), between(revision));
    var page = new Operation.Page(dice.nextBoolean(), dice.nextBoolean() ? 0 : dice.nextInt(6));
    return new Operation.Range(keys(), at, selection, page);
  }

  private Operation.Between between(long revision) {
    if (dice.nextInt(4) != 0) return Operation.Between.ANY;
    return new Operation.Between(nearby(revision), revision - dice.nextInt(5));
  }

  /// Most ranges are short, some have no keys, and a few have all.
  KeyRange keys() {
    Bytes from = key();
    return switch (dice.nextInt(20)) {
      case 0 -> KeyRange.ALL;
      case 1 -> new KeyRange(from, null);
      case 2, 3 -> KeyRange.prefix(from);
      case 4, 5 -> new KeyRange(from, key());
      case 6, 7, 8, 9 -> KeyRange.of(from);
      default -> new KeyRange(from, KeyRange.prefix(from).to());
    };
  }

  Bytes key() {
    return Bytes.utf8("k" + dice.nextInt(keys));
  }

  /// None that a request can name: 0; or a small one.
  private long lease() {
    return numbered(dice.nextInt(LEASES + 1));
  }

  /// One of the leases has a negative number.
  private static long numbered(int lease) {
    return lease == LEASES ? -lease : lease;
  }

  private long ttl() {
    return dice.nextBoolean() ? 0 : 1 + dice.nextInt(600);
  }

  private long nearby(long revision) {
    return Math.max(1, revision + 2 - dice.nextInt(25));
  }

  private long number() {
    return switch (dice.nextInt(8)) {
      case 0 -> Long.MAX_VALUE;
      case 1 -> Long.MIN_VALUE;
      case 2 -> -1;
      default -> dice.nextInt(-100, 100);
    };
  }

  private Bytes value() {
    if (dice.nextInt(12) == 0) return oneOf(PADDED);
    if (dice.nextBoolean()) return Bytes.utf8("" + dice.nextInt(4));
    return dice.nextInt(4) == 0
        ? Bytes.utf8(Long.toUnsignedString(number()))
        : Bytes.utf8("v".repeat(dice.nextInt(20)) + dice.nextInt(3));
  }

  private Condition condition(long revision) {
    return switch (dice.nextInt(18)) {
      case 0 -> new Condition.Absent();
      case 1 -> new Condition.Present();
      case 2 -> new Condition.Unique(nearby(revision));
      case 3 -> new Condition.Version(nearby(revision));
      case 4 -> new Condition.Changes(1 + dice.nextInt(4));
      case 5 -> new Condition.AnyChanges();
      case 6 -> new Condition.Value(value());
      case 7 -> new Condition.AbsentOrValue(value());
      case 10 -> new Condition.UniqueOrLater(nearby(revision));
      case 8, 9 -> new Condition.Ends(oneOf(Condition.End.values()), dice.nextInt(400));
      default -> new Condition.Always();
    };
  }

  private <T> T oneOf(T[] all) {
    return all[dice.nextInt(all.length)];
  }

  private <T> List<T> list(int bound, Supplier<T> one) {
    List<T> all = new ArrayList<>();
    for (int n = dice.nextInt(bound); n > 0; n--) all.add(one.get());
    return all;
  }
}
