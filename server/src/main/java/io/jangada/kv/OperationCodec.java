package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Right;
import java.util.ArrayList;
import java.util.List;

/// Operations as bytes, in the format of [CommandCodec].
final class OperationCodec {
  /// What a step takes at least: a [Operation.Get].
  private static final int STEP_BYTES_MIN = 5;

  private static final int COMPARE_BYTES_MIN = 11;

  private static final Operation.Detail[] DETAILS = Operation.Detail.values();
  private static final Compare.Field[] FIELDS = Compare.Field.values();
  private static final Compare.Relation[] RELATIONS = Compare.Relation.values();

  private OperationCodec() {}

  static void put(ByteWriter out, Operation operation) {
    put(out, operation, 1);
  }

  /// @param depth of transactions, this one included if it is one
  private static void put(ByteWriter out, Operation operation, int depth) {
    switch (operation) {
      case Operation.Get(Bytes key) -> CommandCodec.putKey(out.put(1), key);
      case Operation.Write(Bytes key, Bytes value, long ttl, Condition condition) -> {
        CommandCodec.putKey(out.put(2), key);
        CommandCodec.putValue(out, value);
        ChangeCodec.put(out.putLong(ttl), condition);
      }
      case Operation.Delete(Bytes key, Condition condition) -> {
        CommandCodec.putKey(out.put(3), key);
        ChangeCodec.put(out, condition);
      }
      case Operation.Expire() -> out.put(4);
      case Operation.Range range -> putRange(out.put(5), range);
      case Operation.GetLease(long lease, boolean keys) -> out.put(keys ? 6 : 27).putLong(lease);
      case Operation.ListLeases() -> out.put(7);
      case Operation.Put put -> putPut(out.put(8), put);
      case Operation.DeleteRange(KeyRange keys, boolean former) -> {
        put(out.put(9), keys);
        putFlag(out, former);
      }
      case Operation.Look(Bytes key) -> CommandCodec.putKey(out.put(29), key);
      case Operation.Scan(long place, int count) -> out.put(30).putLong(place).putInt(count);
      case Operation.Claim claim -> putClaim(out.put(31), claim);
      case Operation.Flush(long delayMillis) -> out.put(32).putLong(delayMillis);
      case Operation.Copy(Bytes from, Bytes to, boolean replaces) -> {
        CommandCodec.putKey(out.put(28), from);
        CommandCodec.putKey(out, to);
        putFlag(out, replaces);
      }
      case Operation.Transaction transaction -> {
        boolean isAhead = transaction.decision() == Operation.Decision.AHEAD;
        putTransaction(out.put(isAhead ? 25 : 10), transaction, depth);
      }
      case Operation.ReadTransaction(Operation.Transaction transaction) ->
          putTransaction(out.put(26), transaction, depth);
      case Operation.Grant(long lease, long ttl) -> out.put(11).putLong(lease).putLong(ttl);
      case Operation.Revoke(long lease) -> out.put(12).putLong(lease);
      case Operation.KeepAlive(List<Long> leases) -> {
        putCount(out.put(13), leases.size(), KvLimits.KEEP_ALIVES_MAX);
        for (long lease : leases) out.putLong(lease);
      }
      case Operation.Compact(long revision) -> out.put(14).putLong(revision);
      case Operation.KeepHistory(boolean keeps) -> putFlag(out.put(15), keeps);
      case Operation.CountRevisions() -> out.put(16);
      case Operation.ChangeUsers(AuthChange change) -> AuthCodec.put(out.put(17), change);
      case Operation.GetUser(Bytes user) -> AuthCodec.putName(out.put(18), user);
      case Operation.GetRole(Bytes role) -> AuthCodec.putName(out.put(19), role);
      case Operation.ListUsers() -> out.put(20);
      case Operation.ListRoles() -> out.put(21);
      case Operation.AuthStatus() -> out.put(22);
      case Operation.GetCredentials(Bytes user) -> AuthCodec.putName(out.put(23), user);
      case Operation.CheckRight(Right right) -> out.put(24).put(right.ordinal());
    }
  }

  private static void putPut(ByteWriter out, Operation.Put put) {
    CommandCodec.putKey(out, put.key());
    ChangeCodec.put(out, put.change());
    ChangeCodec.put(out, put.lifetime());
    ChangeCodec.put(out, put.condition());
    putFlag(out, put.former());
  }

  private static void putClaim(ByteWriter out, Operation.Claim claim) {
    CommandCodec.putKey(out, claim.key());
    putOptional(out, claim.touch());
    putOptional(out, claim.creation());
    out.putLong(claim.earlyMillis());
  }

