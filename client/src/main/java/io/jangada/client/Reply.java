package io.jangada.client;

import io.jangada.bytes.Bytes;
import java.util.List;

/// What a call came to. Every call ends with one of these; its future is never completed with an
/// exception. Each kind of call has its own closed set, so that a switch can name them all.
///
/// Of those that mean *no*, three are about the request or the cluster and not about the data:
///
/// | | was it done? | try again? |
/// |---|---|---|
/// | [Refused] | no | not like this |
/// | [Unavailable] | no | later |
/// | [Unknown] | perhaps, or perhaps still to come | look first |
public sealed interface Reply {
  /// To `get`.
  sealed interface ToGet extends Reply {}

  /// To `getm`.
  sealed interface ToGetm extends Reply {}

  /// To `set` and `cas`.
  sealed interface ToWrite extends Reply {}

  /// To `delete`.
  sealed interface ToDelete extends Reply {}

  /// To `admin`.
  sealed interface ToAdmin extends Reply {}

  /// What only calls come to that the text protocol does not have.
  sealed interface Advanced extends Reply {}

  /// To a [Put].
  sealed interface ToPut extends Reply {}

  /// To a [RangeRequest].
  sealed interface ToRange extends Reply {}

  /// To `count`.
  sealed interface ToCount extends Reply {}

  /// To what removes many keys: `deleteRange`, `revoke`.
  sealed interface ToRemoval extends Reply {}

  /// To a [Transaction].
  sealed interface ToTransaction extends Reply {}

  /// To a step of one.
  sealed interface ToStep extends Reply {}

  /// To `grant`.
  sealed interface ToGrant extends Reply {}

  /// To `keepAlive`.
  sealed interface ToKeepAlive extends Reply {}

  /// To `timeToLive`.
  sealed interface ToTimeToLive extends Reply {}

  /// To `leases`.
  sealed interface ToLeases extends Reply {}

  /// To whatever is asked: it was not done, and will not be.
  sealed interface NotDone
      extends ToGet,
          ToGetm,
          ToWrite,
          ToDelete,
          ToAdmin,
          ToPut,
          ToRange,
          ToCount,
          ToRemoval,
          ToTransaction,
          ToGrant,
          ToKeepAlive,
          ToTimeToLive,
          ToLeases {}

  record Found(Bytes value) implements ToGet {}

  /// @param exptimeSeconds as the write gave it, or what is left of it where the servers are
  ///   configured so; 0 for a value that does not expire
  record FoundVersion(Bytes value, long version, long exptimeSeconds) implements ToGetm, ToStep {}

  /// The value is stored, once.
  record Written(long version) implements ToWrite {}

  record Deleted() implements ToDelete, ToStep {}

  /// What the server said: JSON in UTF-8, or the bytes of a chunk.
  record Told(Bytes content) implements ToAdmin {}

  /// A [Put] was done, once.
  ///
  /// @param revision of the value
  /// @param changes of the key's value since it came to be
  /// @param length of the value now, in bytes
  /// @param number the value now, if the change was an addition; otherwise null
  /// @param former what was there before, if that was asked for; otherwise null
  record Changed(long revision, long changes, int length, Bytes number, KeyValue former)
      implements Advanced, ToPut, ToStep {}

  /// Keys of a range.
  ///
  /// @param revision of the state that it shows
  /// @param count of all keys in the range, whatever limits and filters say; -1 where it is not
  ///   known, which is so for former revisions
  /// @param entries in the order that was asked for
  /// @param rest where to go on at [#revision]; null at the end
  record Ranged(long revision, long count, List<KeyValue> entries, KeyRange rest)
      implements Advanced, ToRange, ToStep {}

  /// @param revision of the state that was counted
  record Counted(long revision, long count) implements Advanced, ToCount {}

  /// Keys were removed, or there were none to remove.
  ///
  /// @param revision of the removal, or of the store where nothing was removed
  /// @param formers what was removed, if that was asked for: the first keys, as many as go into one
  ///   reply
  record Removed(long revision, long count, List<KeyValue> formers)
      implements Advanced, ToRemoval, ToStep {}

