package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// What a client can ask of the store: a [Get], which reads, or a [Command], which goes through the
/// log.
///
/// The records take keys and values of any size; [KvLimits#refusalOf] says which are too large to
/// be proposed.
public sealed interface Operation {
  /// Reads one key.
  record Get(Bytes key) implements Operation {
    public Get {
      Objects.requireNonNull(key);
    }
  }

  /// What changes the store, at its place in the log and nowhere else.
  sealed interface Command extends Operation {}

  /// Sets a key if the condition holds. The old time to live goes with the old value.
  ///
  /// @param ttl as [TimeToLive] has it: 0 for a value that never expires; otherwise the value is
  ///   due that long after the cluster time of the entry that wrote it
  record Write(Bytes key, Bytes value, long ttl, Condition condition) implements Command {
    public Write {
      Objects.requireNonNull(key);
      Objects.requireNonNull(value);
      Objects.requireNonNull(condition);
      if (!TimeToLive.isValid(ttl)) throw new IllegalArgumentException("time to live " + ttl);
    }
  }

  /// Removes a key if it is there and the condition holds.
  record Delete(Bytes key, Condition condition) implements Command {
    public Delete {
      Objects.requireNonNull(key);
      Objects.requireNonNull(condition);
    }
  }

  /// Removes what is due at its envelope's cluster time. Every command does that first; the leader
  /// proposes this one when something falls due and no other command is on its way.
  record Expire() implements Command {}
}
