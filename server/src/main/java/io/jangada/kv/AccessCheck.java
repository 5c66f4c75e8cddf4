package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result.Reason;
import io.jangada.kv.auth.Access;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Right;
import io.jangada.kv.auth.Users;
import io.jangada.kv.memory.Term;
import java.util.TreeMap;

/// Whether a caller may have one operation done, by the users and leases as they are now. It
/// changes nothing, and looks at nothing that members could see differently.
///
/// Reading keys, and comparing what they hold, takes the permission to read; changing them that to
/// write. Whether a key is there can be found out by who may write it. A transaction is permitted
/// if all its comparisons and the steps of both lists are.
///
/// A lease belongs to who may write all its keys. That costs a look at each, so a lease with more
/// than [KvLimits#CHECKED_KEYS_OF_LEASE_MAX] keys, or leases with more than
/// [KvLimits#CHECKED_KEYS_MAX] in one command, are only for those who may write (or read) all keys
/// there can be.
final class AccessCheck {
  private final KvStore store;
  private final Caller caller;
  private final Access access;

  /// The leases whose keys were looked at, and whether all of them may be written.
  private final TreeMap<Long, Boolean> lookedAt = new TreeMap<>();

  /// How many keys of leases were looked at.
  private long looked;

  private AccessCheck(KvStore store, Caller caller, Access access) {
    this.store = store;
    this.caller = caller;
    this.access = access;
  }

  /// @param caller one that is valid
  static AccessCheck of(KvStore store, Caller caller) {
    return new AccessCheck(store, caller, store.users().accessOf(caller));
  }

  /// Why an operation is not permitted; null if it is.
  static Reason objection(KvStore store, Caller caller, Operation operation) {
    boolean isForAll =
        operation instanceof Operation.AuthStatus
            || operation instanceof Operation.Expire
            || operation instanceof Operation.CountRevisions;
    if (isForAll) return null;
    if (caller == null) return Reason.NO_USER;
    Access access = store.users().accessOf(caller);
    if (access == null) return Reason.STALE_USER;
    return new AccessCheck(store, caller, access).permits(operation)
        ? null
        : Reason.PERMISSION_DENIED;
  }

  private boolean permits(Operation operation) {
    return switch (operation) {
      case Operation.Step step -> permitsStep(step);
      case Operation.ReadTransaction(Operation.Transaction transaction) -> permits(transaction);
      case Operation.GetLease(long lease, boolean keys) -> !keys || readsKeysOf(lease);
      case Operation.Revoke(long lease) -> writesKeysOf(lease);
      case Operation.Look(Bytes key) -> access.reads(key);
      case Operation.Claim claim -> writes(claim.key(), true);
      case Operation.Scan _ -> access.reads(KeyRange.ALL);
      case Operation.Flush _ -> access.writes(KeyRange.ALL);
      case Operation.Compact _, Operation.KeepHistory _ -> access.isRoot();
      case Operation.ChangeUsers(AuthChange change) -> permits(change);
      case Operation.UsersRead read -> permitsRead(read);
      // Of a keep-alive each lease is looked at when it is done.
      case Operation.KeepAlive _,
          Operation.ListLeases _,
          Operation.Grant _,
          Operation.Expire _,
          Operation.CountRevisions _ ->
          true;
    };
  }

  // ---- keys ----

  private boolean permitsStep(Operation.Step step) {
    return switch (step) {
      case Operation.Get(Bytes key) -> access.reads(key);
      case Operation.Range range -> access.reads(range.keys());
      case Operation.Write write -> writes(write.key(), reads(write.condition()));
      case Operation.Delete delete -> writes(delete.key(), reads(delete.condition()));
      case Operation.Put put ->
          writes(put.key(), put.former() || shows(put.change()) || reads(put.condition()))
              && permits(put.lifetime());
      case Operation.Copy(Bytes from, Bytes to, boolean _) ->
          access.reads(from) && access.writes(to) && permitsLeaseOf(from);
      case Operation.DeleteRange(KeyRange keys, boolean former) ->
          access.writes(keys) && (!former || access.reads(keys));
      case Operation.Transaction transaction -> permits(transaction);
    };
  }

  private boolean writes(Bytes key, boolean isRead) {
    return access.writes(key) && (!isRead || access.reads(key));
  }

  private boolean permits(Operation.Transaction transaction) {
    for (Compare compare : transaction.compares()) if (!access.reads(compare.keys())) return false;
    for (Operation.Step step : transaction.then()) if (!permitsStep(step)) return false;
    for (Operation.Step step : transaction.otherwise()) if (!permitsStep(step)) return false;
    return true;
  }

  /// Whether the result says what the value is now, of which the client gave a part only.
  private static boolean shows(Change change) {
    return switch (change) {
      case Change.Add _, Change.AddDecimal _, Change.Extend _, Change.Replace _ -> true;
      case Change.Set _, Change.Keep _, Change.Rewrite _, Change.Invalidate _ -> false;
    };
  }

