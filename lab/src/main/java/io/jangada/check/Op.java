package io.jangada.check;

import static java.util.Objects.requireNonNull;

/// What a client asked for on one key. Values are strings; versions are the store's, at least 0.
public sealed interface Op {
  /// Asks for value (and version): [RecordedResult.Found] or [RecordedResult.Absent].
  record Read() implements Op {}

  /// Writes whatever is there: [RecordedResult.Written].
  record Write(String value) implements Op {
    public Write {
      requireNonNull(value, "value");
    }
  }

  /// Writes only where nothing is: [RecordedResult.Written] or [RecordedResult.Exists].
  record Create(String value) implements Op {
    public Create {
      requireNonNull(value, "value");
    }
  }

  /// Writes `to` over `from`: [RecordedResult.Written], [RecordedResult.Mismatch] or
  /// [RecordedResult.Absent].
  record Cas(String from, String to) implements Op {
    public Cas {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  /// Writes `to` over `from` or over nothing: [RecordedResult.Written] or
  /// [RecordedResult.Mismatch].
  record CasOrCreate(String from, String to) implements Op {
    public CasOrCreate {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  /// Writes over what has this version: [RecordedResult.Written], [RecordedResult.Mismatch] or
  /// [RecordedResult.Absent].
  record CasVersion(long version, String to) implements Op {
    public CasVersion {
      RecordedResult.requireVersion(version);
      requireNonNull(to, "to");
    }
  }

  /// Takes away what is there: [RecordedResult.Deleted] or [RecordedResult.Absent].
  record Delete() implements Op {}

  /// Takes away this value: [RecordedResult.Deleted], [RecordedResult.Mismatch] or
  /// [RecordedResult.Absent].
  record DeleteIfValue(String value) implements Op {
    public DeleteIfValue {
      requireNonNull(value, "value");
    }
  }

  /// Takes away what has this version: [RecordedResult.Deleted], [RecordedResult.Mismatch] or
  /// [RecordedResult.Absent].
  record DeleteIfVersion(long version) implements Op {
    public DeleteIfVersion {
      RecordedResult.requireVersion(version);
    }
  }

  /// Whether a store can answer this operation so at all.
  default boolean accepts(RecordedResult result) {
    return Model.rule(this, result).isPresent();
  }
}
