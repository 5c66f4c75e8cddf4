package io.jangada.kv.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.Objects;

/// A change of users and roles.
public sealed interface AuthChange {
  /// Nothing is done from now on that its caller has no permission for. There must be a user
  /// [Users#ROOT] that has the role of that name.
  ///
  /// @param signingKey with which tokens are signed from now on; it is not looked at where users
  ///   are checked already
  record Enable(Bytes signingKey) implements AuthChange {
    public Enable {
      Objects.requireNonNull(signingKey);
    }
  }

  /// Users are checked no more.
  record Disable() implements AuthChange {}

  /// @param hash of its password; null for none
  record AddUser(Bytes user, Bytes hash) implements AuthChange {
    public AddUser {
      Objects.requireNonNull(user);
    }
  }

  record DeleteUser(Bytes user) implements AuthChange {
    public DeleteUser {
      Objects.requireNonNull(user);
    }
  }

  /// @param hash of the new password; null for none
  record ChangePassword(Bytes user, Bytes hash) implements AuthChange {
    public ChangePassword {
      Objects.requireNonNull(user);
    }
  }

  record GrantRole(Bytes user, Bytes role) implements AuthChange {
    public GrantRole {
      Objects.requireNonNull(user);
      Objects.requireNonNull(role);
    }
  }

  record RevokeRole(Bytes user, Bytes role) implements AuthChange {
    public RevokeRole {
      Objects.requireNonNull(user);
      Objects.requireNonNull(role);
    }
  }

  record AddRole(Bytes role) implements AuthChange {
    public AddRole {
      Objects.requireNonNull(role);
    }
  }

  /// Users that have the role lose it.
  record DeleteRole(Bytes role) implements AuthChange {
    public DeleteRole {
      Objects.requireNonNull(role);
    }
  }

  /// It takes the place of the role's permission for the same keys, if there is one.
  record GrantPermission(Bytes role, Permission permission) implements AuthChange {
    public GrantPermission {
      Objects.requireNonNull(role);
      Objects.requireNonNull(permission);
    }
  }

  /// @param keys exactly those of a permission
  record RevokePermission(Bytes role, KeyRange keys) implements AuthChange {
    public RevokePermission {
      Objects.requireNonNull(role);
      Objects.requireNonNull(keys);
    }
  }

  record GrantRight(Bytes role, Right right) implements AuthChange {
    public GrantRight {
      Objects.requireNonNull(role);
      Objects.requireNonNull(right);
    }
  }

  record RevokeRight(Bytes role, Right right) implements AuthChange {
    public RevokeRight {
      Objects.requireNonNull(role);
      Objects.requireNonNull(right);
    }
  }

  /// Whether it may need memory.
  default boolean isAdding() {
    return switch (this) {
      case AddUser _, GrantRole _, AddRole _, GrantPermission _ -> true;
      case Enable _,
          Disable _,
          DeleteUser _,
          ChangePassword _,
          RevokeRole _,
          DeleteRole _,
          RevokePermission _,
          GrantRight _,
          RevokeRight _ ->
          false;
    };
  }

  /// How many bytes of names, hashes and keys it has.
  default long sizeBytes() {
    return switch (this) {
      case Enable(Bytes signingKey) -> signingKey.length();
      case Disable() -> 0;
      case AddUser(Bytes user, Bytes hash) -> user.length() + lengthOf(hash);
      case DeleteUser(Bytes user) -> user.length();
      case ChangePassword(Bytes user, Bytes hash) -> user.length() + lengthOf(hash);
      case GrantRole(Bytes user, Bytes role) -> user.length() + role.length();
      case RevokeRole(Bytes user, Bytes role) -> user.length() + role.length();
      case AddRole(Bytes role) -> role.length();
      case DeleteRole(Bytes role) -> role.length();
      case GrantPermission(Bytes role, Permission permission) ->
          role.length() + lengthOf(permission.keys());
      case RevokePermission(Bytes role, KeyRange keys) -> role.length() + lengthOf(keys);
      case GrantRight(Bytes role, Right _) -> role.length();
      case RevokeRight(Bytes role, Right _) -> role.length();
    };
  }

  private static int lengthOf(Bytes bytes) {
    return bytes == null ? 0 : bytes.length();
  }

  private static long lengthOf(KeyRange keys) {
    return keys.from().length() + lengthOf(keys.to());
  }
}
