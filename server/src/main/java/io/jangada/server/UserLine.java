package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import io.jangada.protocol.auth.PasswordHash;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// An `admin` line about users, roles and authentication, read. Names, hashes and keys in it are
/// words as [AdminWord] has them.
///
/// ```
/// auth status|enable|disable
/// user list
/// user show|delete NAME
/// user add|password NAME [HASH]         a hash as PasswordHash has it, none for no password
/// user grant|revoke NAME ROLE
/// role list
/// role show|add|delete NAME
/// role grant NAME read|write|readwrite KEYS
/// role revoke NAME KEYS
/// role allow|forbid NAME members|backup|snapshot|users
/// KEYS                                  all | key KEY | prefix KEY | from KEY | range KEY KEY
/// ```
sealed interface UserLine extends AdminLine.Task {
  int SIGNING_KEY_BYTES = 32;

  record AuthStatus() implements UserLine {}

  record ListUsers() implements UserLine {}

  record ListRoles() implements UserLine {}

  record ShowUser(Bytes name) implements UserLine {}

  record ShowRole(Bytes name) implements UserLine {}

  record Change(AuthChange change) implements UserLine {}

  /// Empty when the words make no command.
  static Optional<AdminLine> read(List<String> words) {
    if (words.size() < 2) return Optional.empty();
    String verb = words.get(1);
    List<String> rest = words.subList(2, words.size());
    Optional<UserLine> line =
        switch (words.getFirst()) {
          case "auth" -> rest.isEmpty() ? auth(verb) : Optional.empty();
          case "user" -> rest.isEmpty() ? list(verb, new ListUsers()) : user(verb, rest);
          case "role" -> rest.isEmpty() ? list(verb, new ListRoles()) : role(verb, rest);
          default -> Optional.empty();
        };
    return line.map(AdminLine.class::cast);
  }

  private static Optional<UserLine> auth(String verb) {
    return switch (verb) {
      case "status" -> Optional.of(new AuthStatus());
      case "enable" -> {
        byte[] key = new byte[SIGNING_KEY_BYTES];
        new SecureRandom().nextBytes(key);
        yield Optional.of(new Change(new AuthChange.Enable(Bytes.wrap(key))));
      }
      case "disable" -> Optional.of(new Change(new AuthChange.Disable()));
      default -> Optional.empty();
    };
  }

  private static Optional<UserLine> list(String verb, UserLine listing) {
    return verb.equals("list") ? Optional.of(listing) : Optional.empty();
  }

  private static Optional<UserLine> user(String verb, List<String> rest) {
    Optional<Bytes> name = AdminWord.read(rest.getFirst());
    if (name.isEmpty() || rest.size() > 2) return Optional.empty();
    Bytes user = name.get();
    if (rest.size() == 1)
      return switch (verb) {
        case "show" -> Optional.of(new ShowUser(user));
        case "add" -> Optional.of(new Change(new AuthChange.AddUser(user, null)));
        case "password" -> Optional.of(new Change(new AuthChange.ChangePassword(user, null)));
        case "delete" -> Optional.of(new Change(new AuthChange.DeleteUser(user)));
        default -> Optional.empty();
      };
    Optional<Bytes> second = AdminWord.read(rest.get(1));
    Optional<AuthChange> change =
        switch (verb) {
          case "add" -> second.flatMap(UserLine::hash).map(h -> new AuthChange.AddUser(user, h));
          case "password" ->
              second.flatMap(UserLine::hash).map(h -> new AuthChange.ChangePassword(user, h));
          case "grant" -> second.map(role -> new AuthChange.GrantRole(user, role));
          case "revoke" -> second.map(role -> new AuthChange.RevokeRole(user, role));
          default -> Optional.empty();
        };
    return change.map(Change::new);
  }

  private static Optional<Bytes> hash(Bytes text) {
    return PasswordHash.parse(text.toUtf8()).map(_ -> text);
  }

  private static Optional<UserLine> role(String verb, List<String> rest) {
    Optional<Bytes> name = AdminWord.read(rest.getFirst());
    if (name.isEmpty()) return Optional.empty();
    Bytes role = name.get();
    List<String> more = rest.subList(1, rest.size());
    if (!more.isEmpty()) return change(verb, role, more).map(Change::new);
    return switch (verb) {
      case "show" -> Optional.of(new ShowRole(role));
      case "add" -> Optional.of(new Change(new AuthChange.AddRole(role)));
      case "delete" -> Optional.of(new Change(new AuthChange.DeleteRole(role)));
      default -> Optional.empty();
    };
  }

  private static Optional<AuthChange> change(String verb, Bytes role, List<String> more) {
    String first = more.getFirst();
    Optional<Right> right = more.size() == 1 ? right(first) : Optional.empty();
    return switch (verb) {
      case "grant" -> {
        Optional<KeyRange> keys = keys(more.subList(1, more.size()));
        yield kind(first)
            .flatMap(kind -> keys.map(range -> new Permission(kind, range)))
            .map(permission -> new AuthChange.GrantPermission(role, permission));
      }
      case "revoke" -> keys(more).map(keys -> new AuthChange.RevokePermission(role, keys));
      case "allow" -> right.map(one -> new AuthChange.GrantRight(role, one));
      case "forbid" -> right.map(one -> new AuthChange.RevokeRight(role, one));
      default -> Optional.empty();
    };
  }

  private static Optional<Permission.Kind> kind(String word) {
    return constant(Permission.Kind.values(), word);
  }

  private static Optional<Right> right(String word) {
    return constant(Right.values(), word);
  }

  private static <E extends Enum<E>> Optional<E> constant(E[] values, String word) {
    for (E one : values)
      if (one.name().toLowerCase(Locale.ROOT).replace("_", "").equals(word))
        return Optional.of(one);
    return Optional.empty();
  }

  private static Optional<KeyRange> keys(List<String> words) {
    if (words.equals(List.of("all"))) return Optional.of(KeyRange.ALL);
    if (words.size() < 2 || words.size() > 3) return Optional.empty();
    Optional<Bytes> first = AdminWord.read(words.get(1));
    if (first.isEmpty()) return Optional.empty();
    Bytes from = first.get();
    if (words.size() == 3)
      return words.getFirst().equals("range")
          ? AdminWord.read(words.get(2)).map(to -> new KeyRange(from, to))
          : Optional.empty();
    return switch (words.getFirst()) {
      case "key" -> Optional.of(KeyRange.of(from));
      case "prefix" -> Optional.of(KeyRange.prefix(from));
      case "from" -> Optional.of(new KeyRange(from, null));
      default -> Optional.empty();
    };
  }
}
