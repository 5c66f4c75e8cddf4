package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Optional;

/// Every limit of the state machine, in one place.
///
/// The first two are asked before a command is proposed and may differ from member to member. Those
/// of [State] decide what commands come to: all members of a cluster must have the same.
///
/// @param keyBytesMax 1 to [#KEY_BYTES_HARD_MAX]
/// @param valueBytesMax 0 to [#VALUE_BYTES_HARD_MAX]
public record KvLimits(int keyBytesMax, int valueBytesMax, State state) {
  /// No encoded command holds a longer key, whatever the configuration.
  public static final int KEY_BYTES_HARD_MAX = 64 << 10;

  /// No encoded command holds a longer value, whatever the configuration.
  public static final int VALUE_BYTES_HARD_MAX = 64 << 20;

  /// No store is allowed more memory, whatever the configuration: beyond it cells could not be
  /// numbered.
  public static final long MEMORY_BYTES_HARD_MAX = 24L << 30;

  public static final int CLIENT_BYTES_MAX = 64;
  public static final int NAME_BYTES_MAX = 64;

  public static final int RANGE_BYTES_MAX = 256 << 10;
  public static final int RANGE_KEYS_MAX = 4_096;
  public static final int RESULT_BYTES_MAX = 1 << 20;
  public static final int LEASES_MAX = 1 << 20;

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
  }

  /// Why the operation must not be proposed, or nothing if it may. A value to compare with counts
  /// as a value.
  public Optional<Result.Refused> refusalOf(Operation operation) {
    return switch (operation) {
      case Operation.Get get -> refusalOf(get.key(), null, null);
      case Operation.Write write -> refusalOf(write.key(), write.value(), write.condition());
      case Operation.Delete delete -> refusalOf(delete.key(), null, delete.condition());
      case Operation.Expire _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.KeepAlive _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _,
          Operation.GetLease _,
          Operation.ListLeases _ ->
          Optional.empty();
      case Operation.Range _, Operation.Put _, Operation.DeleteRange _, Operation.Transaction _ ->
          throw new UnsupportedOperationException("not yet: " + operation);
    };
  }

  private Optional<Result.Refused> refusalOf(Bytes key, Bytes value, Condition condition) {
    if (key.length() > keyBytesMax)
      return Optional.of(new Result.Refused(Result.Reason.KEY_TOO_LONG));
    boolean compares =
        switch (condition) {
          case null -> false;
          case Condition.Value(Bytes expected) -> expected.length() > valueBytesMax;
          case Condition.AbsentOrValue(Bytes expected) -> expected.length() > valueBytesMax;
          case Condition.Always _,
              Condition.Absent _,
              Condition.Present _,
              Condition.Unique _,
              Condition.Version _,
              Condition.Changes _,
              Condition.AnyChanges _ ->
              false;
        };
    if (compares || value != null && value.length() > valueBytesMax)
      return Optional.of(new Result.Refused(Result.Reason.VALUE_TOO_LONG));
    return Optional.empty();
  }
}
