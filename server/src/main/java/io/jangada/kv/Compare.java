package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// What must be true of every key in a range for a transaction to take its first branch. A range
/// without keys is compared as one key of which all numbers are 0 and that has no value.
public sealed interface Compare {
  KeyRange keys();

  /// The value, by unsigned bytes. Nothing is true of a value that is not there.
  record Value(KeyRange keys, Relation relation, Bytes value) implements Compare {
    public Value {
      Objects.requireNonNull(keys);
      Objects.requireNonNull(relation);
      Objects.requireNonNull(value);
    }
  }

  /// One of the numbers that a key has.
  record Number(KeyRange keys, Field field, Relation relation, long number) implements Compare {
    public Number {
      Objects.requireNonNull(keys);
      Objects.requireNonNull(field);
      Objects.requireNonNull(relation);
    }
  }

  /// Which number.
  enum Field {
    CREATED,
    MODIFIED,
    CHANGES,
    LEASE
  }

  /// How what is there relates to what is given.
  enum Relation {
    EQUAL,
    NOT_EQUAL,
    LESS,
    GREATER;

    /// @param comparison as a comparator has it
    boolean holds(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case LESS -> comparison < 0;
        case GREATER -> comparison > 0;
      };
    }
  }
}
