package io.jangada.kv.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.Result.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// The users and their roles, and whether they are checked.
///
/// Each change has an *auth revision*, 1 greater than that before; it counts from 1 and is none of
/// the keys' revisions. A user's [User#since] is that of its making or last password, so that one
/// who is removed and made again is not taken for the one before.
///
/// What a user may do by all its roles is worked out when it is first asked for, and kept until the
/// next change of anything here.
///
/// Not thread-safe: the store's owner alone uses it.
public final class Users {
  /// The name of the user and of the role that may do everything.
  public static final Bytes ROOT = Bytes.utf8("root");

  /// How many ranges of worked out [Access] are kept at most.
  private static final int KEPT_RANGES_MAX = 1 << 20;

  /// What a kept [Access] takes in memory, and each of its ranges.
  private static final int ACCESS_BYTES = 200;

  private static final int RANGE_BYTES = 32;

  private final TreeMap<Bytes, User> users = new TreeMap<>();
  private final TreeMap<Bytes, Role> roles = new TreeMap<>();

  /// By user. It follows from the others.
  private final TreeMap<Bytes, Access> known = new TreeMap<>();

  private long knownRanges;
  private long sizeBytes;
  private boolean isEnabled;
  private long revision = 1;
  private Bytes signingKey;

  /// Where all of it stands.
  ///
  /// @param signingKey null while users are not checked
  public record Header(long revision, Bytes signingKey) {}

  // ---- what there is ----

  /// Whether users are checked.
  public boolean isEnabled() {
    return isEnabled;
  }

  /// The auth revision of the latest change, 1 before the first.
  public long revision() {
    return revision;
  }

  /// Whether nothing was ever changed.
  public boolean isPristine() {
    return revision == 1;
  }

  public Header header() {
    return new Header(revision, signingKey);
  }

  /// All users by name.
  public List<User> users() {
    return List.copyOf(users.values());
  }

  /// All roles by name.
  public List<Role> roles() {
    return List.copyOf(roles.values());
  }

  public int userCount() {
    return users.size();
  }

  public int roleCount() {
    return roles.size();
  }

  /// The user of this name, or null.
  public User user(Bytes name) {
    return users.get(name);
  }

  /// The role of this name, or null.
  public Role role(Bytes name) {
    return roles.get(name);
  }

  /// What all of it takes in memory, about.
  public long memoryBytes() {
    return sizeBytes + (long) ACCESS_BYTES * known.size() + RANGE_BYTES * knownRanges;
  }

  public Result read(Operation.UsersRead read) {
    return switch (read) {
      case Operation.GetUser(Bytes name) -> {
        User user = users.get(name);
        if (user == null) yield new Result.Refused(Reason.USER_NOT_FOUND);
        yield new Result.FoundUser(user.name(), user.hash() != null, user.roles());
      }
      case Operation.GetRole(Bytes name) ->
          roles.containsKey(name)
              ? new Result.FoundRole(roles.get(name))
              : new Result.Refused(Reason.ROLE_NOT_FOUND);
      case Operation.ListUsers() -> new Result.NameList(List.copyOf(users.keySet()));
      case Operation.ListRoles() -> new Result.NameList(List.copyOf(roles.keySet()));
      case Operation.AuthStatus(), Operation.CheckRight _ ->
          new Result.AuthState(isEnabled, revision, users.size(), roles.size());
      case Operation.GetCredentials(Bytes name) -> {
        User user = users.get(name);
        if (user == null) yield new Result.Refused(Reason.USER_NOT_FOUND);
        yield new Result.Credentials(user.hash(), user.since(), signingKey, revision);
      }
    };
  }

  // ---- who may do what ----

  /// What a caller may do; null if it is no user, or not the one that it was.
  public Access accessOf(Caller caller) {
    if (caller.isMember()) return Access.ALL;
    Access access = known.get(caller.user());
    if (access == null) access = workOut(caller.user());
    return access == null || access.since != caller.since() ? null : access;
  }

  private Access workOut(Bytes name) {
    User user = users.get(name);
    if (user == null) return null;
    Access access = accessOf(user);
    if (knownRanges + access.size() > KEPT_RANGES_MAX) forget();
    known.put(user.name(), access);
    knownRanges += access.size();
    return access;
  }

