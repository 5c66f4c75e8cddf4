package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.List;
import java.util.function.ToLongFunction;

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
      case Result.Refused(Result.Reason reason) -> (long) reason.ordinal() << 4 | 9;
      case Result.Advanced advanced -> wordOf(advanced);
    };
  }

  private static long wordOf(Result.Advanced result) {
    return switch (result) {
      case Result.Changed changed -> {
        long word = mix(mix(mix(10, changed.revision()), changed.changes()), changed.length());
        yield mix(mix(word, wordOf(changed.number())), wordOf(changed.former()));
      }
      case Result.Marked(KeyValue entry, boolean isStale, boolean isTaken, boolean isGranted) -> {
        int marks = (isStale ? 1 : 0) | (isTaken ? 2 : 0) | (isGranted ? 4 : 0);
        yield mix(mix(21, wordOf(entry)), marks);
      }
      case Result.Scanned(List<Bytes> keys, long next) ->
          mix(mix(22, wordOf(keys, Digest::wordOf)), next);
      case Result.Removed(long revision, long count, List<KeyValue> formers) ->
          mix(mix(mix(11, revision), count), wordOf(formers, Digest::wordOf));
      case Result.Ranged(long revision, long count, List<KeyValue> entries, KeyRange rest) -> {
        long word = mix(mix(mix(12, revision), count), wordOf(entries, Digest::wordOf));
        yield rest == null ? word : mix(mix(word, wordOf(rest.from())), wordOf(rest.to()));
      }
      case Result.Transacted(long revision, boolean succeeded, List<Result> results) ->
          mix(mix(mix(13, revision), succeeded ? 1 : 0), wordOf(results, Digest::wordOf));
      case Result.Granted(long lease, long ttl) -> mix(mix(14, lease), ttl);
      case Result.KeptAlive(List<Long> ttls) -> mix(15, wordOf(ttls, Long::longValue));
      case Result.Leased(long lease, long ttl, long left, List<Bytes> keys) ->
          mix(mix(mix(mix(16, lease), ttl), left), wordOf(keys, Digest::wordOf));
      case Result.LeaseList(List<Long> leases) -> mix(17, wordOf(leases, Long::longValue));
      case Result.Noted(long revision) -> mix(18, revision);
      case Result.Compacted(long compacted) -> mix(19, compacted);
      case Result.UsersChanged(long authRevision) -> mix(20, authRevision);
      case Result.OfUsers read -> wordOf(CommandCodec.encode(read));
    };
  }

  private static <T> long wordOf(List<T> all, ToLongFunction<T> wordOfOne) {
    long word = all.size();
    for (T one : all) word = mix(word, wordOfOne.applyAsLong(one));
    return word;
  }

  private static long wordOf(KeyValue entry) {
    if (entry == null) return 0;
    KeyValue.Revisions revisions = entry.revisions();
    KeyValue.Terms terms = entry.terms();
    long word = mix(mix(wordOf(entry.key()), wordOf(entry.value())), entry.flags());
    word = mix(mix(mix(word, revisions.created()), revisions.modified()), revisions.changes());
    return mix(mix(mix(word, terms.ttl()), terms.deadlineMillis()), terms.lease());
  }

  private static long wordOf(Bytes bytes) {
    return bytes == null ? 0 : bytes.hash64(KEY0, KEY1);
  }

  /// 0 for a first value.
  private static long wordOf(long changes) {
    return (changes - 1) * MULTIPLIER;
  }
}
