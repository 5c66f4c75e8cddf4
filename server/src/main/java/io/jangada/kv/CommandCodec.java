package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;

/// Envelopes, operations and results as bytes.
///
/// Each encoded thing starts with [#FORMAT], one byte. Numbers are big-endian, byte strings have
/// four bytes of length before them, kinds are one byte:
///
/// ```
/// envelope   format, cluster time (8), request id, operation
/// request id 0 | 1 client sequence (8) | 2 client name
/// operation  1 key                                 get
///            2 key value ttl (8) condition         write
///            3 key condition                       delete
///            4                                     expire
/// condition  0 always | 1 absent | 2 version (8) | 3 value | 4 absent or value
///            | 5 changes (8) | 6 any changes | 7 present | 8 unique (8)
/// result     1 version (8)                         written
///            2 value version (8) ttl (8) deadline (8)  found
///            3                                     not found
///            4 version (8)                         exists
///            5 version (8)                         mismatch
///            6 version (8)                         deleted
///            7 count (4)                           expired
///            8                                     forgotten
///            9 reason (1)                          refused
///            10 version (8) changes (8)            written
///            11 value version (8) changes (8) ttl (8) deadline (8)  found
/// ```
///
/// A first value is written and found as 1 and 2, a later one as 10 and 11: until changes are
/// counted there is nothing that a member of an older release cannot read.
///
/// The ttl of a write and of what is found is as [TimeToLive] has it.
///
/// Keys and values that are read share the memory of the whole ([Bytes#slice]).
///
/// Any bytes at all give a value or a [MalformedException], and no length is believed before it has
/// been compared with the hard limits of [KvLimits] and with what is left.
public final class CommandCodec {
  static final int FORMAT = 1;

  private static final int OVERHEAD_BYTES = 64;
  private static final Result.Reason[] REASONS = Result.Reason.values();

  private CommandCodec() {}

  public static Bytes encode(Envelope envelope) {
    ByteWriter out = new ByteWriter(OVERHEAD_BYTES + Math.toIntExact(sizeOf(envelope.command())));
    out.put(FORMAT).putLong(envelope.clusterTimeMillis());
    put(out, envelope.requestId());
    put(out, envelope.command());
    return out.handOver();
  }

  public static Bytes encode(Operation operation) {
    ByteWriter out =
        new ByteWriter(OVERHEAD_BYTES + Math.toIntExact(sizeOf(operation))).put(FORMAT);
    put(out, operation);
    return out.handOver();
  }

  public static Bytes encode(Result result) {
    ByteWriter out = new ByteWriter(OVERHEAD_BYTES).put(FORMAT);
    put(out, result);
    return out.handOver();
  }

  public static Envelope decodeEnvelope(Bytes bytes) {
    ByteReader in = open(bytes);
    long time = in.getLong();
    if (time < 0 || time > Envelope.CLUSTER_TIME_MILLIS_MAX)
      throw new MalformedException("cluster time " + time);
    RequestId requestId = getRequestId(in);
    if (!(getOperation(in) instanceof Operation.Command command))
      throw new MalformedException("an envelope with a read in it");
    in.end();
    return new Envelope(requestId, time, command);
  }

  public static Operation decodeOperation(Bytes bytes) {
    ByteReader in = open(bytes);
    Operation operation = getOperation(in);
    in.end();
    return operation;
  }

  public static Result decodeResult(Bytes bytes) {
    ByteReader in = open(bytes);
    Result result = getResult(in);
    in.end();
    return result;
  }

  private static ByteReader open(Bytes bytes) {
    ByteReader in = new ByteReader(bytes);
    int format = in.get();
    if (format != FORMAT) throw new MalformedException("format " + format + ", known is " + FORMAT);
    return in;
  }

  /// How many bytes of keys and values an operation has, about.
  public static long sizeOf(Operation operation) {
    return Sizes.of(operation);
  }

  /// How many bytes of keys and values a result has, about.
  public static long sizeOf(Result result) {
    return Sizes.of(result);
  }

  static void put(ByteWriter out, RequestId requestId) {
    switch (requestId) {
      case null -> out.put(0);
      case RequestId.Numbered(Bytes client, long sequence) ->
          out.put(1).putBytes(client).putLong(sequence);
      case RequestId.Named(Bytes client, Bytes name) -> out.put(2).putBytes(client).putBytes(name);
    }
  }

  static RequestId getRequestId(ByteReader in) {
    int kind = in.get();
    if (kind == 0) return null;
    if (kind > 2) throw new MalformedException("request id of kind " + kind);
    Bytes client = in.getBytes(KvLimits.CLIENT_BYTES_MAX);
    if (kind == 2) return new RequestId.Named(client, in.getBytes(KvLimits.NAME_BYTES_MAX));
    long sequence = in.getLong();
    if (sequence < 0) throw new MalformedException("sequence " + sequence);
    return new RequestId.Numbered(client, sequence);
  }

