package io.jangada.check;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Stream;

/// What a client asked of the whole map. A guarded write, an expiry or a get-and-set is a
/// [Transaction].
public sealed interface MapOp {
  /// Asks for the first items of a range, or the last in descending order: [MapResult.Items].
  record Range(KeyRange keys, int limit, boolean descending) implements MapOp {
    public Range {
      requireNonNull(keys, "keys");
      if (limit < 1) throw new IllegalArgumentException("limit " + limit);
    }
  }

  /// Asks how many keys a range holds: [MapResult.Counted].
  record Count(KeyRange keys) implements MapOp {
    public Count {
      requireNonNull(keys, "keys");
    }
  }

  /// A [Range] or [Count] that may be of an older state: read at a past revision, or on a member
  /// that lags.
  record Stale(MapOp read) implements MapOp {
    public Stale {
      if (!(read instanceof Range || read instanceof Count))
        throw new IllegalArgumentException("no read: " + read);
    }
  }

  /// Writes whatever is there: [MapResult.Done].
  record Put(String key, String value) implements MapOp {
    public Put {
      requireNonNull(key, "key");
      requireNonNull(value, "value");
    }
  }

  /// Takes away what is in a range: [MapResult.Deleted].
  record Delete(KeyRange keys) implements MapOp {
    public Delete {
      requireNonNull(keys, "keys");
    }
  }

  /// Adds to a decimal number of 64 bits with sign, 0 where nothing is: [MapResult.Number], or
  /// [MapResult.Refused] over what is no number and beyond 64 bits.
  record Add(String key, long delta) implements MapOp {
    public Add {
      requireNonNull(key, "key");
    }
  }

  /// Adds to the end of a value, empty where nothing is: [MapResult.Done].
  record Append(String key, String text) implements MapOp {
    public Append {
      requireNonNull(key, "key");
      requireNonNull(text, "text");
    }
  }

  /// Does one list if all compares hold and else the other, one after another and as one revision:
  /// [MapResult.Transacted], or [MapResult.Refused] if a step was, and then nothing is done.
  ///
  /// @param isAhead whether all compares, those of transactions among its steps too, are made
  ///   before the first step; of a transaction in another it says nothing
  record Transaction(
      List<Compare> compares, List<MapOp> then, List<MapOp> otherwise, boolean isAhead)
      implements MapOp {
    public Transaction {
      compares = List.copyOf(compares);
      then = List.copyOf(then);
      otherwise = List.copyOf(otherwise);
      if (Stream.concat(then.stream(), otherwise.stream()).anyMatch(Stale.class::isInstance))
        throw new IllegalArgumentException("a transaction reads the state at its place");
    }

    /// One that compares when its turn comes.
    public Transaction(List<Compare> compares, List<MapOp> then, List<MapOp> otherwise) {
      this(compares, then, otherwise, false);
    }

    List<MapOp> steps(boolean succeeded) {
      return succeeded ? then : otherwise;
    }
  }

  /// Asks for one key.
  static MapOp get(String key) {
    return new Range(KeyRange.of(key), 1, false);
  }

  /// Takes away one key.
  static MapOp delete(String key) {
    return new Delete(KeyRange.of(key));
  }

  /// The keys that it may change.
  default Stream<KeyRange> written() {
    return switch (this) {
      case Range _, Count _, Stale _ -> Stream.empty();
      case Put(String key, String _) -> Stream.of(KeyRange.of(key));
      case Delete(KeyRange keys) -> Stream.of(keys);
      case Add(String key, long _) -> Stream.of(KeyRange.of(key));
      case Append(String key, String _) -> Stream.of(KeyRange.of(key));
      case Transaction t ->
          Stream.concat(t.then.stream(), t.otherwise.stream()).flatMap(MapOp::written);
    };
  }

  /// All keys on which its answer or its effect depends.
  default Stream<KeyRange> touched() {
    return switch (this) {
      case Range(KeyRange keys, int _, boolean _) -> Stream.of(keys);
      case Count(KeyRange keys) -> Stream.of(keys);
      case Stale(MapOp read) -> read.touched();
      case Put _, Delete _, Add _, Append _ -> written();
      case Transaction t ->
          Stream.concat(
              t.compares.stream().map(Compare::keys),
              Stream.concat(t.then.stream(), t.otherwise.stream()).flatMap(MapOp::touched));
    };
  }
}
