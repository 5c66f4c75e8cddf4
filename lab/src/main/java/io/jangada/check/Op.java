package io.jangada.check;

import static java.util.Objects.requireNonNull;

/// What a client asked for on one key. Values are strings; versions are the store's, at least 0.
public sealed interface Op {

  /// Asks for value (and version): [Result.Found] or [Result.Absent].
  record Read() implements Op {}

  /// Writes whatever is there: [Result.Written].
  record Write(String value) implements Op {
    public Write {
      requireNonNull(value, "value");
    }
  }

  /// Writes only where nothing is: [Result.Written] or [Result.Exists].
  record Create(String value) implements Op {
    public Create {
      requireNonNull(value, "value");
    }
  }

  /// Writes `to` over `from`: [Result.Written], [Result.Mismatch] or [Result.Absent].
  record Cas(String from, String to) implements Op {
    public Cas {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  /// Writes `to` over `from` or over nothing: [Result.Written] or [Result.Mismatch].
  record CasOrCreate(String from, String to) implements Op {
    public CasOrCreate {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  /// Writes over what has this version: [Result.Written], [Result.Mismatch] or [Result.Absent].
  record CasVersion(long version, String to) implements Op {
    public CasVersion {
      Result.requireVersion(version);
      requireNonNull(to, "to");
    }
  }

  /// Takes away what is there: [Result.Deleted] or [Result.Absent].
  record Delete() implements Op {}

  /// Takes away this value: [Result.Deleted], [Result.Mismatch] or [Result.Absent].
  record DeleteIfValue(String value) implements Op {
    public DeleteIfValue {
      requireNonNull(value, "value");
    }
  }

  /// Takes away what has this version: [Result.Deleted], [Result.Mismatch] or [Result.Absent].
  record DeleteIfVersion(long version) implements Op {
    public DeleteIfVersion {
      Result.requireVersion(version);
    }
  }

  /// Whether a store can answer this operation so at all.
  default boolean accepts(Result result) {
    return Model.rule(this, result).isPresent();
  }
}
