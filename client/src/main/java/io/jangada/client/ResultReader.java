package io.jangada.client;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Reads the results of operations as the binary protocol has them.
///
/// Any bytes at all give a reply or a [MalformedException].
final class ResultReader {
  static final int FORMAT = 1;

  /// Results of transactions are nested no deeper.
  private static final int NESTING_MAX = 8;

  private static final Reply.Reason[] REASONS = Reply.Reason.values();

  private ResultReader() {}

  /// @return null when the servers no longer know the outcome
  static Reply read(ByteReader in) {
    int format = in.get();
    if (format != FORMAT) throw new MalformedException("format " + format + ", known is " + FORMAT);
    Reply reply = read(in, 1);
    in.end();
    return reply;
  }

  /// @param depth of transactions, this one included if it is one
  private static Reply read(ByteReader in, int depth) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Reply.Written(in.getLong());
      case 2, 11 -> readFound(in, kind == 11);
      case 3 -> new Reply.NotFound();
      case 4, 5 -> {
        in.getLong();
        yield new Reply.Mismatch();
      }
      case 6 -> {
        in.getLong();
        yield new Reply.Deleted();
      }
      case 8 -> null;
      case 9 -> new Reply.Rejected(readReason(in));
      case 10 -> readLaterWritten(in);
      case 12 -> readChanged(in);
      case 13 -> new Reply.Removed(in.getLong(), in.getLong(), readEntries(in));
      case 14 -> readRanged(in);
      case 15 -> readTransacted(in, depth);
      case 16 -> new Reply.Granted(in.getLong(), in.getLong());
      case 17 -> new Reply.KeptAlive(readNumbers(in));
      case 18 -> new Reply.Leased(in.getLong(), in.getLong(), in.getLong(), readKeys(in));
      case 19 -> new Reply.LeaseList(readNumbers(in));
      case 21 -> new Reply.Compacted(in.getLong());
      default -> throw new MalformedException("result of kind " + kind);
    };
  }

  private static Reply readFound(ByteReader in, boolean later) {
    Bytes value = in.getBytes(Integer.MAX_VALUE);
    long version = in.getLong();
    if (later) in.getLong();
    long ttl = in.getLong();
    in.getLong();
    return new Reply.FoundVersion(value, version, ttl < 0 ? -ttl : ttl / 1_000);
  }

  private static Reply readLaterWritten(ByteReader in) {
    long version = in.getLong();
    in.getLong();
    return new Reply.Written(version);
  }

  private static Reply.Reason readReason(ByteReader in) {
    int ordinal = in.get();
    return ordinal < REASONS.length ? REASONS[ordinal] : Reply.Reason.OTHER;
  }

  private static Reply readChanged(ByteReader in) {
    return new Reply.Changed(
        in.getLong(),
        in.getLong(),
        in.getInt(),
        readFlag(in) ? in.getBytes(Integer.MAX_VALUE) : null,
        readFlag(in) ? KeyValue.read(in) : null);
  }

  private static Reply readRanged(ByteReader in) {
    return new Reply.Ranged(
        in.getLong(), in.getLong(), readEntries(in), readFlag(in) ? KeyRange.read(in) : null);
  }

  private static Reply readTransacted(ByteReader in, int depth) {
    if (depth > NESTING_MAX) throw new MalformedException("nested too deep");
    long revision = in.getLong();
    boolean succeeded = readFlag(in);
    List<Reply.ToStep> replies = readList(in, 1, each -> readStep(each, depth + 1));
    return new Reply.Transacted(revision, succeeded, replies);
  }

  private static Reply.ToStep readStep(ByteReader in, int depth) {
    if (read(in, depth) instanceof Reply.ToStep reply) return reply;
    throw new MalformedException("a result that no step has");
  }

  private static List<KeyValue> readEntries(ByteReader in) {
    return readList(in, KeyValue.BYTES_MIN, KeyValue::read);
  }

  private static List<Long> readNumbers(ByteReader in) {
    return readList(in, Long.BYTES, ByteReader::getLong);
  }

  private static List<Bytes> readKeys(ByteReader in) {
    return readList(in, Integer.BYTES, each -> each.getBytes(Integer.MAX_VALUE));
  }

  static <T> List<T> readList(ByteReader in, int bytesEachMin, Function<ByteReader, T> one) {
    int count = in.getCount(bytesEachMin);
    List<T> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) list.add(one.apply(in));
    return List.copyOf(list);
  }

  static boolean readFlag(ByteReader in) {
    int flag = in.get();
    if (flag > 1) throw new MalformedException("flag " + flag);
    return flag == 1;
  }
}
