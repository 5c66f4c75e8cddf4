package io.jangada.check;

import static java.util.Objects.requireNonNull;

/// What a store answered. A version is [#NO_VERSION] where the answer named none; where versions
/// are named they are checked: every successful write of a key has a higher one than all before it,
/// deletions in between included, and a read's version is that of the write it saw.
public sealed interface RecordedResult {
  /// Stands for a version that the answer did not name.
  long NO_VERSION = -1;

  /// The highest version that can be recorded.
  long VERSION_MAX = 1L << 62;

  /// A read saw this value.
  record Found(String value, long version) implements RecordedResult {
    public Found {
      requireNonNull(value, "value");
      requireVersionOrNone(version);
    }

    /// A value seen without a version.
    public Found(String value) {
      this(value, NO_VERSION);
    }
  }

  /// Nothing was there.
  record Absent() implements RecordedResult {}

  /// The write took effect.
  record Written(long version) implements RecordedResult {
    public Written {
      requireVersionOrNone(version);
    }

    /// A write whose version was not named.
    public Written() {
      this(NO_VERSION);
    }
  }

  /// Something was there and was taken away; the version, if named, is the deletion's own.
  record Deleted(long version) implements RecordedResult {
    public Deleted {
      requireVersionOrNone(version);
    }

    /// A deletion whose version was not named.
    public Deleted() {
      this(NO_VERSION);
    }
  }

  /// Something else was there than the operation asked for, and was left as it was.
  record Mismatch() implements RecordedResult {}

  /// Something was there already, and was left as it was.
  record Exists() implements RecordedResult {}

  /// Throws `IllegalArgumentException` unless the version lies within 0 and [#VERSION_MAX].
  static void requireVersion(long version) {
    if (version < 0 || version > VERSION_MAX)
      throw new IllegalArgumentException("version " + version + " is not within 0.." + VERSION_MAX);
  }

  private static void requireVersionOrNone(long version) {
    if (version != NO_VERSION) requireVersion(version);
  }
}
