package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.Result.Reason;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import io.jangada.kv.auth.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which users and roles there are.
final class SlowRoles {
  private static final Bytes ROOT = Bytes.utf8("root");

  private static final class User {
    private Bytes hash;
    private long since;
    private final TreeSet<Bytes> roles = new TreeSet<>();

    private User copy() {
      User copy = new User();
      copy.hash = hash;
      copy.since = since;
      copy.roles.addAll(roles);
      return copy;
    }
  }

  private static final class Granted {
    private final List<Permission> permissions = new ArrayList<>();
    private final TreeSet<Right> rights = new TreeSet<>();

    private Granted copy() {
      Granted copy = new Granted();
      copy.permissions.addAll(permissions);
      copy.rights.addAll(rights);
      return copy;
    }
  }

  private final TreeMap<Bytes, User> users = new TreeMap<>();
  private final TreeMap<Bytes, Granted> roles = new TreeMap<>();
  private boolean isEnabled;
  private Bytes signingKey;
  private long revision = 1;

  SlowRoles copy() {
    SlowRoles copy = new SlowRoles();
    users.forEach((name, user) -> copy.users.put(name, user.copy()));
    roles.forEach((name, role) -> copy.roles.put(name, role.copy()));
    copy.isEnabled = isEnabled;
    copy.signingKey = signingKey;
    copy.revision = revision;
    return copy;
  }

  boolean isEnabled() {
    return isEnabled;
  }

  boolean isCurrent(Caller caller) {
    return users.containsKey(caller.user()) && users.get(caller.user()).since == caller.since();
  }

  /// The names of a user's roles; none where there is no such user.
  SortedSet<Bytes> rolesOf(Bytes user) {
    return users.containsKey(user) ? users.get(user).roles : new TreeSet<>();
  }

  List<Permission> permissions(Bytes role) {
    return roles.containsKey(role) ? roles.get(role).permissions : List.of();
  }

  SortedSet<Right> rights(Bytes role) {
    return roles.containsKey(role) ? roles.get(role).rights : new TreeSet<>();
  }

  SortedMap<Bytes, Long> since() {
    SortedMap<Bytes, Long> all = new TreeMap<>();
    users.forEach((name, user) -> all.put(name, user.since));
    return all;
  }

  Result read(Operation.UsersRead read) {
    return switch (read) {
      case Operation.GetUser(Bytes name) -> {
        User user = users.get(name);
        if (user == null) yield new Result.Refused(Reason.USER_NOT_FOUND);
        yield new Result.FoundUser(name, user.hash != null, List.copyOf(user.roles));
      }
      case Operation.GetRole(Bytes name) -> {
        if (!roles.containsKey(name)) yield new Result.Refused(Reason.ROLE_NOT_FOUND);
        List<Right> rights = List.copyOf(roles.get(name).rights);
        yield new Result.FoundRole(new Role(name, sorted(permissions(name)), rights));
      }
      case Operation.ListUsers() -> new Result.NameList(List.copyOf(users.keySet()));
      case Operation.ListRoles() -> new Result.NameList(List.copyOf(roles.keySet()));
      case Operation.AuthStatus(), Operation.CheckRight _ ->
          new Result.AuthState(isEnabled, revision, users.size(), roles.size());
      case Operation.GetCredentials(Bytes name) -> {
        User user = users.get(name);
        if (user == null) yield new Result.Refused(Reason.USER_NOT_FOUND);
        yield new Result.Credentials(user.hash, user.since, signingKey, revision);
      }
    };
  }

  private static List<Permission> sorted(List<Permission> permissions) {
    Comparator<Permission> byFrom = Comparator.comparing(one -> one.keys().from());
    return permissions.stream()
        .sorted(
            byFrom
                .thenComparing(one -> one.keys().to() == null)
                .thenComparing(one -> one.keys().to() == null ? Bytes.EMPTY : one.keys().to()))
        .toList();
  }

  /// Makes a change. The auth revision counts those that changed something.
  Result change(AuthChange change) {
    Reason no = objection(change);
    if (no != null) return new Result.Refused(no);
    if (hasEffect(change)) {
      revision++;
      make(change);
    }
    return new Result.UsersChanged(revision);
  }

