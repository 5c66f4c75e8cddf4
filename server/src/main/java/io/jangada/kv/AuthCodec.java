package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import io.jangada.kv.auth.Role;
import io.jangada.kv.auth.User;
import java.util.ArrayList;
import java.util.List;

/// What there is of users as bytes, in the format of [CommandCodec]. What is read shares no memory
/// with the whole: it is kept for long.
final class AuthCodec {
  private static final Permission.Kind[] KINDS = Permission.Kind.values();
  private static final Right[] RIGHTS = Right.values();

  /// What a name takes at least, and a permission.
  private static final int NAME_BYTES_MIN = 5;

  private static final int PERMISSION_BYTES_MIN = 6;

  private AuthCodec() {}

  // ---- changes ----

  static void put(ByteWriter out, AuthChange change) {
    switch (change) {
      case AuthChange.Enable(Bytes key) ->
          out.put(1)
              .putBytes(CommandCodec.checked("signing key", key, KvLimits.SIGNING_KEY_BYTES_MAX));
      case AuthChange.Disable() -> out.put(2);
      case AuthChange.AddUser(Bytes user, Bytes hash) -> {
        putName(out.put(3), user);
        putHash(out, hash);
      }
      case AuthChange.DeleteUser(Bytes user) -> putName(out.put(4), user);
      case AuthChange.ChangePassword(Bytes user, Bytes hash) -> {
        putName(out.put(5), user);
        putHash(out, hash);
      }
      case AuthChange.GrantRole(Bytes user, Bytes role) -> putNames(out.put(6), user, role);
      case AuthChange.RevokeRole(Bytes user, Bytes role) -> putNames(out.put(7), user, role);
      case AuthChange.AddRole(Bytes role) -> putName(out.put(8), role);
      case AuthChange.DeleteRole(Bytes role) -> putName(out.put(9), role);
      case AuthChange.GrantPermission(Bytes role, Permission permission) -> {
        putName(out.put(10), role);
        put(out, permission);
      }
      case AuthChange.RevokePermission(Bytes role, KeyRange keys) -> {
        putName(out.put(11), role);
        OperationCodec.put(out, keys);
      }
      case AuthChange.GrantRight(Bytes role, Right right) -> {
        putName(out.put(12), role);
        out.put(right.ordinal());
      }
      case AuthChange.RevokeRight(Bytes role, Right right) -> {
        putName(out.put(13), role);
        out.put(right.ordinal());
      }
    }
  }

