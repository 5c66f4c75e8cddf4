package io.jangada.kv.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// What several users may do.
///
/// @param permissions in the order of their ranges, one for each range
/// @param rights in order
public record Role(Bytes name, List<Permission> permissions, List<Right> rights) {
  /// What a role takes in memory beside its name and keys, with its place in a table.
  private static final int ROLE_BYTES = 200;

  private static final int PERMISSION_BYTES = 150;

  private static final Comparator<Bytes> END = Comparator.nullsLast(Comparator.naturalOrder());

  /// The order of ranges: a range without an end comes after those with one.
  static final Comparator<KeyRange> BY_RANGE =
      Comparator.comparing(KeyRange::from).thenComparing(KeyRange::to, END);

  public Role {
    Objects.requireNonNull(name);
    permissions = List.copyOf(permissions);
    rights = List.copyOf(rights);
  }

  /// A role that permits nothing.
  public Role(Bytes name) {
    this(name, List.of(), List.of());
  }

  public boolean has(Right right) {
    return rights.contains(right);
  }

  /// The permission for exactly these keys, or null.
  Permission of(KeyRange keys) {
    for (Permission one : permissions) if (one.keys().equals(keys)) return one;
    return null;
  }

  /// It takes the place of one for the same keys.
  Role with(Permission permission) {
    List<Permission> more = new ArrayList<>(without(permission.keys()).permissions);
    more.add(permission);
    more.sort(Comparator.comparing(Permission::keys, BY_RANGE));
    return new Role(name, more, rights);
  }

  Role without(KeyRange keys) {
    List<Permission> fewer = new ArrayList<>(permissions);
    fewer.removeIf(one -> one.keys().equals(keys));
    return new Role(name, fewer, rights);
  }

  Role with(Right right) {
    List<Right> more = new ArrayList<>(rights);
    more.add(right);
    more.sort(null);
    return new Role(name, permissions, more);
  }

  Role without(Right right) {
    List<Right> fewer = new ArrayList<>(rights);
    fewer.remove(right);
    return new Role(name, permissions, fewer);
  }

  /// Whether a role can be so: what it has is in order, none of it twice, and no range is empty.
  public boolean isValid() {
    for (int i = 0; i < permissions.size(); i++) {
      KeyRange keys = permissions.get(i).keys();
      boolean isAfter = i == 0 || BY_RANGE.compare(permissions.get(i - 1).keys(), keys) < 0;
      if (keys.isEmpty() || !isAfter) return false;
    }
    for (int i = 1; i < rights.size(); i++)
      if (rights.get(i - 1).compareTo(rights.get(i)) >= 0) return false;
    return true;
  }

  /// What it takes in memory, about.
  public long sizeBytes() {
    long bytes = ROLE_BYTES + name.length();
    for (Permission one : permissions) bytes += PERMISSION_BYTES + sizeOf(one.keys());
    return bytes;
  }

  private static long sizeOf(KeyRange keys) {
    return keys.from().length() + (keys.to() == null ? 0 : keys.to().length());
  }
}