  private Reason objection(AuthChange change) {
    return switch (change) {
      case AuthChange.Enable _ -> {
        if (!users.containsKey(ROOT)) yield Reason.ROOT_USER_NEEDED;
        yield users.get(ROOT).roles.contains(ROOT) ? null : Reason.ROOT_ROLE_NEEDED;
      }
      case AuthChange.Disable() -> null;
      case AuthChange.AddUser(Bytes user, Bytes _) -> {
        if (users.containsKey(user)) yield Reason.USER_EXISTS;
        yield users.size() == KvLimits.USERS_MAX ? Reason.TOO_MANY_USERS : null;
      }
      case AuthChange.DeleteUser(Bytes user) -> {
        if (isEnabled && user.equals(ROOT)) yield Reason.INVALID_AUTH_MANAGEMENT;
        yield noUser(user);
      }
      case AuthChange.ChangePassword(Bytes user, Bytes _) -> noUser(user);
      case AuthChange.GrantRole(Bytes user, Bytes role) -> {
        if (noUser(user) != null) yield noUser(user);
        if (!role.equals(ROOT)) yield noRole(role);
        yield null;
      }
      case AuthChange.RevokeRole(Bytes user, Bytes role) -> {
        if (isEnabled && user.equals(ROOT) && role.equals(ROOT))
          yield Reason.INVALID_AUTH_MANAGEMENT;
        if (noUser(user) != null) yield noUser(user);
        yield users.get(user).roles.contains(role) ? null : Reason.ROLE_NOT_GRANTED;
      }
      case AuthChange.AddRole(Bytes role) -> {
        if (roles.containsKey(role)) yield Reason.ROLE_EXISTS;
        yield roles.size() == KvLimits.ROLES_MAX ? Reason.TOO_MANY_USERS : null;
      }
      case AuthChange.DeleteRole(Bytes role) -> {
        if (isEnabled && role.equals(ROOT)) yield Reason.INVALID_AUTH_MANAGEMENT;
        yield noRole(role);
      }
      case AuthChange.GrantPermission(Bytes role, Permission permission) ->
          permission.keys().isEmpty() ? Reason.INVALID_AUTH_MANAGEMENT : noRole(role);
      case AuthChange.RevokePermission(Bytes role, KeyRange keys) -> {
        if (noRole(role) != null) yield noRole(role);
        boolean isThere = permissions(role).stream().anyMatch(one -> one.keys().equals(keys));
        yield isThere ? null : Reason.PERMISSION_NOT_GRANTED;
      }
      case AuthChange.GrantRight(Bytes role, Right _) -> noRole(role);
      case AuthChange.RevokeRight(Bytes role, Right right) -> {
        if (noRole(role) != null) yield noRole(role);
        yield rights(role).contains(right) ? null : Reason.PERMISSION_NOT_GRANTED;
      }
    };
  }

  private Reason noUser(Bytes user) {
    return users.containsKey(user) ? null : Reason.USER_NOT_FOUND;
  }

  private Reason noRole(Bytes role) {
    return roles.containsKey(role) ? null : Reason.ROLE_NOT_FOUND;
  }

  private boolean hasEffect(AuthChange change) {
    return switch (change) {
      case AuthChange.Enable _ -> !isEnabled;
      case AuthChange.Disable() -> isEnabled;
      case AuthChange.GrantRole(Bytes user, Bytes role) -> !users.get(user).roles.contains(role);
      case AuthChange.GrantPermission(Bytes role, Permission permission) ->
          !permissions(role).contains(permission);
      case AuthChange.GrantRight(Bytes role, Right right) -> !rights(role).contains(right);
      case AuthChange.AddUser _,
          AuthChange.DeleteUser _,
          AuthChange.ChangePassword _,
          AuthChange.RevokeRole _,
          AuthChange.AddRole _,
          AuthChange.DeleteRole _,
          AuthChange.RevokePermission _,
          AuthChange.RevokeRight _ ->
          true;
    };
  }

  private void make(AuthChange change) {
    switch (change) {
      case AuthChange.Enable(Bytes key) -> {
        isEnabled = true;
        signingKey = key;
      }
      case AuthChange.Disable() -> {
        isEnabled = false;
        signingKey = null;
      }
      case AuthChange.AddUser(Bytes user, Bytes hash) -> {
        users.put(user, new User());
        users.get(user).hash = hash;
        users.get(user).since = revision;
      }
      case AuthChange.DeleteUser(Bytes user) -> users.remove(user);
      case AuthChange.ChangePassword(Bytes user, Bytes hash) -> {
        users.get(user).hash = hash;
        users.get(user).since = revision;
      }
      case AuthChange.GrantRole(Bytes user, Bytes role) -> users.get(user).roles.add(role);
      case AuthChange.RevokeRole(Bytes user, Bytes role) -> users.get(user).roles.remove(role);
      case AuthChange.AddRole(Bytes role) -> roles.put(role, new Granted());
      case AuthChange.DeleteRole(Bytes role) -> {
        roles.remove(role);
        for (User user : users.values()) user.roles.remove(role);
      }
      case AuthChange.GrantPermission(Bytes role, Permission permission) -> {
        permissions(role).removeIf(one -> one.keys().equals(permission.keys()));
        permissions(role).add(permission);
      }
      case AuthChange.RevokePermission(Bytes role, KeyRange keys) ->
          permissions(role).removeIf(one -> one.keys().equals(keys));
      case AuthChange.GrantRight(Bytes role, Right right) -> rights(role).add(right);
      case AuthChange.RevokeRight(Bytes role, Right right) -> rights(role).remove(right);
    }
  }
}
