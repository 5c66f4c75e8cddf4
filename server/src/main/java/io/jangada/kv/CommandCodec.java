package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.auth.Caller;

/// Envelopes, operations and results as bytes.
///
/// Each encoded thing starts with [#FORMAT], one byte. Numbers are big-endian, byte strings have
/// four bytes of length before them, kinds are one byte:
///
/// ```
/// envelope   format, cluster time (8), request id, operation
///            | 2, caller, cluster time (8), request id, operation
/// caller     user since (8)
/// request id 0 | 1 client sequence (8) | 2 client name
/// operation  1 key                                 get
///            2 key value ttl (8) condition         write
///            3 key condition                       delete
///            4                                     expire
///            5 range revision (8) detail (1) created (16) modified (16)
///              descending (1) limit (8)            range
///            6 lease (8)                           get lease
///            7                                     list leases
///            8 key change lifetime condition former (1)  put
///            9 range former (1)                    delete range
///            10 compares, steps, steps             transaction
///            11 lease (8) ttl (8)                  grant
///            12 lease (8)                          revoke
///            13 leases (8 each)                    keep alive
///            14 revision (8)                       compact
///            15 keeps (1)                          keep history
///            16                                    count revisions
///            17 auth change                        change users
///            18 name                               get user
///            19 name                               get role
///            20                                    list users
///            21                                    list roles
///            22                                    auth status
///            23 name                               get credentials
///            24 right (1)                          check right
///            25 compares, steps, steps             transaction, decided ahead
///            26 compares, steps, steps             read transaction
/// auth change  1 signing key                       enable
///            2                                     disable
///            3 name, optional hash                 add user
///            4 name                                delete user
///            5 name, optional hash                 change password
///            6 name name                           grant role
///            7 name name                           revoke role
///            8 name                                add role
///            9 name                                delete role
///            10 name kind (1) range                grant permission
///            11 name range                         revoke permission
///            12 name right (1)                     grant right
///            13 name right (1)                     revoke right
/// range      0 from | 1 from, to | 2 key, which alone is in it
/// compare    1 range relation (1) value | 2 range field (1) relation (1) number (8)
/// change     1 value flags (4) | 2 keep | 3 arithmetic (1) delta (8) optional initial (8)
///            | 4 side (1) bytes growth | 5 offset (4) bytes growth | 6 rewrite
/// growth     creates (1) most bytes (4)
/// lifetime   1 for ever | 2 ttl (8) | 3 lease (8) | 4 same
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
///            12 revision (8) changes (8) length (4) optional number, optional entry  changed
///            13 revision (8) count (8) entries     removed
///            14 revision (8) count (8) entries, optional range  ranged
///            15 revision (8) succeeded (1) results transacted
///            16 lease (8) ttl (8)                  granted
///            17 ttls (8 each)                      kept alive
///            18 lease (8) ttl (8) left (8) keys    leased
///            19 leases (8 each)                    lease list
///            20 revision (8)                       noted
///            21 compacted (8)                      compacted
///            22 auth revision (8)                  users changed
///            23 name has password (1) names        found user
///            24 role                               found role
///            25 names                              name list
///            26 enabled (1) auth revision (8) users (4) roles (4)  auth state
///            27 optional hash, since (8) optional signing key, auth revision (8)  credentials
/// role       name permissions: kind (1) range, rights: right (1)
/// entry      key value flags (4) created (8) modified (8) changes (8)
///            ttl (8) deadline (8) lease (8)
/// ```
///
/// The second form of an envelope is that of a command which says who asks for it. Members pass on
/// reads in the same way: an operation, or 2, the caller and an operation.
///
/// What there are several of has four bytes of count before it; what is optional has one byte
/// before it, 1 where it is there and 0 where it is not. What is one of few is its place among them
/// in the type of that name, one byte. Steps are operations, and transactions among them are nested
/// at most [KvLimits#NESTING_MAX] deep, the outermost included.
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

  /// Of what has a caller.
  private static final int FORMAT_WITH_CALLER = 2;

  private static final int OVERHEAD_BYTES = 64;

  private CommandCodec() {}

  public static Bytes encode(Envelope envelope) {
    ByteWriter out = writer(envelope.caller(), sizeOf(envelope.command()));
    out.putLong(envelope.clusterTimeMillis());
    put(out, envelope.requestId());
    OperationCodec.put(out, envelope.command());
    return out.handOver();
  }

  /// A read, with who asks for it: null where that is not said.
  public record CallersRead(Caller caller, Operation.Read read) {}

  /// @param caller null where it is not said who asks
  public static Bytes encode(Caller caller, Operation.Read read) {
    ByteWriter out = writer(caller, sizeOf(read));
    OperationCodec.put(out, read);
    return out.handOver();
  }

  public static CallersRead decodeRead(Bytes bytes) {
    ByteReader in = new ByteReader(bytes);
    Caller caller = openWithCaller(in);
    if (!(OperationCodec.get(in) instanceof Operation.Read read))
      throw new MalformedException("a read that is none");
    in.end();
    return new CallersRead(caller, read);
  }

  public static Bytes encode(Operation operation) {
    ByteWriter out = writer(sizeOf(operation));
    OperationCodec.put(out, operation);
    return out.handOver();
  }

  public static Bytes encode(Result result) {
    ByteWriter out = writer(sizeOf(result));
    put(out, result);
    return out.handOver();
  }

  public static Envelope decodeEnvelope(Bytes bytes) {
    ByteReader in = new ByteReader(bytes);
    Caller caller = openWithCaller(in);
    long time = in.getLong();
    if (time < 0 || time > Envelope.CLUSTER_TIME_MILLIS_MAX)
      throw new MalformedException("cluster time " + time);
    RequestId requestId = getRequestId(in);
    if (!(OperationCodec.get(in) instanceof Operation.Command command))
      throw new MalformedException("an envelope with a read in it");
    in.end();
    return new Envelope(caller, requestId, time, command);
  }

  /// The key of a command in its envelope; null if it has not exactly one, or these are the bytes
  /// of none.
  static Bytes keyOf(Bytes envelope) {
    try {
      ByteReader in = new ByteReader(envelope);
      openWithCaller(in);
      in.getLong();
      getRequestId(in);
      return OperationCodec.hasKey(in.get()) ? getKey(in) : null;
    } catch (MalformedException e) {
      return null;
    }
  }

  public static Operation decodeOperation(Bytes bytes) {
    ByteReader in = open(bytes);
    Operation operation = OperationCodec.get(in);
    in.end();
    return operation;
  }

  public static Result decodeResult(Bytes bytes) {
    ByteReader in = open(bytes);
    Result result = getResult(in);
    in.end();
    return result;
  }

  /// Writes a result as [#encode(Result)] does, as a part of something else.
  public static void append(ByteWriter out, Result result) {
    put(out.put(FORMAT), result);
  }

  /// Writes a range, without a format before it.
  public static void append(ByteWriter out, KeyRange keys) {
    OperationCodec.put(out, keys);
  }

  public static KeyRange getRange(ByteReader in) {
    return OperationCodec.getKeys(in);
  }

  /// Writes an entry, without a format before it.
  public static void append(ByteWriter out, KeyValue entry) {
    ResultCodec.put(out, entry);
  }

  public static KeyValue getEntry(ByteReader in) {
    return ResultCodec.getEntry(in);
  }

  /// How many bytes an entry has when it is written.
  public static int lengthOf(KeyValue entry) {
    return ResultCodec.ENTRY_BYTES_MIN + entry.key().length() + entry.value().length();
  }

  private static ByteWriter writer(long sizeBytes) {
    return new ByteWriter(Math.toIntExact(OVERHEAD_BYTES + sizeBytes)).put(FORMAT);
  }

  /// @param caller null where it is not said who asks
  private static ByteWriter writer(Caller caller, long sizeBytes) {
    if (caller == null) return writer(sizeBytes);
    long withCallerBytes = OVERHEAD_BYTES + caller.sizeBytes() + sizeBytes;
    ByteWriter out = new ByteWriter(Math.toIntExact(withCallerBytes)).put(FORMAT_WITH_CALLER);
    append(out, caller);
    return out;
  }

  /// Begins to read what may have a caller: null for none.
  private static Caller openWithCaller(ByteReader in) {
    int format = in.get();
    if (format != FORMAT && format != FORMAT_WITH_CALLER)
      throw new MalformedException("format " + format + ", known are 1 and 2");
    return format == FORMAT ? null : getCaller(in);
  }

  /// Writes a caller, without a format before it.
  public static void append(ByteWriter out, Caller caller) {
    out.putBytes(checked("user", caller.user(), KvLimits.USER_NAME_BYTES_MAX));
    out.putLong(caller.since());
  }

  public static Caller getCaller(ByteReader in) {
    Bytes user = in.getBytes(KvLimits.USER_NAME_BYTES_MAX);
    long since = in.getLong();
    if (since < 0) throw new MalformedException("a user since " + since);
    return new Caller(user, since);
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

  /// How much memory the result of a command takes at most beside what the store has.
  public static int shownMax(Operation operation) {
    return Sizes.shownMax(operation);
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

  static void put(ByteWriter out, Result result) {
    ResultCodec.put(out, result);
  }

  static Result getResult(ByteReader in) {
    return ResultCodec.get(in);
  }

  static void putKey(ByteWriter out, Bytes key) {
    out.putBytes(checked("key", key, KvLimits.KEY_BYTES_HARD_MAX));
  }

  static Bytes getKey(ByteReader in) {
    return in.getSlice(KvLimits.KEY_BYTES_HARD_MAX);
  }

  static void putValue(ByteWriter out, Bytes value) {
    out.putBytes(checked("value", value, KvLimits.VALUE_BYTES_HARD_MAX));
  }

  static Bytes getValue(ByteReader in) {
    return in.getSlice(KvLimits.VALUE_BYTES_HARD_MAX);
  }

  static Bytes checked(String what, Bytes bytes, int lengthMax) {
    if (bytes.length() > lengthMax)
      throw new IllegalArgumentException(
          what + " of " + bytes.length() + " bytes, at most " + lengthMax);
    return bytes;
  }
}
