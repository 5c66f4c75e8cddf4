package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.Result.Reason;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;

/// The users, and what is permitted to them. Nothing is worked out in advance: each question is
/// answered from all roles and permissions, one by one.
final class SlowUsers {
  private static final Bytes ROOT = Bytes.utf8("root");

  private SlowRoles roles;

  /// As they were from an entry on.
  private final TreeMap<Long, SlowRoles> former = new TreeMap<>();

  private final LongFunction<List<Bytes>> keysOfLease;
  private final ToLongFunction<Bytes> leaseOf;

  /// @param keysOfLease the keys that a lease has, none where there is no such lease
  /// @param leaseOf the lease of a key, 0 for none
  SlowUsers(LongFunction<List<Bytes>> keysOfLease, ToLongFunction<Bytes> leaseOf) {
    this(keysOfLease, leaseOf, new SlowRoles());
  }

  private SlowUsers(
      LongFunction<List<Bytes>> keysOfLease, ToLongFunction<Bytes> leaseOf, SlowRoles roles) {
    this.keysOfLease = keysOfLease;
    this.leaseOf = leaseOf;
    this.roles = roles;
  }

  Result change(long index, AuthChange change) {
    roles = roles.copy();
    former.put(index, roles);
    return roles.change(change);
  }

  /// The first of some entries, and those among the others that changed something here.
  List<Long> changes(long first, long last) {
    List<Long> all = new ArrayList<>(List.of(first));
    if (first < last) all.addAll(former.subMap(first + 1, last + 1).keySet());
    return all;
  }

  /// What was to be said of [#objection] after an entry.
  Reason objectionAt(long index, Caller caller, Operation operation) {
    var then = former.floorEntry(index);
    SlowRoles there = then == null ? new SlowRoles() : then.getValue();
    return new SlowUsers(keysOfLease, leaseOf, there).objection(caller, operation);
  }

  Result read(Operation.UsersRead read) {
    return roles.read(read);
  }

  /// Why something is not permitted, null if it is.
  Reason objection(Caller caller, Operation operation) {
    boolean isMember = caller != null && caller.isMember();
    if (operation instanceof Operation.GetCredentials && !isMember) return Reason.PERMISSION_DENIED;
    if (!roles.isEnabled() || isMember) return null;
    if (operation instanceof Operation.AuthStatus
        || operation instanceof Operation.Expire
        || operation instanceof Operation.CountRevisions) return null;
    if (caller == null) return Reason.NO_USER;
    if (!roles.isCurrent(caller)) return Reason.STALE_USER;
    return new Asked(caller.user()).may(operation) ? null : Reason.PERMISSION_DENIED;
  }

  /// Which leases a caller may keep alive, by one command to whom that is permitted.
  LongPredicate keepAlives(Caller caller) {
    if (!roles.isEnabled() || caller.isMember()) return lease -> true;
    return new Asked(caller.user())::writesLease;
  }

  /// What one user asks for with one operation.
  private final class Asked {
    private final Bytes user;
    private final TreeSet<Long> leases = new TreeSet<>();

    Asked(Bytes user) {
      this.user = user;
    }

    boolean may(Operation operation) {
      return switch (operation) {
        case Operation.Get(Bytes key) -> reads(KeyRange.of(key));
        case Operation.Range range -> reads(range.keys());
        case Operation.Write write -> writes(write.key(), write.condition(), false);
        case Operation.Delete delete -> writes(delete.key(), delete.condition(), false);
        case Operation.Put put -> {
          boolean shows =
              put.former()
                  || put.change() instanceof Change.Add
                  || put.change() instanceof Change.AddDecimal
                  || put.change() instanceof Change.Extend
                  || put.change() instanceof Change.Replace;
          yield writes(put.key(), put.condition(), shows)
              && (!(put.lifetime() instanceof Lifetime.Leased(long lease)) || writesLease(lease));
        }
        case Operation.Copy(Bytes from, Bytes to, boolean _) ->
            reads(KeyRange.of(from))
                && writes(KeyRange.of(to))
                && writesLease(leaseOf.applyAsLong(from));
        case Operation.DeleteRange(KeyRange keys, boolean former) ->
            writes(keys) && (!former || reads(keys));
        case Operation.Transaction transaction -> {
          boolean may = true;
          for (Compare compare : transaction.compares()) may &= reads(compare.keys());
          for (Operation.Step step : transaction.then()) may &= may(step);
          for (Operation.Step step : transaction.otherwise()) may &= may(step);
          yield may;
        }
        case Operation.ReadTransaction(Operation.Transaction transaction) -> may(transaction);
        case Operation.Revoke(long lease) -> writesLease(lease);
        case Operation.GetLease(long lease, boolean shown) -> {
          List<Bytes> keys = keysOfLease.apply(lease);
          yield !shown
              || reads(KeyRange.ALL)
              || keys.size() <= KvLimits.CHECKED_KEYS_OF_LEASE_MAX
                  && keys.stream().allMatch(key -> reads(KeyRange.of(key)));
        }
        case Operation.Look(Bytes key) -> reads(KeyRange.of(key));
        case Operation.Claim claim -> writes(claim.key(), new Condition.Always(), true);
        case Operation.Scan _ -> reads(KeyRange.ALL);
        case Operation.Flush _ -> writes(KeyRange.ALL);
        case Operation.Compact _, Operation.KeepHistory _ -> isRoot();
        case Operation.ChangeUsers(AuthChange change) ->
            isRoot() || has(Right.USERS) && !concernsRoot(change);
        case Operation.ListUsers(), Operation.ListRoles() -> isRoot() || has(Right.USERS);
        case Operation.GetUser(Bytes name) -> isRoot() || has(Right.USERS) || name.equals(user);
        case Operation.GetRole(Bytes name) ->
            isRoot() || has(Right.USERS) || roles.rolesOf(user).contains(name);
        case Operation.CheckRight(Right right) -> isRoot() || has(right);
        case Operation.GetCredentials _ -> false;
        case Operation.Grant _,
            Operation.KeepAlive _,
            Operation.ListLeases _,
            Operation.AuthStatus _,
            Operation.Expire _,
            Operation.CountRevisions _ ->
            true;
      };
    }

