package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every limit of the state machine, in one place.
///
/// All but those of [State] may differ from member to member; the first two are asked before a
/// command is proposed. Those of [State] decide what commands come to: all members of a cluster
/// must have the same.
///
/// @param keyBytesMax 1 to [#KEY_BYTES_HARD_MAX]
/// @param valueBytesMax 0 to [#VALUE_BYTES_HARD_MAX]
/// @param sliceKeys how many keys are removed in a turn where entries remove very many
///   ([KvStore#begin]): it shows in nothing but how long that takes
public record KvLimits(int keyBytesMax, int valueBytesMax, State state, int sliceKeys) {
  /// No encoded command holds a longer key, whatever the configuration.
  public static final int KEY_BYTES_HARD_MAX = 64 << 10;

  /// No encoded command holds a longer value, whatever the configuration.
  public static final int VALUE_BYTES_HARD_MAX = 64 << 20;

  /// No store is allowed more memory, whatever the configuration: beyond it cells could not be
  /// numbered.
  public static final long MEMORY_BYTES_HARD_MAX = 24L << 30;

  public static final int CLIENT_BYTES_MAX = 64;
  public static final int NAME_BYTES_MAX = 64;

  /// A range's result ends with the entry that brings it to this many bytes…
  public static final int RANGE_BYTES_MAX = 256 << 10;

  /// …or when so many keys were looked at.
  public static final int RANGE_KEYS_MAX = 4_096;

  /// What one command's result may hold in bytes of keys and values that are there.
  public static final int RESULT_BYTES_MAX = 4 << 20;

  /// How many steps and comparisons a transaction has at most, those of nested ones included.
  public static final int STEPS_MAX = 10_000;

  /// How deep transactions are nested at most, the outermost included.
  public static final int NESTING_MAX = 8;

  /// How many bytes of keys and values a transaction has at most, unless one may have more.
  public static final int TRANSACTION_BYTES_MAX = 4 << 20;

  public static final int LEASES_MAX = 1 << 20;

  /// How many leases one command keeps alive at most.
  public static final int KEEP_ALIVES_MAX = 10_000;

  public static final int USERS_MAX = 10_000;
  public static final int ROLES_MAX = 10_000;
  public static final int ROLES_OF_USER_MAX = 1_000;
  public static final int PERMISSIONS_OF_ROLE_MAX = 1_000;

  /// What a role takes in memory at most, so that it goes into one result.
  public static final int ROLE_BYTES_MAX = 1 << 20;

  /// What all users and roles take in memory at most.
  public static final long USERS_BYTES_MAX = 64 << 20;

  /// Of users and roles.
  public static final int USER_NAME_BYTES_MAX = 256;

  /// The hash of a password.
  public static final int HASH_BYTES_MAX = 1 << 10;

  public static final int SIGNING_KEY_BYTES_MIN = 16;
  public static final int SIGNING_KEY_BYTES_MAX = 64;

  /// How many keys a lease has at most for a user to whom not all keys are permitted…
  public static final int CHECKED_KEYS_OF_LEASE_MAX = 10_000;

  /// …and how many the leases have together that one command names.
  public static final int CHECKED_KEYS_MAX = 100_000;

  /// The removal of so many keys is short enough for one turn.
  public static final int SLICE_KEYS = 1_000;

  /// The longest result of a request that is remembered: whether a request was done is known of
  /// all.
  public static final int ANSWER_BYTES_MAX = 16 << 10;

  /// A snapshot's chunk ends with the first record that brings it to this length.
  public static final int CHUNK_BYTES = 64 << 10;

  public static final KvLimits DEFAULT =
      new KvLimits(1 << 10, 1 << 20, new State(65_536, 128, 262_144, 3_600_000, 1_000));

  /// The limits that are part of the state machine's meaning. A snapshot carries them, and a store
  /// with others refuses it.
  ///
  /// @param sessionsMax how many clients are remembered
  /// @param answersPerSessionMax how many requests of one client are remembered
  /// @param answersMax how many requests of all clients are remembered
  /// @param idleMillisMax how much cluster time after its last request a client is forgotten
  /// @param expiriesMax how many due values one command removes at most, beside its own key's
  public record State(
      int sessionsMax,
      int answersPerSessionMax,
      int answersMax,
      long idleMillisMax,
      int expiriesMax) {
    public State {
      if (sessionsMax < 1 || answersPerSessionMax < 1 || answersMax < answersPerSessionMax)
        throw new IllegalArgumentException("session limits too small");
      if (idleMillisMax < 1 || idleMillisMax > Envelope.CLUSTER_TIME_MILLIS_MAX || expiriesMax < 1)
        throw new IllegalArgumentException(
            "idle " + idleMillisMax + " ms, " + expiriesMax + " expiries");
    }
  }

