package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.List;

/// Results as bytes, in the format of [CommandCodec].
final class ResultCodec {
  /// What an entry takes beside its key and its value.
  static final int ENTRY_BYTES_MIN = 60;

  private static final Result.Reason[] REASONS = Result.Reason.values();

  private ResultCodec() {}

  static void put(ByteWriter out, Result result) {
    switch (result) {
      case Result.Written(long version, long changes) -> {
        out.put(changes == 1 ? 1 : 10).putLong(version);
        if (changes != 1) out.putLong(changes);
      }
      case Result.Found(Bytes value, long version, long changes, long ttl, long deadline) -> {
        CommandCodec.putValue(out.put(changes == 1 ? 2 : 11), value);
        out.putLong(version);
        if (changes != 1) out.putLong(changes);
        out.putLong(ttl).putLong(deadline);
      }
      case Result.NotFound() -> out.put(3);
      case Result.Exists(long version) -> out.put(4).putLong(version);
      case Result.Mismatch(long version) -> out.put(5).putLong(version);
      case Result.Deleted(long version) -> out.put(6).putLong(version);
      case Result.Expired(int count) -> out.put(7).putInt(count);
      case Result.Forgotten() -> out.put(8);
      case Result.Refused(Result.Reason reason) -> out.put(9).put(reason.ordinal());
      case Result.Advanced advanced -> putAdvanced(out, advanced);
    }
  }

  private static void putAdvanced(ByteWriter out, Result.Advanced result) {
    switch (result) {
      case Result.Changed changed -> putChanged(out.put(12), changed);
      case Result.Marked(KeyValue entry, boolean isStale, boolean isTaken, boolean isGranted) -> {
        OperationCodec.putFlag(out.put(40), entry != null);
        if (entry != null) put(out, entry);
        OperationCodec.putFlag(out, isStale);
        OperationCodec.putFlag(out, isTaken);
        OperationCodec.putFlag(out, isGranted);
      }
      case Result.Scanned(List<Bytes> keys, long next) -> {
        out.put(41).putInt(keys.size());
        for (Bytes key : keys) CommandCodec.putKey(out, key);
        out.putLong(next);
      }
      case Result.Removed(long revision, long count, List<KeyValue> formers) -> {
        out.put(13).putLong(revision).putLong(count);
        putEntries(out, formers);
      }
      case Result.Ranged(long revision, long count, List<KeyValue> entries, KeyRange rest) -> {
        out.put(14).putLong(revision).putLong(count);
        putEntries(out, entries);
        OperationCodec.putFlag(out, rest != null);
        if (rest != null) OperationCodec.put(out, rest);
      }
      case Result.Transacted(long revision, boolean succeeded, List<Result> results) -> {
        OperationCodec.putFlag(out.put(15).putLong(revision), succeeded);
        out.putInt(results.size());
        for (Result one : results) put(out, one);
      }
      case Result.Granted(long lease, long ttl) -> out.put(16).putLong(lease).putLong(ttl);
      case Result.KeptAlive(List<Long> ttls) -> putNumbers(out.put(17), ttls);
      case Result.Leased(long lease, long ttl, long left, List<Bytes> keys) -> {
        out.put(18).putLong(lease).putLong(ttl).putLong(left).putInt(keys.size());
        for (Bytes key : keys) CommandCodec.putKey(out, key);
      }
      case Result.LeaseList(List<Long> leases) -> putNumbers(out.put(19), leases);
      case Result.Noted(long revision) -> out.put(20).putLong(revision);
      case Result.Compacted(long compacted) -> out.put(21).putLong(compacted);
      case Result.OfUsers ofUsers -> AuthCodec.put(out, ofUsers);
    }
  }

  private static void putChanged(ByteWriter out, Result.Changed changed) {
    out.putLong(changed.revision()).putLong(changed.changes()).putInt(changed.length());
    OperationCodec.putFlag(out, changed.number() != null);
    if (changed.number() != null) CommandCodec.putValue(out, changed.number());
    OperationCodec.putFlag(out, changed.former() != null);
    if (changed.former() != null) put(out, changed.former());
  }

  private static void putEntries(ByteWriter out, List<KeyValue> entries) {
    out.putInt(entries.size());
    for (KeyValue entry : entries) put(out, entry);
  }

  static void put(ByteWriter out, KeyValue entry) {
    CommandCodec.putKey(out, entry.key());
    CommandCodec.putValue(out, entry.value());
    out.putInt(entry.flags());
    KeyValue.Revisions revisions = entry.revisions();
    out.putLong(revisions.created()).putLong(revisions.modified()).putLong(revisions.changes());
    KeyValue.Terms terms = entry.terms();
    out.putLong(terms.ttl()).putLong(terms.deadlineMillis()).putLong(terms.lease());
  }