  /// Whether operations of a kind begin with their key.
  static boolean hasKey(int kind) {
    return kind <= 3 || kind == 8;
  }

  static Operation get(ByteReader in) {
    try {
      return get(in, 1);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage());
    }
  }

  private static Operation get(ByteReader in, int depth) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Operation.Get(CommandCodec.getKey(in));
      case 2 ->
          new Operation.Write(
              CommandCodec.getKey(in),
              CommandCodec.getValue(in),
              in.getLong(),
              ChangeCodec.getCondition(in));
      case 3 -> new Operation.Delete(CommandCodec.getKey(in), ChangeCodec.getCondition(in));
      case 4 -> new Operation.Expire();
      case 5 -> getRange(in);
      case 6 -> new Operation.GetLease(in.getLong());
      case 7 -> new Operation.ListLeases();
      case 8 ->
          new Operation.Put(
              CommandCodec.getKey(in),
              ChangeCodec.getChange(in),
              ChangeCodec.getLifetime(in),
              ChangeCodec.getCondition(in),
              getFlag(in));
      case 9 -> new Operation.DeleteRange(getKeys(in), getFlag(in));
      case 10 -> getTransaction(in, Operation.Decision.STEP_BY_STEP, depth);
      case 11 -> new Operation.Grant(in.getLong(), in.getLong());
      case 12 -> new Operation.Revoke(in.getLong());
      case 13 -> getKeepAlive(in);
      case 14 -> new Operation.Compact(in.getLong());
      case 15 -> new Operation.KeepHistory(getFlag(in));
      case 16 -> new Operation.CountRevisions();
      case 17 -> new Operation.ChangeUsers(AuthCodec.getChange(in));
      case 18 -> new Operation.GetUser(AuthCodec.getName(in));
      case 19 -> new Operation.GetRole(AuthCodec.getName(in));
      case 20 -> new Operation.ListUsers();
      case 21 -> new Operation.ListRoles();
      case 22 -> new Operation.AuthStatus();
      case 23 -> new Operation.GetCredentials(AuthCodec.getName(in));
      case 24 -> new Operation.CheckRight(AuthCodec.getRight(in));
      case 25 -> getTransaction(in, Operation.Decision.AHEAD, depth);
      case 26 -> new Operation.ReadTransaction(getTransaction(in, Operation.Decision.AHEAD, depth));
      case 27 -> new Operation.GetLease(in.getLong(), false);
      case 29 -> new Operation.Look(CommandCodec.getKey(in));
      case 30 -> new Operation.Scan(in.getLong(), in.getInt());
      case 31 ->
          new Operation.Claim(
              CommandCodec.getKey(in), getOptional(in), getOptional(in), in.getLong());
      case 32 -> new Operation.Flush(in.getLong());
      case 28 -> new Operation.Copy(CommandCodec.getKey(in), CommandCodec.getKey(in), getFlag(in));
      default -> throw new MalformedException("operation of kind " + kind);
    };
  }

  // ---- ranges ----

  private static void putRange(ByteWriter out, Operation.Range range) {
    put(out, range.keys());
    Operation.Selection selection = range.selection();
    out.putLong(range.revision()).put(selection.detail().ordinal());
    put(out, selection.created());
    put(out, selection.modified());
    putFlag(out, range.page().descending());
    out.putLong(range.page().limit());
  }

  private static Operation.Range getRange(ByteReader in) {
    KeyRange keys = getKeys(in);
    long revision = in.getLong();
    Operation.Detail detail = getOneOf(DETAILS, in);
    var selection = new Operation.Selection(detail, getBetween(in), getBetween(in));
    var page = new Operation.Page(getFlag(in), in.getLong());
    return new Operation.Range(keys, revision, selection, page);
  }

  private static void put(ByteWriter out, Operation.Between revisions) {
    out.putLong(revisions.min()).putLong(revisions.max());
  }

  private static Operation.Between getBetween(ByteReader in) {
    return new Operation.Between(in.getLong(), in.getLong());
  }

  static void put(ByteWriter out, KeyRange keys) {
    if (keys.isOneKey()) {
      CommandCodec.putKey(out.put(2), keys.from());
    } else {
      putEnd(out.put(keys.to() == null ? 0 : 1), keys.from());
      if (keys.to() != null) putEnd(out, keys.to());
    }
  }

  static KeyRange getKeys(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 0 -> new KeyRange(getEnd(in), null);
      case 1 -> new KeyRange(getEnd(in), getEnd(in));
      case 2 -> KeyRange.of(CommandCodec.getKey(in));
      default -> throw new MalformedException("range of kind " + kind);
    };
  }

  /// The end of a range may be the key behind the greatest that a key can be.
  private static void putEnd(ByteWriter out, Bytes end) {
    out.putBytes(CommandCodec.checked("end of a range", end, KvLimits.KEY_BYTES_HARD_MAX + 1));
  }

  private static Bytes getEnd(ByteReader in) {
    return in.getSlice(KvLimits.KEY_BYTES_HARD_MAX + 1);
  }

  // ---- transactions ----

  private static void putTransaction(ByteWriter out, Operation.Transaction transaction, int depth) {
    if (depth > KvLimits.NESTING_MAX) throw new IllegalArgumentException("nested too deep");
    putCount(out, transaction.compares().size(), KvLimits.STEPS_MAX);
    for (Compare compare : transaction.compares()) put(out, compare);
    putSteps(out, transaction.then(), depth);
    putSteps(out, transaction.otherwise(), depth);
  }

  private static void putSteps(ByteWriter out, List<Operation.Step> steps, int depth) {
    putCount(out, steps.size(), KvLimits.STEPS_MAX);
    for (Operation.Step step : steps) put(out, step, depth + 1);
  }

  private static Operation.Transaction getTransaction(
      ByteReader in, Operation.Decision decision, int depth) {
    if (depth > KvLimits.NESTING_MAX) throw new MalformedException("nested too deep");
    int count = getCount(in, COMPARE_BYTES_MIN, KvLimits.STEPS_MAX);
    List<Compare> compares = new ArrayList<>(count);
    for (int i = 0; i < count; i++) compares.add(getCompare(in));
    return new Operation.Transaction(compares, getSteps(in, depth), getSteps(in, depth), decision);
  }

  private static List<Operation.Step> getSteps(ByteReader in, int depth) {
    int count = getCount(in, STEP_BYTES_MIN, KvLimits.STEPS_MAX);
    List<Operation.Step> steps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      if (!(get(in, depth + 1) instanceof Operation.Step step))
        throw new MalformedException("a transaction with what is no step");
      steps.add(step);
    }
    return steps;
  }

  private static void put(ByteWriter out, Compare compare) {
    switch (compare) {
      case Compare.Value(KeyRange keys, Compare.Relation relation, Bytes value) -> {
        put(out.put(1), keys);
        CommandCodec.putValue(out.put(relation.ordinal()), value);
      }
      case Compare.Number(
              KeyRange keys,
              Compare.Field field,
              Compare.Relation relation,
              long number) -> {
        put(out.put(2), keys);
        out.put(field.ordinal()).put(relation.ordinal()).putLong(number);
      }
    }
  }

  private static Compare getCompare(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new Compare.Value(getKeys(in), getOneOf(RELATIONS, in), CommandCodec.getValue(in));
      case 2 ->
          new Compare.Number(
              getKeys(in), getOneOf(FIELDS, in), getOneOf(RELATIONS, in), in.getLong());
      default -> throw new MalformedException("comparison of kind " + kind);
    };
  }

  private static Operation.KeepAlive getKeepAlive(ByteReader in) {
    int count = getCount(in, Long.BYTES, KvLimits.KEEP_ALIVES_MAX);
    List<Long> leases = new ArrayList<>(count);
    for (int i = 0; i < count; i++) leases.add(in.getLong());
    return new Operation.KeepAlive(leases);
  }

  // ---- small parts ----

  /// Null for none.
  private static void putOptional(ByteWriter out, Lifetime lifetime) {
    putFlag(out, lifetime != null);
    if (lifetime != null) ChangeCodec.put(out, lifetime);
  }

  private static Lifetime getOptional(ByteReader in) {
    return getFlag(in) ? ChangeCodec.getLifetime(in) : null;
  }

  private static void putCount(ByteWriter out, int count, int countMax) {
    if (count > countMax)
      throw new IllegalArgumentException("a list of " + count + ", at most " + countMax);
    out.putInt(count);
  }

  private static int getCount(ByteReader in, int bytesEachMin, int countMax) {
    int count = in.getCount(bytesEachMin);
    if (count > countMax)
      throw new MalformedException("a list of " + count + ", at most " + countMax);
    return count;
  }

  static void putFlag(ByteWriter out, boolean flag) {
    out.put(flag ? 1 : 0);
  }

  static boolean getFlag(ByteReader in) {
    int flag = in.get();
    if (flag > 1) throw new MalformedException("flag " + flag);
    return flag == 1;
  }

  /// What was written as its ordinal.
  static <E extends Enum<E>> E getOneOf(E[] all, ByteReader in) {
    int ordinal = in.get();
    if (ordinal >= all.length)
      throw new MalformedException(all[0].getDeclaringClass().getSimpleName() + " " + ordinal);
    return all[ordinal];
  }
}