  public KvLimits {
    if (keyBytesMax < 1 || keyBytesMax > KEY_BYTES_HARD_MAX)
      throw new IllegalArgumentException("keyBytesMax " + keyBytesMax);
    if (valueBytesMax < 0 || valueBytesMax > VALUE_BYTES_HARD_MAX)
      throw new IllegalArgumentException("valueBytesMax " + valueBytesMax);
    if (sliceKeys < 1) throw new IllegalArgumentException("sliceKeys " + sliceKeys);
  }

  public KvLimits(int keyBytesMax, int valueBytesMax, State state) {
    this(keyBytesMax, valueBytesMax, state, SLICE_KEYS);
  }

  public KvLimits withSliceKeys(int sliceKeys) {
    return new KvLimits(keyBytesMax, valueBytesMax, state, sliceKeys);
  }

  /// The command as it may be proposed: no value grows beyond what this member takes.
  public Operation.Command bounded(Operation.Command command) {
    return switch (command) {
      case Operation.Put put -> bounded(put);
      case Operation.Transaction transaction -> bounded(transaction);
      case Operation.Write _,
          Operation.Copy _,
          Operation.Claim _,
          Operation.Flush _,
          Operation.Delete _,
          Operation.DeleteRange _,
          Operation.Expire _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.KeepAlive _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _,
          Operation.ChangeUsers _ ->
          command;
    };
  }

  private Operation.Put bounded(Operation.Put put) {
    Change change =
        switch (put.change()) {
          case Change.Extend(Change.Side side, Bytes bytes, Change.Growth growth) ->
              new Change.Extend(side, bytes, bounded(growth));
          case Change.Replace(int offset, Bytes bytes, Change.Growth growth) ->
              new Change.Replace(offset, bytes, bounded(growth));
          case Change.Set _,
              Change.Keep _,
              Change.Rewrite _,
              Change.Invalidate _,
              Change.Add _,
              Change.AddDecimal _ ->
              put.change();
        };
    return new Operation.Put(put.key(), change, put.lifetime(), put.condition(), put.former());
  }

  private Change.Growth bounded(Change.Growth growth) {
    return new Change.Growth(growth.creates(), Math.min(growth.bytesMax(), valueBytesMax));
  }

  private Operation.Transaction bounded(Operation.Transaction transaction) {
    return new Operation.Transaction(
        transaction.compares(),
        bounded(transaction.then()),
        bounded(transaction.otherwise()),
        transaction.decision());
  }

  private List<Operation.Step> bounded(List<Operation.Step> steps) {
    List<Operation.Step> bounded = new ArrayList<>(steps.size());
    for (Operation.Step step : steps)
      bounded.add(
          switch (step) {
            case Operation.Put put -> bounded(put);
            case Operation.Transaction inner -> bounded(inner);
            case Operation.Get _,
                Operation.Range _,
                Operation.Write _,
                Operation.Copy _,
                Operation.Delete _,
                Operation.DeleteRange _ ->
                step;
          });
    return bounded;
  }

  /// Why the operation must not be proposed, or nothing if it may. A value to compare with counts
  /// as a value.
  public Optional<Result.Refused> refusalOf(Operation operation) {
    return Optional.ofNullable(objection(operation)).map(Result.Refused::new);
  }

  private Result.Reason objection(Operation operation) {
    return switch (operation) {
      case Operation.Get(Bytes key) -> objection(key.length(), 0);
      case Operation.Range range -> objection(range.keys(), 0);
      case Operation.Write write ->
          objection(
              write.key().length(), Math.max(write.value().length(), Sizes.of(write.condition())));
      case Operation.Put put ->
          objection(
              put.key().length(), Math.max(Sizes.of(put.change()), Sizes.of(put.condition())));
      case Operation.Delete delete ->
          objection(delete.key().length(), Sizes.of(delete.condition()));
      case Operation.Copy(Bytes from, Bytes to, boolean _) ->
          objection(Math.max(from.length(), to.length()), 0);
      case Operation.DeleteRange delete -> objection(delete.keys(), 0);
      case Operation.Transaction transaction -> objection(transaction);
      case Operation.ReadTransaction(Operation.Transaction transaction) -> objection(transaction);
      case Operation.KeepAlive(List<Long> leases) ->
          leases.size() > KEEP_ALIVES_MAX ? Result.Reason.TRANSACTION_TOO_LARGE : null;
      case Operation.ChangeUsers(AuthChange change) -> objection(change);
      case Operation.UsersRead read -> objection(read);
      case Operation.Look(Bytes key) -> objection(key.length(), 0);
      case Operation.Claim claim -> objection(claim.key().length(), 0);
      case Operation.Expire _,
          Operation.Flush _,
          Operation.Scan _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _,
          Operation.GetLease _,
          Operation.ListLeases _ ->
          null;
    };
  }

