package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import io.jangada.kv.auth.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Changes of users and roles at random, of which there are few, root among them.
final class RandomUsers {
  private static final List<Bytes> NAMES =
      List.of(Bytes.utf8("root"), Bytes.utf8("a"), Bytes.utf8("b"), Bytes.utf8("c"));

  private final RandomGenerator dice;
  private final RandomOperations operations;

  RandomUsers(RandomGenerator dice, RandomOperations operations) {
    this.dice = dice;
    this.operations = operations;
  }

  AuthChange change() {
    return switch (dice.nextInt(40)) {
      case 0, 1, 2, 3 -> new AuthChange.Enable(Bytes.utf8("0123456789abcdef" + dice.nextInt(9)));
      case 4 -> new AuthChange.Disable();
      case 5, 6, 7, 8 -> new AuthChange.AddUser(name(), hash());
      case 9 -> new AuthChange.DeleteUser(name());
      case 10 -> new AuthChange.ChangePassword(name(), hash());
      case 11, 12, 13, 14, 15, 16 -> new AuthChange.GrantRole(name(), name());
      case 17, 18 -> new AuthChange.RevokeRole(name(), name());
      case 19, 20, 21 -> new AuthChange.AddRole(name());
      case 22, 23 -> new AuthChange.DeleteRole(name());
      case 24 -> new AuthChange.RevokePermission(name(), KeyRange.of(operations.key()));
      case 25, 26 -> new AuthChange.GrantRight(name(), right());
      case 27 -> new AuthChange.RevokeRight(name(), right());
      default -> new AuthChange.GrantPermission(name(), permission());
    };
  }

  Operation.UsersRead read() {
    return switch (dice.nextInt(7)) {
      case 0 -> new Operation.GetUser(name());
      case 1 -> new Operation.GetRole(name());
      case 2 -> new Operation.ListUsers();
      case 3 -> new Operation.ListRoles();
      case 4 -> new Operation.AuthStatus();
      case 5 -> new Operation.GetCredentials(name());
      default -> new Operation.CheckRight(right());
    };
  }

  Result.OfUsers result() {
    return switch (dice.nextInt(6)) {
      case 0 -> new Result.UsersChanged(dice.nextLong());
      case 1 -> new Result.FoundUser(name(), dice.nextBoolean(), list(this::name));
      case 2 -> new Result.FoundRole(new Role(name(), list(this::permission), list(this::right)));
      case 3 -> new Result.NameList(list(this::name));
      case 4 ->
          new Result.AuthState(dice.nextBoolean(), dice.nextLong(), dice.nextInt(), dice.nextInt());
      default -> new Result.Credentials(hash(), dice.nextLong(), hash(), dice.nextLong());
    };
  }

  Bytes name() {
    return NAMES.get(dice.nextInt(NAMES.size()));
  }

  private Bytes hash() {
    return dice.nextInt(3) == 0 ? null : Bytes.utf8("hash" + dice.nextInt(9));
  }

  private Permission permission() {
    Permission.Kind[] kinds = Permission.Kind.values();
    return new Permission(kinds[dice.nextInt(kinds.length)], keys());
  }

  /// Most are narrow, so that a role does not permit everything soon.
  private KeyRange keys() {
    Bytes from = operations.key();
    return switch (dice.nextInt(40)) {
      case 0 -> KeyRange.ALL;
      case 1 -> new KeyRange(from, null);
      case 2, 3, 4, 5, 6, 7 -> new KeyRange(from, operations.key());
      case 8, 9, 10, 11 -> KeyRange.prefix(from);
      default -> KeyRange.of(from);
    };
  }

  private Right right() {
    Right[] rights = Right.values();
    return rights[dice.nextInt(rights.length)];
  }

  private <T> List<T> list(Supplier<T> one) {
    List<T> all = new ArrayList<>();
    for (int n = dice.nextInt(4); n > 0; n--) all.add(one.get());
    return all;
  }
}
