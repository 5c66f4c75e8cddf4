package io.jangada.check;

import static java.util.Objects.requireNonNull;

/// A condition of a [MapOp.Transaction] on one key, or on every key of a range. A range without a
/// key counts as one whose numbers are 0 and that has no value: no comparison of values holds.
public sealed interface Compare {
  /// What is compared.
  KeyRange keys();

  /// How an item's field has to stand to what is given.
  enum Relation {
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS("<"),
    GREATER(">");

    final String sign;

    Relation(String sign) {
      this.sign = sign;
    }

    /// Whether it holds, `order` being what `compareTo` says.
    boolean holds(int order) {
      return switch (this) {
        case EQUAL -> order == 0;
        case NOT_EQUAL -> order != 0;
        case LESS -> order < 0;
        case GREATER -> order > 0;
      };
    }
  }

  /// An item's numbers.
  enum Field {
    CREATED,
    MODIFIED,
    CHANGES;

    long of(MapItem item) {
      return switch (this) {
        case CREATED -> item.created();
        case MODIFIED -> item.modified();
        case CHANGES -> item.changes();
      };
    }
  }

  /// Compares values, as strings.
  record Value(KeyRange keys, Relation relation, String value) implements Compare {
    public Value {
      requireNonNull(keys, "keys");
      requireNonNull(relation, "relation");
      requireNonNull(value, "value");
    }
  }

  /// Compares one of the numbers. `created` over 0 asks whether a key is there.
  record Number(KeyRange keys, Field field, Relation relation, long number) implements Compare {
    public Number {
      requireNonNull(keys, "keys");
      requireNonNull(field, "field");
      requireNonNull(relation, "relation");
    }
  }
}
