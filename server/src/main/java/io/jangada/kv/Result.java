package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// What an [Operation] came to. Every one but [Found] is small, so that a session can keep many.
///
/// A version is the log index of the entry that wrote the value: it only grows, through deletions
/// and expiries too, and is the same on all members. Beside it stands how many *changes* the key
/// has seen since it came to be: 1 for its first value, and from 1 again after a deletion or expiry
/// (etcd's `version` of a key). It is 1 for all keys as long as changes are not counted.
public sealed interface Result {
  /// The write was done.
  ///
  /// @param version of the value
  /// @param changes of the key, this one included
  record Written(long version, long changes) implements Result {
    /// The first value of a key.
    public Written(long version) {
      this(version, 1);
    }
  }

  /// The key's value.
  ///
  /// @param changes of the key so far
  /// @param ttl the time to live as the write gave it, see [TimeToLive]; 0 for none
  /// @param deadlineMillis the cluster time from which the value is due, 0 for never; what is left
  ///   is this less [KvStore#clusterTimeMillis()]
  record Found(Bytes value, long version, long changes, long ttl, long deadlineMillis)
      implements Result {
    public Found {
      Objects.requireNonNull(value);
    }

    /// The first value of a key.
    public Found(Bytes value, long version, long ttl, long deadlineMillis) {
      this(value, version, 1, ttl, deadlineMillis);
    }
  }

  /// There is no such key, and nothing was changed.
  record NotFound() implements Result {
    static final NotFound INSTANCE = new NotFound();
  }

  /// The key is there though the guard was [Condition.Absent]; nothing was changed.
  ///
  /// @param version of the value that is there
  record Exists(long version) implements Result {}

  /// The key is there with another version or value than the guard names; nothing was changed.
  ///
  /// @param version of the value that is there
  record Mismatch(long version) implements Result {}

  /// The key was removed.
  ///
  /// @param version of the removal: greater than that of any value the key had
  record Deleted(long version) implements Result {}

  /// What an [Operation.Expire] removed.
  record Expired(int count) implements Result {}

  /// The request's number is no greater than one that its session has forgotten already, so it may
  /// or may not have been done before. It was not done now.
  record Forgotten() implements Result {
    static final Forgotten INSTANCE = new Forgotten();
  }

  /// The request cannot be done, whatever the store holds; nothing was changed.
  record Refused(Reason reason) implements Result {
    public Refused {
      Objects.requireNonNull(reason);
    }
  }

  /// Why a request is [Refused].
  enum Reason {
    /// Bytes in the log that are no command.
    MALFORMED,
    KEY_TOO_LONG,
    VALUE_TOO_LONG
  }
}
