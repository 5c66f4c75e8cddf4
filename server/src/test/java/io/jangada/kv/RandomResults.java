package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Results of every kind at random.
final class RandomResults {
  private static final int NESTED_MAX = 3;

  private final RandomGenerator dice;
  private final RandomOperations operations;
  private final RandomUsers users;

  RandomResults(RandomGenerator dice) {
    this.dice = dice;
    this.operations = new RandomOperations(dice, 9);
    this.users = new RandomUsers(dice, operations);
  }

  Result next() {
    return next(0);
  }

  private Result next(int depth) {
    return switch (dice.nextInt(24)) {
      case 22 ->
          new Result.Marked(
              dice.nextBoolean() ? entry() : null,
              dice.nextBoolean(),
              dice.nextBoolean(),
              dice.nextBoolean());
      case 23 -> new Result.Scanned(list(operations::key), number());
      case 0 -> new Result.Written(number(), number());
      case 1 -> new Result.Written(number());
      case 2 -> new Result.Found(value(), number(), number(), number(), number());
      case 3 -> new Result.NotFound();
      case 4 -> new Result.Exists(number());
      case 5 -> new Result.Mismatch(number());
      case 6 -> new Result.Deleted(number());
      case 7 -> new Result.Expired(dice.nextInt());
      case 8 -> new Result.Forgotten();
      case 9 -> {
        Result.Reason[] reasons = Result.Reason.values();
        yield new Result.Refused(reasons[dice.nextInt(reasons.length)]);
      }
      case 10 -> {
        Bytes sum = dice.nextBoolean() ? value() : null;
        KeyValue former = dice.nextBoolean() ? entry() : null;
        yield new Result.Changed(number(), number(), dice.nextInt(), sum, former);
      }
      case 11 -> new Result.Removed(number(), number(), list(this::entry));
      case 12 -> {
        KeyRange rest = dice.nextBoolean() ? operations.keys() : null;
        yield new Result.Ranged(number(), number(), list(this::entry), rest);
      }
      case 13 -> new Result.Granted(number(), number());
      case 14 -> new Result.KeptAlive(list(this::number));
      case 15 -> new Result.Leased(number(), number(), number(), list(operations::key));
      case 16 -> new Result.LeaseList(list(this::number));
      case 17 -> new Result.Noted(number());
      case 18 -> new Result.Compacted(number());
      case 19, 20 -> users.result();
      default -> {
        List<Result> results = depth < NESTED_MAX ? list(() -> next(depth + 1)) : List.of();
        yield new Result.Transacted(number(), dice.nextBoolean(), results);
      }
    };
  }

  private KeyValue entry() {
    return new KeyValue(
        operations.key(),
        value(),
        dice.nextInt(),
        new KeyValue.Revisions(number(), number(), number()),
        new KeyValue.Terms(number(), number(), number()));
  }

  private Bytes value() {
    return Bytes.utf8("v".repeat(dice.nextInt(5)));
  }

  private long number() {
    return dice.nextBoolean() ? dice.nextInt(9) : dice.nextLong();
  }

  private <T> List<T> list(Supplier<T> one) {
    List<T> all = new ArrayList<>();
    for (int n = dice.nextInt(4); n > 0; n--) all.add(one.get());
    return all;
  }
}