  private Access accessOf(User user) {
    if (user.has(ROOT)) return Access.ofRoot(user.since());
    List<Role> held = new ArrayList<>();
    for (Bytes name : user.roles()) held.add(roles.get(name));
    return Access.of(user.since(), held);
  }

  private void forget() {
    known.clear();
    knownRanges = 0;
  }

  // ---- changes ----

  /// Makes a change: [Result.UsersChanged], or why not.
  public Result change(AuthChange change) {
    Reason objection =
        switch (change) {
          case AuthChange.Enable(Bytes key) -> enable(key);
          case AuthChange.Disable() -> disable();
          case AuthChange.AddUser(Bytes name, Bytes hash) -> addUser(name, hash);
          case AuthChange.DeleteUser(Bytes name) -> deleteUser(name);
          case AuthChange.ChangePassword(Bytes name, Bytes hash) -> changePassword(name, hash);
          case AuthChange.GrantRole(Bytes name, Bytes role) -> grantRole(name, role);
          case AuthChange.RevokeRole(Bytes name, Bytes role) -> revokeRole(name, role);
          case AuthChange.AddRole(Bytes name) -> addRole(name);
          case AuthChange.DeleteRole(Bytes name) -> deleteRole(name);
          case AuthChange.GrantPermission(Bytes name, Permission permission) ->
              grant(name, permission);
          case AuthChange.RevokePermission(Bytes name, KeyRange keys) -> revoke(name, keys);
          case AuthChange.GrantRight(Bytes name, Right right) -> grant(name, right);
          case AuthChange.RevokeRight(Bytes name, Right right) -> revoke(name, right);
        };
    return objection == null ? new Result.UsersChanged(revision) : new Result.Refused(objection);
  }

  /// Something is about to change.
  private void changed() {
    revision++;
    forget();
  }

  private Reason enable(Bytes key) {
    User root = users.get(ROOT);
    if (root == null) return Reason.ROOT_USER_NEEDED;
    if (!root.has(ROOT)) return Reason.ROOT_ROLE_NEEDED;
    if (isEnabled) return null;
    changed();
    isEnabled = true;
    signingKey = key;
    return null;
  }

  private Reason disable() {
    if (!isEnabled) return null;
    changed();
    isEnabled = false;
    signingKey = null;
    return null;
  }

  private Reason addUser(Bytes name, Bytes hash) {
    if (users.containsKey(name)) return Reason.USER_EXISTS;
    if (users.size() >= KvLimits.USERS_MAX) return Reason.TOO_MANY_USERS;
    return put(new User(name, hash, revision + 1, List.of()));
  }

  private Reason deleteUser(Bytes name) {
    if (isEnabled && name.equals(ROOT)) return Reason.INVALID_AUTH_MANAGEMENT;
    if (!users.containsKey(name)) return Reason.USER_NOT_FOUND;
    changed();
    sizeBytes -= users.remove(name).sizeBytes();
    return null;
  }

  private Reason changePassword(Bytes name, Bytes hash) {
    User user = users.get(name);
    if (user == null) return Reason.USER_NOT_FOUND;
    return put(new User(user.name(), hash, revision + 1, user.roles()));
  }

  private Reason grantRole(Bytes name, Bytes role) {
    User user = users.get(name);
    if (user == null) return Reason.USER_NOT_FOUND;
    if (!role.equals(ROOT) && !roles.containsKey(role)) return Reason.ROLE_NOT_FOUND;
    if (user.has(role)) return null;
    if (user.roles().size() >= KvLimits.ROLES_OF_USER_MAX) return Reason.TOO_MANY_USERS;
    return put(user.with(role));
  }

  private Reason revokeRole(Bytes name, Bytes role) {
    boolean isRoots = name.equals(ROOT) && role.equals(ROOT);
    if (isEnabled && isRoots) return Reason.INVALID_AUTH_MANAGEMENT;
    User user = users.get(name);
    if (user == null) return Reason.USER_NOT_FOUND;
    if (!user.has(role)) return Reason.ROLE_NOT_GRANTED;
    return put(user.without(role));
  }

