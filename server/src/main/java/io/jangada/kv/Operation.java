package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What a client can ask of the store: a [Read], or a [Command], which goes through the log.
///
/// The records take keys and values of any size; [KvLimits#refusalOf] says which are too large to
/// be proposed.
public sealed interface Operation {
  /// What changes nothing, and needs no entry in the log.
  sealed interface Read extends Operation {}

  /// What changes the store, at its place in the log and nowhere else.
  sealed interface Command extends Operation {
    /// Whether it is one that the first release knew: such a command does not begin the count of
    /// revisions, unless its condition is newer.
    default boolean isOld() {
      return switch (this) {
        case Write write -> write.condition().isOld();
        case Delete delete -> delete.condition().isOld();
        case Expire() -> true;
        case Put _,
            Copy _,
            Claim _,
            Flush _,
            DeleteRange _,
            Transaction _,
            Grant _,
            Revoke _,
            KeepAlive _,
            Compact _,
            KeepHistory _,
            CountRevisions _,
            ChangeUsers _ ->
            false;
      };
    }
  }

  /// What can stand in a [Transaction].
  sealed interface Step extends Operation {}

  /// Reads one key.
  record Get(Bytes key) implements Read, Step {
    public Get {
      Objects.requireNonNull(key);
    }
  }

  /// Reads a range of keys, or as much of it as goes into one result ([Result.Ranged]).
  ///
  /// @param revision as of which, 0 for the newest
  record Range(KeyRange keys, long revision, Selection selection, Page page) implements Read, Step {
    public Range {
      Objects.requireNonNull(keys);
      Objects.requireNonNull(selection);
      Objects.requireNonNull(page);
      if (revision < 0) throw new IllegalArgumentException("revision " + revision);
    }

    /// All keys and values of a range, as they are now.
    public Range(KeyRange keys) {
      this(keys, 0, Selection.ALL, Page.ALL);
    }
  }

  /// What of a range is wanted. Filters leave keys out of the result, and not out of its count.
  ///
  /// @param created both bounds included
  /// @param modified likewise
  record Selection(Detail detail, Between created, Between modified) {
    public static final Selection ALL = new Selection(Detail.VALUES, Between.ANY, Between.ANY);
  }

  /// How much of each key is wanted.
  enum Detail {
    VALUES,
    KEYS,
    /// Only how many there are.
    COUNT
  }

  /// Revisions from one to another, both included.
  record Between(long min, long max) {
    public static final Between ANY = new Between(0, Long.MAX_VALUE);

    boolean contains(long revision) {
      return revision >= min && revision <= max;
    }
  }

  /// In which order, and how many.
  ///
  /// @param limit 0 for no limit
  record Page(boolean descending, long limit) {
    public static final Page ALL = new Page(false, 0);

    public Page {
      if (limit < 0) throw new IllegalArgumentException("limit " + limit);
    }
  }

  /// Reads a lease with what is left of it: [Result.Leased].
  ///
  /// @param keys whether with its keys as well
  record GetLease(long lease, boolean keys) implements Read {
    public GetLease(long lease) {
      this(lease, true);
    }
  }

  /// Reads the numbers of all leases: [Result.LeaseList].
  record ListLeases() implements Read {}

  /// Sets a key if the condition holds. The old time to live goes with the old value, as do its
  /// lease and its flags.
  ///
  /// @param ttl as [TimeToLive] has it: 0 for a value that never expires; otherwise the value is
  ///   due that long after the cluster time of the entry that wrote it
  record Write(Bytes key, Bytes value, long ttl, Condition condition) implements Command, Step {
    public Write {
      Objects.requireNonNull(key);
      Objects.requireNonNull(value);
      Objects.requireNonNull(condition);
      if (!TimeToLive.isValid(ttl)) throw new IllegalArgumentException("time to live " + ttl);
    }
  }