  /// Whether it says more of a key than whether it is there.
  private static boolean reads(Condition condition) {
    return switch (condition) {
      case Condition.Always _, Condition.AnyChanges _, Condition.Absent _, Condition.Present _ ->
          false;
      case Condition.Version _,
          Condition.Changes _,
          Condition.Unique _,
          Condition.UniqueOrLater _,
          Condition.Ends _,
          Condition.Value _,
          Condition.AbsentOrValue _ ->
          true;
    };
  }

  // ---- leases ----

  private boolean permits(Lifetime lifetime) {
    return !(lifetime instanceof Lifetime.Leased(long lease)) || writesKeysOf(lease);
  }

  /// Whether another key may be put on the lease that a key has.
  private boolean permitsLeaseOf(Bytes key) {
    int head = store.keys().find(key);
    Term term = head == NONE ? null : store.keys().term(head);
    return term == null || term.lease == 0 || writesKeysOf(term.lease);
  }

  /// Whether a lease that is there may be kept alive.
  boolean permitsKeepAlive(long lease) {
    return writesKeysOf(lease);
  }

  private boolean writesKeysOf(long number) {
    Leases.Lease lease = store.leases().get(number);
    if (lease == null || access.writesAll()) return true;
    return lookedAt.computeIfAbsent(number, _ -> spend(lease) && writesKeysOf(lease));
  }

  private boolean writesKeysOf(Leases.Lease lease) {
    for (Term term = lease.firstTerm(); term != null; term = term.next())
      if (!access.writes(store.keys().key(term.node()))) return false;
    return true;
  }

  private boolean readsKeysOf(long number) {
    Leases.Lease lease = store.leases().get(number);
    if (lease == null || access.readsAll()) return true;
    if (!spend(lease)) return false;
    for (Term term = lease.firstTerm(); term != null; term = term.next())
      if (!access.reads(store.keys().key(term.node()))) return false;
    return true;
  }

  /// Counts the keys of a lease that are to be looked at. Returns false if they are too many.
  private boolean spend(Leases.Lease lease) {
    looked += lease.size();
    return lease.size() <= KvLimits.CHECKED_KEYS_OF_LEASE_MAX
        && looked <= KvLimits.CHECKED_KEYS_MAX;
  }

  // ---- users ----

  private boolean permits(AuthChange change) {
    if (access.isRoot()) return true;
    if (!access.has(Right.USERS)) return false;
    return switch (change) {
      case AuthChange.Enable _, AuthChange.Disable _ -> false;
      case AuthChange.AddUser(Bytes user, Bytes _) -> !user.equals(Users.ROOT);
      case AuthChange.DeleteUser(Bytes user) -> !isRoot(user);
      case AuthChange.ChangePassword(Bytes user, Bytes _) -> !isRoot(user);
      case AuthChange.GrantRole(Bytes user, Bytes role) -> !isRoot(user) && !isRootRole(role);
      case AuthChange.RevokeRole(Bytes user, Bytes role) -> !isRoot(user) && !isRootRole(role);
      case AuthChange.AddRole(Bytes role) -> !isRootRole(role);
      case AuthChange.DeleteRole(Bytes role) -> !isRootRole(role);
      case AuthChange.GrantPermission(Bytes role, _) -> !isRootRole(role);
      case AuthChange.RevokePermission(Bytes role, KeyRange _) -> !isRootRole(role);
      case AuthChange.GrantRight(Bytes role, Right _) -> !isRootRole(role);
      case AuthChange.RevokeRight(Bytes role, Right _) -> !isRootRole(role);
    };
  }

  /// Whether a user has, or should have, the role root.
  private boolean isRoot(Bytes name) {
    var user = store.users().user(name);
    return name.equals(Users.ROOT) || user != null && user.has(Users.ROOT);
  }

  private static boolean isRootRole(Bytes role) {
    return role.equals(Users.ROOT);
  }

  private boolean permitsRead(Operation.UsersRead read) {
    return switch (read) {
      case Operation.GetUser(Bytes user) -> readsUsers() || user.equals(caller.user());
      case Operation.GetRole(Bytes role) -> readsUsers() || hasRole(role);
      case Operation.ListUsers(), Operation.ListRoles() -> readsUsers();
      case Operation.AuthStatus() -> true;
      case Operation.GetCredentials _ -> caller.isMember();
      case Operation.CheckRight(Right right) -> access.has(right);
    };
  }

  private boolean readsUsers() {
    return access.isRoot() || access.has(Right.USERS);
  }

  private boolean hasRole(Bytes role) {
    var user = store.users().user(caller.user());
    return user != null && user.has(role);
  }
}