  static AuthChange getChange(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 1 -> new AuthChange.Enable(in.getBytes(KvLimits.SIGNING_KEY_BYTES_MAX));
      case 2 -> new AuthChange.Disable();
      case 3 -> new AuthChange.AddUser(getName(in), getHash(in));
      case 4 -> new AuthChange.DeleteUser(getName(in));
      case 5 -> new AuthChange.ChangePassword(getName(in), getHash(in));
      case 6 -> new AuthChange.GrantRole(getName(in), getName(in));
      case 7 -> new AuthChange.RevokeRole(getName(in), getName(in));
      case 8 -> new AuthChange.AddRole(getName(in));
      case 9 -> new AuthChange.DeleteRole(getName(in));
      case 10 -> new AuthChange.GrantPermission(getName(in), getPermission(in));
      case 11 -> new AuthChange.RevokePermission(getName(in), getKeys(in));
      case 12 -> new AuthChange.GrantRight(getName(in), getRight(in));
      case 13 -> new AuthChange.RevokeRight(getName(in), getRight(in));
      default -> throw new MalformedException("change of users of kind " + kind);
    };
  }

  // ---- results ----

  static void put(ByteWriter out, Result.OfUsers result) {
    switch (result) {
      case Result.UsersChanged(long authRevision) -> out.put(22).putLong(authRevision);
      case Result.FoundUser(Bytes name, boolean hasPassword, List<Bytes> roles) -> {
        putName(out.put(23), name);
        OperationCodec.putFlag(out, hasPassword);
        putNames(out, roles);
      }
      case Result.FoundRole(Role role) -> put(out.put(24), role);
      case Result.NameList(List<Bytes> names) -> putNames(out.put(25), names);
      case Result.AuthState(boolean isEnabled, long authRevision, int users, int roles) -> {
        OperationCodec.putFlag(out.put(26), isEnabled);
        out.putLong(authRevision).putInt(users).putInt(roles);
      }
      case Result.Credentials(Bytes hash, long since, Bytes signingKey, long authRevision) -> {
        putHash(out.put(27), hash);
        putSigningKey(out.putLong(since), signingKey);
        out.putLong(authRevision);
      }
    }
  }

  static Result getResult(int kind, ByteReader in) {
    return switch (kind) {
      case 22 -> new Result.UsersChanged(in.getLong());
      case 23 -> new Result.FoundUser(getName(in), OperationCodec.getFlag(in), getNames(in));
      case 24 -> new Result.FoundRole(getRole(in));
      case 25 -> new Result.NameList(getNames(in));
      case 26 ->
          new Result.AuthState(OperationCodec.getFlag(in), in.getLong(), in.getInt(), in.getInt());
      case 27 -> new Result.Credentials(getHash(in), in.getLong(), getSigningKey(in), in.getLong());
      default -> throw new MalformedException("result of kind " + kind);
    };
  }

  // ---- users and roles ----

  static void put(ByteWriter out, User user) {
    putName(out, user.name());
    putHash(out, user.hash());
    putNames(out.putLong(user.since()), user.roles());
  }

  static User getUser(ByteReader in) {
    return new User(getName(in), getHash(in), in.getLong(), getNames(in));
  }

  static void put(ByteWriter out, Role role) {
    putName(out, role.name());
    out.putInt(role.permissions().size());
    for (Permission one : role.permissions()) put(out, one);
    out.put(role.rights().size());
    for (Right one : role.rights()) out.put(one.ordinal());
  }

  static Role getRole(ByteReader in) {
    Bytes name = getName(in);
    int count = in.getCount(PERMISSION_BYTES_MIN);
    List<Permission> permissions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) permissions.add(getPermission(in));
    int rightCount = in.get();
    List<Right> rights = new ArrayList<>();
    for (int i = 0; i < rightCount; i++) rights.add(getRight(in));
    return new Role(name, permissions, rights);
  }

  // ---- small parts ----

  private static void put(ByteWriter out, Permission permission) {
    OperationCodec.put(out.put(permission.kind().ordinal()), permission.keys());
  }

  private static Permission getPermission(ByteReader in) {
    return new Permission(OperationCodec.getOneOf(KINDS, in), getKeys(in));
  }

  static Right getRight(ByteReader in) {
    return OperationCodec.getOneOf(RIGHTS, in);
  }

  private static KeyRange getKeys(ByteReader in) {
    KeyRange keys = OperationCodec.getKeys(in);
    Bytes to = keys.to();
    return new KeyRange(keys.from().compact(), to == null ? null : to.compact());
  }

  static void putName(ByteWriter out, Bytes name) {
    out.putBytes(CommandCodec.checked("name", name, KvLimits.USER_NAME_BYTES_MAX));
  }

  static Bytes getName(ByteReader in) {
    Bytes name = in.getBytes(KvLimits.USER_NAME_BYTES_MAX);
    if (name.isEmpty()) throw new MalformedException("an empty name");
    return name;
  }

  private static void putNames(ByteWriter out, Bytes name, Bytes other) {
    putName(out, name);
    putName(out, other);
  }

  private static void putNames(ByteWriter out, List<Bytes> names) {
    out.putInt(names.size());
    for (Bytes name : names) putName(out, name);
  }

  private static List<Bytes> getNames(ByteReader in) {
    int count = in.getCount(NAME_BYTES_MIN);
    List<Bytes> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) names.add(getName(in));
    return names;
  }

  private static void putHash(ByteWriter out, Bytes hash) {
    putOptional(
        out, hash == null ? null : CommandCodec.checked("hash", hash, KvLimits.HASH_BYTES_MAX));
  }

  private static Bytes getHash(ByteReader in) {
    return OperationCodec.getFlag(in) ? in.getBytes(KvLimits.HASH_BYTES_MAX) : null;
  }

  static void putSigningKey(ByteWriter out, Bytes key) {
    putOptional(out, key);
  }

  static Bytes getSigningKey(ByteReader in) {
    return OperationCodec.getFlag(in) ? in.getBytes(KvLimits.SIGNING_KEY_BYTES_MAX) : null;
  }

  private static void putOptional(ByteWriter out, Bytes bytes) {
    OperationCodec.putFlag(out, bytes != null);
    if (bytes != null) out.putBytes(bytes);
  }
}
