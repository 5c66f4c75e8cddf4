package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// The guard of a [Operation.Write] or [Operation.Delete]: what must be true of the key when the
/// command's turn comes. One write with these guards serves every client protocol.
public sealed interface Condition {
  /// The guard that always holds.
  record Always() implements Condition {}

  /// The key must not be there; if it is, the result is [Result.Exists].
  record Absent() implements Condition {}

  /// The key must be there; otherwise the result is [Result.NotFound].
  record Present() implements Condition {}

  /// The key must be there with this [KeyValue.Revisions#unique]; otherwise the result is
  /// [Result.NotFound] or [Result.Mismatch].
  record Unique(long unique) implements Condition {}

  /// The key must be there with this [KeyValue.Revisions#unique] or a greater one. Where it is
  /// greater, what is written is stale already, and lives as long as what was there.
  record UniqueOrLater(long unique) implements Condition {}

  /// The key must be there with exactly this version; otherwise the result is [Result.NotFound] or
  /// [Result.Mismatch].
  record Version(long version) implements Condition {}

  /// The key must be there and have been changed this many times, its birth included; otherwise the
  /// result is [Result.NotFound] or [Result.Mismatch]. (etcd's comparison of a key's `version`.)
  record Changes(long changes) implements Condition {}

  /// The key must be there and end so; otherwise the result is [Result.NotFound] or
  /// [Result.Mismatch]. A key on a lease ends when the lease does.
  ///
  /// @param ttl as [TimeToLive] has it: the time that the key's end is compared with, from the
  ///   cluster time of the command on; not 0 where it is
  record Ends(End end, long ttl) implements Condition {
    public Ends {
      Objects.requireNonNull(end);
      if (!TimeToLive.isValid(ttl)) throw new IllegalArgumentException("time to live " + ttl);
    }
  }

  /// When a key ends.
  enum End {
    NEVER,
    SOMETIME,
    /// After the time that is given, or never.
    LATER,
    /// After the time that is given.
    LATER_IF_EVER,
    /// Before the time that is given.
    SOONER
  }

  /// The guard that always holds, of a client that goes by the number of changes.
  record AnyChanges() implements Condition {}

  /// Whether a command with this guard needs changes to be counted: the first such command in the
  /// log begins it.
  default boolean needsCounting() {
    return switch (this) {
      case Changes _, AnyChanges _ -> true;
      case Always _,
          Absent _,
          Present _,
          Unique _,
          UniqueOrLater _,
          Ends _,
          Version _,
          Value _,
          AbsentOrValue _ ->
          false;
    };
  }

  /// Whether releases knew it that did not count revisions.
  default boolean isOld() {
    return switch (this) {
      case Present _, Unique _, UniqueOrLater _, Ends _ -> false;
      case Always _, Absent _, Version _, Changes _, AnyChanges _, Value _, AbsentOrValue _ -> true;
    };
  }

  /// The key must be there with exactly this value; otherwise the result is [Result.NotFound] or
  /// [Result.Mismatch].
  record Value(Bytes value) implements Condition {
    public Value {
      Objects.requireNonNull(value);
    }
  }

  /// The key must not be there, or be there with exactly this value; otherwise the result is
  /// [Result.Mismatch]. (Maelstrom's `cas` with `create_if_not_exists`.)
  record AbsentOrValue(Bytes value) implements Condition {
    public AbsentOrValue {
      Objects.requireNonNull(value);
    }
  }
}