  private static void putNumbers(ByteWriter out, List<Long> numbers) {
    out.putInt(numbers.size());
    for (long number : numbers) out.putLong(number);
  }

  static Result get(ByteReader in) {
    return get(in, 1);
  }

  /// @param depth of transactions, this one included if it is one
  private static Result get(ByteReader in, int depth) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Result.Written(in.getLong());
      case 2 ->
          new Result.Found(CommandCodec.getValue(in), in.getLong(), in.getLong(), in.getLong());
      case 3 -> Result.NotFound.INSTANCE;
      case 4 -> new Result.Exists(in.getLong());
      case 5 -> new Result.Mismatch(in.getLong());
      case 6 -> new Result.Deleted(in.getLong());
      case 7 -> new Result.Expired(in.getInt());
      case 8 -> Result.Forgotten.INSTANCE;
      case 9 -> new Result.Refused(OperationCodec.getOneOf(REASONS, in));
      case 10 -> new Result.Written(in.getLong(), in.getLong());
      case 11 -> getFound(in);
      case 12 -> getChanged(in);
      case 13 -> new Result.Removed(in.getLong(), in.getLong(), getEntries(in));
      case 14 -> getRanged(in);
      case 15 -> getTransacted(in, depth);
      case 16 -> new Result.Granted(in.getLong(), in.getLong());
      case 17 -> new Result.KeptAlive(getNumbers(in));
      case 18 -> new Result.Leased(in.getLong(), in.getLong(), in.getLong(), getKeys(in));
      case 19 -> new Result.LeaseList(getNumbers(in));
      case 20 -> new Result.Noted(in.getLong());
      case 21 -> new Result.Compacted(in.getLong());
      case 40 ->
          new Result.Marked(
              OperationCodec.getFlag(in) ? getEntry(in) : null,
              OperationCodec.getFlag(in),
              OperationCodec.getFlag(in),
              OperationCodec.getFlag(in));
      case 41 -> new Result.Scanned(getKeys(in), in.getLong());
      default -> AuthCodec.getResult(kind, in);
    };
  }

  private static Result getFound(ByteReader in) {
    Bytes value = CommandCodec.getValue(in);
    return new Result.Found(value, in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  private static Result getChanged(ByteReader in) {
    return new Result.Changed(
        in.getLong(),
        in.getLong(),
        in.getInt(),
        OperationCodec.getFlag(in) ? CommandCodec.getValue(in) : null,
        OperationCodec.getFlag(in) ? getEntry(in) : null);
  }

  private static Result getRanged(ByteReader in) {
    return new Result.Ranged(
        in.getLong(),
        in.getLong(),
        getEntries(in),
        OperationCodec.getFlag(in) ? OperationCodec.getKeys(in) : null);
  }

  private static Result getTransacted(ByteReader in, int depth) {
    if (depth > KvLimits.NESTING_MAX) throw new MalformedException("nested too deep");
    long revision = in.getLong();
    boolean succeeded = OperationCodec.getFlag(in);
    int count = in.getCount(1);
    if (count > KvLimits.STEPS_MAX) throw new MalformedException("results of " + count + " steps");
    List<Result> results = new ArrayList<>(count);
    for (int i = 0; i < count; i++) results.add(get(in, depth + 1));
    return new Result.Transacted(revision, succeeded, results);
  }

  private static List<KeyValue> getEntries(ByteReader in) {
    int count = in.getCount(ENTRY_BYTES_MIN);
    List<KeyValue> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) entries.add(getEntry(in));
    return entries;
  }

  static KeyValue getEntry(ByteReader in) {
    return new KeyValue(
        CommandCodec.getKey(in),
        CommandCodec.getValue(in),
        in.getInt(),
        new KeyValue.Revisions(in.getLong(), in.getLong(), in.getLong()),
        new KeyValue.Terms(in.getLong(), in.getLong(), in.getLong()));
  }

  private static List<Long> getNumbers(ByteReader in) {
    int count = in.getCount(Long.BYTES);
    List<Long> numbers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) numbers.add(in.getLong());
    return numbers;
  }

  private static List<Bytes> getKeys(ByteReader in) {
    int count = in.getCount(Integer.BYTES);
    List<Bytes> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) keys.add(CommandCodec.getKey(in));
    return keys;
  }
}