  /// Changes a key's value or its terms if the condition holds: [Result.Changed]. It is what
  /// [Write] is, with everything that a key can have.
  ///
  /// @param former whether the result shall hold what was there before
  record Put(Bytes key, Change change, Lifetime lifetime, Condition condition, boolean former)
      implements Command, Step {
    public Put {
      Objects.requireNonNull(key);
      Objects.requireNonNull(change);
      Objects.requireNonNull(lifetime);
      Objects.requireNonNull(condition);
    }
  }

  /// Asks for the right to compute a value again, which one of all who ask gets: [Result.Marked].
  /// (memcached's `mg`.) One gets it who finds no key and creates an empty one, who comes early, or
  /// who finds a value that is stale; then no other gets it until the value is written.
  ///
  /// @param touch how long the value lives from now on; null for as long as it does
  /// @param creation how long an empty value lives that is created; null if none is
  /// @param earlyMillis one whose own end is nearer than this is to be computed again, 0 for none
  record Claim(Bytes key, Lifetime touch, Lifetime creation, long earlyMillis) implements Command {
    public Claim {
      Objects.requireNonNull(key);
    }
  }

  /// Removes all keys at an instant, or now: [Result.Noted], or [Result.Removed]. There is one
  /// instant at most: a later command moves or forgets it.
  ///
  /// @param delayMillis 0 for now
  record Flush(long delayMillis) implements Command {
    public Flush {
      if (delayMillis < 0 || delayMillis > LEASE_MILLIS_MAX)
        throw new IllegalArgumentException("delay " + delayMillis);
    }
  }

  /// Removes a key if it is there and the condition holds.
  record Delete(Bytes key, Condition condition) implements Command, Step {
    public Delete {
      Objects.requireNonNull(key);
      Objects.requireNonNull(condition);
    }
  }

  /// Gives a key the value, the flags and the terms of another: [Result.Written]. It is
  /// [Result.NotFound] where there is no such other, and [Result.Exists] where the key is there and
  /// is not to be replaced.
  record Copy(Bytes from, Bytes to, boolean replaces) implements Command, Step {
    public Copy {
      Objects.requireNonNull(from);
      Objects.requireNonNull(to);
    }
  }

  /// Removes all keys of a range: [Result.Removed].
  ///
  /// @param former whether the result shall hold what was there, as far as one result can
  record DeleteRange(KeyRange keys, boolean former) implements Command, Step {
    public DeleteRange {
      Objects.requireNonNull(keys);
    }
  }

  /// Does one list of steps where all comparisons hold, and the other where one does not, at one
  /// place in the log and under one revision: [Result.Transacted]. A step that comes to nothing,
  /// because its condition fails or its key is not there, does not keep the others from being done.
  ///
  /// @param decision of a transaction in another that of the outermost one counts
  record Transaction(
      List<Compare> compares, List<Step> then, List<Step> otherwise, Decision decision)
      implements Command, Step {
    public Transaction {
      compares = List.copyOf(compares);
      then = List.copyOf(then);
      otherwise = List.copyOf(otherwise);
      Objects.requireNonNull(decision);
    }

    /// One that is decided step by step.
    public Transaction(List<Compare> compares, List<Step> then, List<Step> otherwise) {
      this(compares, then, otherwise, Decision.STEP_BY_STEP);
    }

    /// Whether it changes nothing, whichever lists are taken.
    public boolean isRead() {
      return steps().stream()
          .allMatch(
              step -> step instanceof Transaction inner ? inner.isRead() : step instanceof Read);
    }

    /// Those of both lists.
    List<Step> steps() {
      List<Step> both = new ArrayList<>(then);
      both.addAll(otherwise);
      return both;
    }
  }

  /// When it is decided which steps of a transaction are done, and whether they can be.
  enum Decision {
    /// Each transaction's comparisons when its turn comes. A lease that is named in either list and
    /// is not there refuses it; what else can fail is the result of its step.
    STEP_BY_STEP,
    /// All at once, on the state before the first step ([Plan]): what can be known to fail refuses
    /// the whole.
    AHEAD
  }

  /// Reads a key with its marks: [Result.Marked].
  record Look(Bytes key) implements Read {
    public Look {
      Objects.requireNonNull(key);
    }
  }

