package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// What an [Operation.Put] makes of a key's value. A key that is not there gets a value where the
/// change says so; otherwise the result is [Result.NotFound].
public sealed interface Change {
  /// Another value, with other flags. A key that is not there gets it.
  record Set(Bytes value, int flags) implements Change {
    public Set {
      Objects.requireNonNull(value);
    }
  }

  /// The value as it is: only its terms change. It does not count among the key's changes.
  record Keep() implements Change {}

  /// The value as it is, written once more: it counts among the key's changes.
  record Rewrite() implements Change {}

  /// The value as it is, marked as stale: the next [Operation.Claim] is granted. It counts among
  /// the key's changes.
  record Invalidate() implements Change {}

  /// The sum of the value, a decimal number of 64 bits, and another; see [Arithmetic].
  ///
  /// @param initial what a key gets that is not there; null for none
  record Add(Arithmetic arithmetic, long delta, Long initial) implements Change {
    public Add {
      Objects.requireNonNull(arithmetic);
    }
  }

  /// The exact sum of the value and another decimal, written plainly: no exponent, and no zeros at
  /// the end of a fraction ([Decimal]). A key that is not there counts as 0.
  ///
  /// @param amount a decimal; otherwise the result is [Result.Reason#NOT_A_NUMBER]
  record AddDecimal(Bytes amount) implements Change {
    public AddDecimal {
      Objects.requireNonNull(amount);
    }
  }

  /// How numbers are read, written and added.
  enum Arithmetic {
    /// From -2^63 to 2^63-1; beyond, the result is [Result.Reason#OVERFLOW].
    SIGNED,
    /// From 0 to 2^64-1, and from there on from 0 again.
    UNSIGNED,
    /// From 0 to 2^64-1. The delta is subtracted, and what would be less than 0 is 0.
    UNSIGNED_DOWN
  }

  /// The value with more bytes at its end, or in front of it.
  record Extend(Side side, Bytes bytes, Growth growth) implements Change {
    public Extend {
      Objects.requireNonNull(side);
      Objects.requireNonNull(bytes);
      Objects.requireNonNull(growth);
    }
  }

  /// Where a value is extended.
  enum Side {
    END,
    FRONT
  }

  /// The value with other bytes from an offset on, which is filled up to there with zeros.
  ///
  /// @param offset 0 or more
  record Replace(int offset, Bytes bytes, Growth growth) implements Change {
    public Replace {
      Objects.requireNonNull(bytes);
      Objects.requireNonNull(growth);
      if (offset < 0) throw new IllegalArgumentException("offset " + offset);
    }
  }

  /// How a value may grow.
  ///
  /// @param creates whether a key that is not there counts as one with an empty value
  /// @param bytesMax beyond, the result is [Result.Reason#VALUE_TOO_LONG]: the limit stands in the
  ///   command, so that it is the same for all members; a leader lowers it to its own
  ///   ([KvLimits#bounded])
  record Growth(boolean creates, int bytesMax) {}
}