  private Result.Reason objection(AuthChange change) {
    return switch (change) {
      case AuthChange.Enable(Bytes key) -> {
        boolean fits =
            key.length() >= SIGNING_KEY_BYTES_MIN && key.length() <= SIGNING_KEY_BYTES_MAX;
        yield fits ? null : Result.Reason.INVALID_NAME;
      }
      case AuthChange.Disable() -> null;
      case AuthChange.AddUser(Bytes user, Bytes hash) -> objection(user, hash);
      case AuthChange.DeleteUser(Bytes user) -> objectionToName(user);
      case AuthChange.ChangePassword(Bytes user, Bytes hash) -> objection(user, hash);
      case AuthChange.GrantRole(Bytes user, Bytes role) -> objectionToNames(user, role);
      case AuthChange.RevokeRole(Bytes user, Bytes role) -> objectionToNames(user, role);
      case AuthChange.AddRole(Bytes role) -> objectionToName(role);
      case AuthChange.DeleteRole(Bytes role) -> objectionToName(role);
      case AuthChange.GrantPermission(Bytes role, Permission permission) ->
          objection(role, permission.keys());
      case AuthChange.RevokePermission(Bytes role, KeyRange keys) -> objection(role, keys);
      case AuthChange.GrantRight(Bytes role, Right _) -> objectionToName(role);
      case AuthChange.RevokeRight(Bytes role, Right _) -> objectionToName(role);
    };
  }

  private static Result.Reason objection(Operation.UsersRead read) {
    return switch (read) {
      case Operation.GetUser(Bytes user) -> objectionToName(user);
      case Operation.GetRole(Bytes role) -> objectionToName(role);
      case Operation.GetCredentials(Bytes user) -> objectionToName(user);
      case Operation.ListUsers _,
          Operation.ListRoles _,
          Operation.AuthStatus _,
          Operation.CheckRight _ ->
          null;
    };
  }

  private Result.Reason objection(Bytes role, KeyRange keys) {
    Result.Reason reason = objectionToName(role);
    return reason == null ? objection(keys, 0) : reason;
  }

  private static Result.Reason objection(Bytes user, Bytes hash) {
    boolean isTooLong = hash != null && hash.length() > HASH_BYTES_MAX;
    return isTooLong ? Result.Reason.INVALID_NAME : objectionToName(user);
  }

  private static Result.Reason objectionToNames(Bytes name, Bytes other) {
    Result.Reason reason = objectionToName(name);
    return reason == null ? objectionToName(other) : reason;
  }

  private static Result.Reason objectionToName(Bytes name) {
    boolean fits =
        name.length() >= 1
            && name.length() <= USER_NAME_BYTES_MAX
            && Bytes.utf8(name.toUtf8()).equals(name);
    return fits ? null : Result.Reason.INVALID_NAME;
  }

  private Result.Reason objection(int keyBytes, int valueBytes) {
    if (keyBytes > keyBytesMax) return Result.Reason.KEY_TOO_LONG;
    return valueBytes > valueBytesMax ? Result.Reason.VALUE_TOO_LONG : null;
  }

  /// The end of a range may have a byte more than a key: it is not in it.
  private Result.Reason objection(KeyRange keys, int valueBytes) {
    int to = keys.to() == null ? 0 : keys.to().length();
    return objection(Math.max(keys.from().length(), to) - 1, valueBytes);
  }

  private Result.Reason objection(Operation.Transaction transaction) {
    if (depthOf(transaction) > NESTING_MAX
        || stepsOf(transaction) > STEPS_MAX
        || Sizes.of(transaction) > transactionBytesMax())
      return Result.Reason.TRANSACTION_TOO_LARGE;
    for (Compare compare : transaction.compares()) {
      Result.Reason reason = objection(compare.keys(), Sizes.of(compare));
      if (reason != null) return reason;
    }
    for (Operation.Step step : transaction.steps()) {
      Result.Reason reason = objection(step);
      if (reason != null) return reason;
    }
    return null;
  }

  /// How many bytes an encoded command has at most beside its request, if it is not refused.
  public long commandBytesMax() {
    return Math.max(2L * valueBytesMax + keyBytesMax + Sizes.PART_BYTES, transactionBytesMax());
  }

  /// The largest write is not refused in a transaction that compares one key.
  private long transactionBytesMax() {
    return Math.max(TRANSACTION_BYTES_MAX, 2L * keyBytesMax + valueBytesMax + 2 * Sizes.PART_BYTES);
  }

  /// How deep transactions are nested, this one included.
  private static int depthOf(Operation.Transaction transaction) {
    int depth = 0;
    for (Operation.Step step : transaction.steps())
      if (step instanceof Operation.Transaction nested) depth = Math.max(depth, depthOf(nested));
    return depth + 1;
  }

  /// How many steps and comparisons a transaction has, those of nested ones included.
  private static long stepsOf(Operation.Transaction transaction) {
    long steps = transaction.compares().size() + transaction.steps().size();
    for (Operation.Step step : transaction.steps())
      if (step instanceof Operation.Transaction nested) steps += stepsOf(nested);
    return steps;
  }
}