  /// Reads keys in an order that has nothing to do with them, from a place on: [Result.Scanned]. A
  /// key that is there all the while is met once by those who continue from place to place at one
  /// member.
  ///
  /// @param place 0 for the beginning
  /// @param count about how many keys are wanted, 1 or more
  record Scan(long place, int count) implements Read {
    public Scan {
      if (count < 1) throw new IllegalArgumentException("count " + count);
    }

    /// A place of the same member.
    ///
    /// @param place where to continue, as a result has it; not 0
    /// @param at anything: the places are spread over all numbers
    public static long elsewhere(long place, int at) {
      return KeyScan.elsewhere(place, at);
    }
  }

  /// Does a transaction of reads alone, decided ahead, in one state: [Result.Transacted] with its
  /// revision.
  record ReadTransaction(Transaction transaction) implements Read {
    public ReadTransaction {
      if (transaction.decision() != Decision.AHEAD || !transaction.isRead())
        throw new IllegalArgumentException("no transaction of reads, decided ahead");
    }
  }

  /// Removes what is due at its envelope's cluster time. Every command does that first; the leader
  /// proposes this one when something falls due and no other command is on its way.
  record Expire() implements Command {}

  /// Makes a lease: [Result.Granted].
  ///
  /// @param lease its number, which may be negative; 0 to have one drawn
  /// @param ttlMillis 1 to [#LEASE_MILLIS_MAX]
  record Grant(long lease, long ttlMillis) implements Command {
    public Grant {
      if (ttlMillis < 1 || ttlMillis > LEASE_MILLIS_MAX)
        throw new IllegalArgumentException("time to live " + ttlMillis);
    }
  }

  /// Some 285 years.
  long LEASE_MILLIS_MAX = 9_000_000_000_000L;

  /// Ends a lease and removes its keys, under one revision: [Result.Removed].
  record Revoke(long lease) implements Command {}

  /// Has leases last for their whole time from now on: [Result.KeptAlive].
  record KeepAlive(List<Long> leases) implements Command {
    public KeepAlive {
      leases = List.copyOf(leases);
    }
  }

  /// Gives up what can be read of revisions before this one: [Result.Noted].
  record Compact(long revision) implements Command {}

  /// Says whether former values are kept from now on, until [Compact] gives them up:
  /// [Result.Noted].
  record KeepHistory(boolean keeps) implements Command {}

  /// Has revisions counted from now on ([KvStore]). The leader of an unused store proposes it.
  record CountRevisions() implements Command {}

  /// Changes users or roles: [Result.UsersChanged]. No key has changed then.
  record ChangeUsers(AuthChange change) implements Command {
    public ChangeUsers {
      Objects.requireNonNull(change);
    }
  }

  /// What reads users and roles. It is no part of a transaction.
  sealed interface UsersRead extends Read {}

  /// Reads a user, without its password's hash: [Result.FoundUser].
  record GetUser(Bytes user) implements UsersRead {
    public GetUser {
      Objects.requireNonNull(user);
    }
  }

  /// Reads a role: [Result.FoundRole].
  record GetRole(Bytes role) implements UsersRead {
    public GetRole {
      Objects.requireNonNull(role);
    }
  }

  /// Reads the names of all users: [Result.NameList].
  record ListUsers() implements UsersRead {}

  /// Reads the names of all roles: [Result.NameList].
  record ListRoles() implements UsersRead {}

  /// Reads whether users are checked: [Result.AuthState]. It is for everybody.
  record AuthStatus() implements UsersRead {}

  /// Reads what it takes to find out who a client is: [Result.Credentials]. It is for members
  /// alone, and its result leaves through no client protocol.
  record GetCredentials(Bytes user) implements UsersRead {
    public GetCredentials {
      Objects.requireNonNull(user);
    }
  }

  /// Asks whether the caller has a right: [Result.AuthState], or [Result.Refused].
  record CheckRight(Right right) implements UsersRead {
    public CheckRight {
      Objects.requireNonNull(right);
    }
  }
}