  private static void put(ByteWriter out, Operation operation) {
    switch (operation) {
      case Operation.Get(Bytes key) -> putKey(out.put(1), key);
      case Operation.Write(Bytes key, Bytes value, long ttl, Condition condition) -> {
        putKey(out.put(2), key);
        putValue(out, value);
        put(out.putLong(ttl), condition);
      }
      case Operation.Delete(Bytes key, Condition condition) -> {
        putKey(out.put(3), key);
        put(out, condition);
      }
      case Operation.Expire() -> out.put(4);
      case Operation.Read _, Operation.Command _ ->
          throw new UnsupportedOperationException("not yet: " + operation);
    }
  }

  private static Operation getOperation(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Operation.Get(getKey(in));
      case 2 -> getWrite(in);
      case 3 -> new Operation.Delete(getKey(in), getCondition(in));
      case 4 -> new Operation.Expire();
      default -> throw new MalformedException("operation of kind " + kind);
    };
  }

  private static Operation.Write getWrite(ByteReader in) {
    Bytes key = getKey(in);
    Bytes value = getValue(in);
    long ttl = in.getLong();
    if (!TimeToLive.isValid(ttl)) throw new MalformedException("time to live " + ttl);
    return new Operation.Write(key, value, ttl, getCondition(in));
  }

  private static void put(ByteWriter out, Condition condition) {
    switch (condition) {
      case Condition.Always() -> out.put(0);
      case Condition.Absent() -> out.put(1);
      case Condition.Version(long version) -> out.put(2).putLong(version);
      case Condition.Value(Bytes value) -> putValue(out.put(3), value);
      case Condition.AbsentOrValue(Bytes value) -> putValue(out.put(4), value);
      case Condition.Changes(long changes) -> out.put(5).putLong(changes);
      case Condition.AnyChanges() -> out.put(6);
      case Condition.Present() -> out.put(7);
      case Condition.Unique(long unique) -> out.put(8).putLong(unique);
    }
  }

  private static Condition getCondition(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 0 -> new Condition.Always();
      case 1 -> new Condition.Absent();
      case 2 -> new Condition.Version(in.getLong());
      case 3 -> new Condition.Value(getValue(in));
      case 4 -> new Condition.AbsentOrValue(getValue(in));
      case 5 -> new Condition.Changes(in.getLong());
      case 6 -> new Condition.AnyChanges();
      case 7 -> new Condition.Present();
      case 8 -> new Condition.Unique(in.getLong());
      default -> throw new MalformedException("condition of kind " + kind);
    };
  }

  static void put(ByteWriter out, Result result) {
    switch (result) {
      case Result.Written(long version, long changes) -> {
        out.put(changes == 1 ? 1 : 10).putLong(version);
        if (changes != 1) out.putLong(changes);
      }
      case Result.Found(Bytes value, long version, long changes, long ttl, long deadline) -> {
        putValue(out.put(changes == 1 ? 2 : 11), value);
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
      case Result.Advanced _ -> throw new UnsupportedOperationException("not yet: " + result);
    }
  }

  static Result getResult(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Result.Written(in.getLong());
      case 2 -> new Result.Found(getValue(in), in.getLong(), in.getLong(), in.getLong());
      case 3 -> Result.NotFound.INSTANCE;
      case 4 -> new Result.Exists(in.getLong());
      case 5 -> new Result.Mismatch(in.getLong());
      case 6 -> new Result.Deleted(in.getLong());
      case 7 -> new Result.Expired(in.getInt());
      case 8 -> Result.Forgotten.INSTANCE;
      case 9 -> new Result.Refused(getReason(in));
      case 10 -> new Result.Written(in.getLong(), in.getLong());
      case 11 ->
          new Result.Found(getValue(in), in.getLong(), in.getLong(), in.getLong(), in.getLong());
      default -> throw new MalformedException("result of kind " + kind);
    };
  }

  private static Result.Reason getReason(ByteReader in) {
    int reason = in.get();
    if (reason >= REASONS.length) throw new MalformedException("reason " + reason);
    return REASONS[reason];
  }

  private static void putKey(ByteWriter out, Bytes key) {
    out.putBytes(checked("key", key, KvLimits.KEY_BYTES_HARD_MAX));
  }

  static Bytes getKey(ByteReader in) {
    return in.getSlice(KvLimits.KEY_BYTES_HARD_MAX);
  }

  private static void putValue(ByteWriter out, Bytes value) {
    out.putBytes(checked("value", value, KvLimits.VALUE_BYTES_HARD_MAX));
  }

  static Bytes getValue(ByteReader in) {
    return in.getSlice(KvLimits.VALUE_BYTES_HARD_MAX);
  }

  private static Bytes checked(String what, Bytes bytes, int lengthMax) {
    if (bytes.length() > lengthMax)
      throw new IllegalArgumentException(
          what + " of " + bytes.length() + " bytes, at most " + lengthMax);
    return bytes;
  }
}