  /// A transaction was done, once.
  ///
  /// @param revision of what it changed, or of the store where it changed nothing
  /// @param succeeded whether all comparisons held
  /// @param replies one for each step that was done
  record Transacted(long revision, boolean succeeded, List<ToStep> replies)
      implements Advanced, ToTransaction, ToStep {}

  /// There is a new lease.
  record Granted(long lease, long ttlMillis) implements Advanced, ToGrant {}

  /// The leases last on.
  ///
  /// @param ttlMillis how long each lasts from now on, in the order of the question; 0 for one that
  ///   is not there
  record KeptAlive(List<Long> ttlMillis) implements Advanced, ToKeepAlive {}

  /// A lease.
  ///
  /// @param ttlMillis as it was granted
  /// @param keys in order
  record Leased(long lease, long ttlMillis, long leftMillis, List<Bytes> keys)
      implements Advanced, ToTimeToLive {}

  /// The numbers of all leases, in order.
  record LeaseList(List<Long> leases) implements Advanced, ToLeases {}

  /// The revision that was asked for is not kept any more.
  ///
  /// @param compacted the first revision that can be read
  record Compacted(long compacted) implements Advanced, ToRange, ToCount, ToStep {}

  /// The servers looked, and it cannot be done; nothing was changed.
  record Rejected(Reason reason)
      implements Advanced,
          ToPut,
          ToRange,
          ToCount,
          ToRemoval,
          ToTransaction,
          ToStep,
          ToGrant,
          ToTimeToLive {}

  /// Why a request is [Rejected].
  enum Reason {
    MALFORMED("the servers cannot read it"),
    KEY_TOO_LONG("the key is too long"),
    VALUE_TOO_LONG("the value is too long"),
    TRANSACTION_TOO_LARGE("the transaction is too large"),
    LEASE_NOT_FOUND("no such lease"),
    LEASE_EXISTS("the lease exists"),
    TOO_MANY_LEASES("there are too many leases"),
    NOT_A_NUMBER("the value is not a number"),
    OVERFLOW("the sum is out of bounds"),
    FUTURE_REVISION("there is no such revision yet"),
    RESULT_TOO_LARGE("the transaction's results are too large"),
    NO_USER("a user must be named"),
    STALE_USER("the user is gone, or its password changed"),
    PERMISSION_DENIED("permission denied"),
    USER_EXISTS("the user exists"),
    USER_NOT_FOUND("no such user"),
    ROLE_EXISTS("the role exists"),
    ROLE_NOT_FOUND("no such role"),
    ROLE_NOT_GRANTED("the user does not have the role"),
    PERMISSION_NOT_GRANTED("the role does not have the permission"),
    ROOT_USER_NEEDED("there is no user root"),
    ROOT_ROLE_NEEDED("the user root does not have the role root"),
    INVALID_AUTH_MANAGEMENT("invalid auth management"),
    INVALID_NAME("the name is empty, too long, or no UTF-8"),
    TOO_MANY_USERS("there are too many users, roles or permissions"),
    KEY_NOT_FOUND("no such key"),
    UNKNOWN_PLACE("no place that this member gave"),
    /// One that servers of a later release have.
    OTHER("for a reason that this client does not know");

    private final String sentence;

    Reason(String sentence) {
      this.sentence = sentence;
    }

    /// For people.
    public String sentence() {
      return sentence;
    }
  }

  /// There is no such key, or it has expired; nothing was changed.
  record NotFound() implements ToGet, ToGetm, ToWrite, ToDelete, ToPut, ToStep {}

  /// A `set` found the key there already, a `cas` another version, or a [Put]'s condition does not
  /// hold; nothing was changed.
  record Mismatch() implements ToWrite, ToPut, ToStep {}

  /// It makes no sense as it was asked, and had no effect.
  record Refused(String reason) implements NotDone {}

  /// It had no effect and will have none: no server that could do it was found in time, or too much
  /// is under way in this client.
  record Unavailable(String reason) implements NotDone {}

  /// It may have taken effect, or may yet: it was sent, and no answer that settles it came in time.
  record Unknown(String reason)
      implements ToWrite, ToDelete, ToAdmin, ToPut, ToRemoval, ToTransaction, ToGrant {}
}
