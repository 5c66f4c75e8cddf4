package io.jangada.kv.auth;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/// A user.
///
/// @param hash of its password; null for a user without one, which proves who it is in other ways
/// @param since the auth revision at which it was made or its password last changed
/// @param roles by name, in order
public record User(Bytes name, Bytes hash, long since, List<Bytes> roles) {
  /// What a user takes in memory beside names and hash, with its place in a table.
  private static final int USER_BYTES = 200;

  private static final int ROLE_BYTES = 48;

  public User {
    Objects.requireNonNull(name);
    roles = List.copyOf(roles);
  }

  public boolean has(Bytes role) {
    return Collections.binarySearch(roles, role) >= 0;
  }

  /// Whether a user can be so: its roles are in order, none of them twice.
  public boolean isValid() {
    for (int i = 1; i < roles.size(); i++)
      if (roles.get(i - 1).compareTo(roles.get(i)) >= 0) return false;
    return since > 1;
  }

  User with(Bytes role) {
    List<Bytes> more = new ArrayList<>(roles);
    more.add(role);
    Collections.sort(more);
    return new User(name, hash, since, more);
  }

  User without(Bytes role) {
    List<Bytes> fewer = new ArrayList<>(roles);
    fewer.remove(role);
    return new User(name, hash, since, fewer);
  }

  long sizeBytes() {
    long bytes = USER_BYTES + name.length() + (hash == null ? 0 : hash.length());
    for (Bytes role : roles) bytes += ROLE_BYTES + role.length();
    return bytes;
  }
}
