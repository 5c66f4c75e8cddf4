package io.jangada.kv;

/// The arithmetic of [KvStore#digest].
final class Digest {
  /// The key of the hash over commands: any, but the same on all members for ever.
  static final long KEY0 = 0x6a616e676164612eL;

  static final long KEY1 = 0x6b762e6469676573L;

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private Digest() {}

  /// For one and the same word, different digests stay different; for one and the same digest,
  /// different words give different ones.
  static long mix(long digest, long word) {
    long mixed = (digest ^ word) * MULTIPLIER;
    return mixed ^ mixed >>> 32;
  }

  /// A number that says what the result of a command is.
  static long wordOf(Result result) {
    return switch (result) {
      case Result.Written(long version, long changes) -> (version << 4 | 1) ^ wordOf(changes);
      case Result.Found found -> (found.version() << 4 | 2) ^ wordOf(found.changes());
      case Result.NotFound() -> 3;
      case Result.Exists(long version) -> version << 4 | 4;
      case Result.Mismatch(long version) -> version << 4 | 5;
      case Result.Deleted(long version) -> version << 4 | 6;
      case Result.Expired(int count) -> (long) count << 4 | 7;
      case Result.Forgotten() -> 8;
      case Result.Advanced _ -> throw new UnsupportedOperationException("not yet: " + result);
      case Result.Refused(Result.Reason reason) -> (long) reason.ordinal() << 4 | 9;
    };
  }

  /// 0 for a first value.
  private static long wordOf(long changes) {
    return (changes - 1) * MULTIPLIER;
  }
}
