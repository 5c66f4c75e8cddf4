package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.Role;
import java.util.List;
import java.util.Objects;

/// What an [Operation] came to. What holds no values is small, so that a session can keep many.
///
/// A version is the revision of the change that made the value: it only grows, through deletions
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

  /// What only those operations come to that are more than [Operation.Get], [Operation.Write],
  /// [Operation.Delete] and [Operation.Expire]: protocols that have these alone never see it.
  sealed interface Advanced extends Result {}

  /// A [Operation.Put] was done.
  ///
  /// @param revision of the value
  /// @param changes of the key's value
  /// @param length of the value now
  /// @param number the value now, if the change was [Change.Add]; otherwise null
  /// @param former what was there before, if that was asked for; otherwise null
  record Changed(long revision, long changes, int length, Bytes number, KeyValue former)
      implements Advanced {}

  /// What was found of a key, and its marks.
  ///
  /// @param entry as it was before the command; as it is, if that created it; null where it is not
  ///   there
  /// @param isStale whether it is not to be relied on
  /// @param isTaken whether another has the right to compute it again
  /// @param isGranted whether the caller has it now
  record Marked(KeyValue entry, boolean isStale, boolean isTaken, boolean isGranted)
      implements Advanced {}

  /// Some keys.
  ///
  /// @param next from where to continue, 0 at the end
  record Scanned(List<Bytes> keys, long next) implements Advanced {
    public Scanned {
      keys = List.copyOf(keys);
    }
  }

  /// Keys were removed, or there were none to remove.
  ///
  /// @param revision of the removal, or of the store where nothing was removed
  /// @param formers what was removed, if that was asked for: the first keys, as many as go into one
  ///   result
  record Removed(long revision, long count, List<KeyValue> formers) implements Advanced {
    public Removed {
      formers = List.copyOf(formers);
    }
  }

  /// A range of keys, or its first part.
  ///
  /// @param revision of the state that it shows: the one that was asked for, or the newest
  /// @param count of all keys in the range, whatever limits and filters say; -1 where it is not
  ///   known: at a former revision, where very much changed since, or in a transaction that is not
  ///   decided ahead. If only the count was asked for, it is then that of the part that was looked
  ///   at
  /// @param entries in the order that was asked for
  /// @param rest where to continue, at [#revision]; null at the end
  record Ranged(long revision, long count, List<KeyValue> entries, KeyRange rest)
      implements Advanced {
    public Ranged {
      entries = List.copyOf(entries);
    }
  }

  /// A transaction was done.
  ///
  /// @param revision of what it changed, or of the store where it changed nothing
  /// @param succeeded whether all comparisons held
  /// @param results one for each step that was done
  record Transacted(long revision, boolean succeeded, List<Result> results) implements Advanced {
    public Transacted {
      results = List.copyOf(results);
    }
  }

  /// There is a new lease.
  record Granted(long lease, long ttlMillis) implements Advanced {}

  /// The leases last on.
  ///
  /// @param ttlMillis how long each lasts from now on, in the order of the command; 0 for one that
  ///   is not there, [#DENIED] for one that the caller may not keep alive
  record KeptAlive(List<Long> ttlMillis) implements Advanced {
    public static final long DENIED = -1;

    public KeptAlive {
      ttlMillis = List.copyOf(ttlMillis);
    }
  }

  /// A lease.
  ///
  /// @param ttlMillis as it was granted
  /// @param leftMillis 0 for one that is due
  /// @param keys in order: the first, as many as go into one result
  record Leased(long lease, long ttlMillis, long leftMillis, List<Bytes> keys) implements Advanced {
    public Leased {
      keys = List.copyOf(keys);
    }
  }

  /// All leases, by number.
  record LeaseList(List<Long> leases) implements Advanced {
    public LeaseList {
      leases = List.copyOf(leases);
    }
  }

  /// It was done, and changed no key.
  ///
  /// @param revision of the store
  record Noted(long revision) implements Advanced {}

  /// The revision that was asked for is not kept; nothing was changed.
  ///
  /// @param compacted the first revision that can be read
  record Compacted(long compacted) implements Advanced {}

  /// What only operations on users and roles come to.
  sealed interface OfUsers extends Advanced {}

  /// The change was made, or there was nothing to change.
  ///
  /// @param authRevision of users and roles now
  record UsersChanged(long authRevision) implements OfUsers {}

  /// @param roles by name, in order
  record FoundUser(Bytes name, boolean hasPassword, List<Bytes> roles) implements OfUsers {
    public FoundUser {
      Objects.requireNonNull(name);
      roles = List.copyOf(roles);
    }
  }

  record FoundRole(Role role) implements OfUsers {
    public FoundRole {
      Objects.requireNonNull(role);
    }
  }

  /// The names of all users, or of all roles, in order.
  record NameList(List<Bytes> names) implements OfUsers {
    public NameList {
      names = List.copyOf(names);
    }
  }

  /// @param isEnabled whether users are checked
  /// @param users how many there are
  /// @param roles likewise
  record AuthState(boolean isEnabled, long authRevision, int users, int roles) implements OfUsers {}

  /// What it takes to find out whether a client is a user.
  ///
  /// @param hash of its password; null if it has none
  /// @param since as the user's [io.jangada.kv.auth.Caller] has it
  /// @param signingKey with which tokens are signed; null while users are not checked
  record Credentials(Bytes hash, long since, Bytes signingKey, long authRevision)
      implements OfUsers {}

  /// What an [Operation.Expire] removed.
  record Expired(int count) implements Result {}

  /// The request's number is no greater than one that its session has forgotten already, so it may
  /// or may not have been done before; or it was done before, and its result was too large to be
  /// remembered ([KvLimits#ANSWER_BYTES_MAX]). It was not done now.
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
    VALUE_TOO_LONG,
    /// A transaction with too many steps or comparisons, nested too deep, or with too many bytes;
    /// or a [Operation.KeepAlive] of too many leases.
    TRANSACTION_TOO_LARGE,
    /// There is no such lease.
    LEASE_NOT_FOUND,
    /// The number is that of a lease already.
    LEASE_EXISTS,
    /// There are as many leases as there may be.
    TOO_MANY_LEASES,
    /// What is to be added to is no number.
    NOT_A_NUMBER,
    /// The sum is greater, or less, than a number can be.
    OVERFLOW,
    /// There is no such revision yet.
    FUTURE_REVISION,
    /// The results of a transaction have as many bytes as they may: a step that would show a value
    /// was not done. Of one that is decided ahead nothing was done.
    RESULT_TOO_LARGE,
    /// Users are checked, and it is not known who asks.
    NO_USER,
    /// The user that asks is gone, or its password changed since it proved who it is.
    STALE_USER,
    /// The user that asks may not do that.
    PERMISSION_DENIED,
    USER_EXISTS,
    USER_NOT_FOUND,
    ROLE_EXISTS,
    ROLE_NOT_FOUND,
    /// The user has no such role.
    ROLE_NOT_GRANTED,
    /// The role has no permission for exactly these keys, or not that right.
    PERMISSION_NOT_GRANTED,
    /// There must be a user root before users are checked…
    ROOT_USER_NEEDED,
    /// …and it must have the role root.
    ROOT_ROLE_NEEDED,
    /// While users are checked there is a user root that has the role root; and no permission is
    /// for an empty range.
    INVALID_AUTH_MANAGEMENT,
    /// A name is empty, longer than [KvLimits#USER_NAME_BYTES_MAX], or no UTF-8; or a hash or a
    /// signing key has a length that none has.
    INVALID_NAME,
    /// There are as many users, roles, permissions or roles of a user as there may be.
    TOO_MANY_USERS,
    /// A step of a transaction that is decided ahead needs a key that is not there.
    KEY_NOT_FOUND,
    /// A place of an [Operation.Scan] that this member did not give since it started.
    UNKNOWN_PLACE
  }
}