    private boolean isRoot() {
      return roles.rolesOf(user).contains(ROOT);
    }

    private boolean has(Right right) {
      return roles.rolesOf(user).stream().anyMatch(role -> roles.rights(role).contains(right));
    }

    private boolean writes(Bytes key, Condition condition, boolean shows) {
      boolean isBlind =
          condition instanceof Condition.Always
              || condition instanceof Condition.AnyChanges
              || condition instanceof Condition.Absent
              || condition instanceof Condition.Present;
      KeyRange keys = KeyRange.of(key);
      return writes(keys) && (isBlind && !shows || reads(keys));
    }

    private boolean reads(KeyRange keys) {
      return covers(keys, Permission.Kind.WRITE);
    }

    private boolean writes(KeyRange keys) {
      return covers(keys, Permission.Kind.READ);
    }

    /// Whether every key is in the range of a permission, but for those of one kind. If one is not,
    /// then the first such key is the first of all, or that at which a permission ends.
    private boolean covers(KeyRange keys, Permission.Kind not) {
      if (isRoot()) return true;
      List<KeyRange> permitted = new ArrayList<>();
      for (Bytes role : roles.rolesOf(user))
        for (Permission one : roles.permissions(role))
          if (one.kind() != not) permitted.add(one.keys());
      List<Bytes> suspects = new ArrayList<>(List.of(keys.from()));
      for (KeyRange one : permitted) if (one.to() != null) suspects.add(one.to());
      return suspects.stream()
          .filter(keys::contains)
          .allMatch(key -> permitted.stream().anyMatch(one -> one.contains(key)));
    }

    boolean writesLease(long lease) {
      leases.add(lease);
      long all = leases.stream().mapToLong(each -> keysOfLease.apply(each).size()).sum();
      List<Bytes> keys = keysOfLease.apply(lease);
      return writes(KeyRange.ALL)
          || keys.size() <= KvLimits.CHECKED_KEYS_OF_LEASE_MAX
              && all <= KvLimits.CHECKED_KEYS_MAX
              && keys.stream().allMatch(key -> writes(KeyRange.of(key)));
    }
  }

  private boolean concernsRoot(AuthChange change) {
    return switch (change) {
      case AuthChange.Enable _, AuthChange.Disable _ -> true;
      case AuthChange.AddUser(Bytes user, Bytes _) -> user.equals(ROOT);
      case AuthChange.DeleteUser(Bytes user) -> isRoots(user);
      case AuthChange.ChangePassword(Bytes user, Bytes _) -> isRoots(user);
      case AuthChange.GrantRole(Bytes user, Bytes role) -> isRoots(user) || role.equals(ROOT);
      case AuthChange.RevokeRole(Bytes user, Bytes role) -> isRoots(user) || role.equals(ROOT);
      case AuthChange.AddRole(Bytes role) -> role.equals(ROOT);
      case AuthChange.DeleteRole(Bytes role) -> role.equals(ROOT);
      case AuthChange.GrantPermission(Bytes role, Permission _) -> role.equals(ROOT);
      case AuthChange.RevokePermission(Bytes role, KeyRange _) -> role.equals(ROOT);
      case AuthChange.GrantRight(Bytes role, Right _) -> role.equals(ROOT);
      case AuthChange.RevokeRight(Bytes role, Right _) -> role.equals(ROOT);
    };
  }

  private boolean isRoots(Bytes user) {
    return user.equals(ROOT) || roles.rolesOf(user).contains(ROOT);
  }

  /// The users, each with the auth revision of its making or last password.
  SortedMap<Bytes, Long> since() {
    return roles.since();
  }
}