  private Reason addRole(Bytes name) {
    if (roles.containsKey(name)) return Reason.ROLE_EXISTS;
    if (roles.size() >= KvLimits.ROLES_MAX) return Reason.TOO_MANY_USERS;
    return put(new Role(name));
  }

  private Reason deleteRole(Bytes name) {
    if (isEnabled && name.equals(ROOT)) return Reason.INVALID_AUTH_MANAGEMENT;
    if (!roles.containsKey(name)) return Reason.ROLE_NOT_FOUND;
    changed();
    sizeBytes -= roles.remove(name).sizeBytes();
    for (User user : users()) {
      if (!user.has(name)) continue;
      User without = user.without(name);
      sizeBytes += without.sizeBytes() - user.sizeBytes();
      users.put(user.name(), without);
    }
    return null;
  }

  private Reason grant(Bytes name, Permission permission) {
    if (permission.keys().isEmpty()) return Reason.INVALID_AUTH_MANAGEMENT;
    Role role = roles.get(name);
    if (role == null) return Reason.ROLE_NOT_FOUND;
    if (permission.equals(role.of(permission.keys()))) return null;
    Role more = role.with(permission);
    boolean isTooLarge =
        more.permissions().size() > KvLimits.PERMISSIONS_OF_ROLE_MAX
            || more.sizeBytes() > KvLimits.ROLE_BYTES_MAX;
    return isTooLarge ? Reason.TOO_MANY_USERS : put(more);
  }

  private Reason revoke(Bytes name, KeyRange keys) {
    Role role = roles.get(name);
    if (role == null) return Reason.ROLE_NOT_FOUND;
    return role.of(keys) == null ? Reason.PERMISSION_NOT_GRANTED : put(role.without(keys));
  }

  private Reason grant(Bytes name, Right right) {
    Role role = roles.get(name);
    if (role == null) return Reason.ROLE_NOT_FOUND;
    return role.has(right) ? null : put(role.with(right));
  }

  private Reason revoke(Bytes name, Right right) {
    Role role = roles.get(name);
    if (role == null) return Reason.ROLE_NOT_FOUND;
    return role.has(right) ? put(role.without(right)) : Reason.PERMISSION_NOT_GRANTED;
  }

  /// Puts a user in the place of that of its name, if there is room.
  private Reason put(User user) {
    User former = users.get(user.name());
    long more = user.sizeBytes() - (former == null ? 0 : former.sizeBytes());
    if (more > 0 && sizeBytes + more > KvLimits.USERS_BYTES_MAX) return Reason.TOO_MANY_USERS;
    changed();
    sizeBytes += more;
    users.put(user.name(), user);
    return null;
  }

  /// Puts a role in the place of that of its name, if there is room.
  private Reason put(Role role) {
    Role former = roles.get(role.name());
    long more = role.sizeBytes() - (former == null ? 0 : former.sizeBytes());
    if (more > 0 && sizeBytes + more > KvLimits.USERS_BYTES_MAX) return Reason.TOO_MANY_USERS;
    changed();
    sizeBytes += more;
    roles.put(role.name(), role);
    return null;
  }

  // ---- snapshots ----

  public void restore(Header header) {
    revision = header.revision;
    signingKey = header.signingKey;
    isEnabled = signingKey != null;
  }

  /// Takes a role of a snapshot; false unless its name is behind those before.
  public boolean restore(Role role) {
    if (!isNext(roles, role.name())) return false;
    roles.put(role.name(), role);
    sizeBytes += role.sizeBytes();
    return true;
  }

  /// Takes a user of a snapshot, after all roles; false unless its name is behind those before and
  /// its roles are there.
  public boolean restore(User user) {
    for (Bytes role : user.roles())
      if (!role.equals(ROOT) && !roles.containsKey(role)) return false;
    if (!isNext(users, user.name())) return false;
    users.put(user.name(), user);
    sizeBytes += user.sizeBytes();
    return true;
  }

  private static boolean isNext(TreeMap<Bytes, ?> there, Bytes name) {
    return there.isEmpty() || there.lastKey().compareTo(name) < 0;
  }
}
