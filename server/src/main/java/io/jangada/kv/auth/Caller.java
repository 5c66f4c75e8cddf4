package io.jangada.kv.auth;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// Who asks for something: a user, as one member knew it when the user proved who it is.
///
/// @param user its name
/// @param since the auth revision at which it was made or its password last changed: a caller
///   outlives neither
public record Caller(Bytes user, long since) implements Comparable<Caller> {
  /// A member that asks of its own accord. No user has this name.
  public static final Caller MEMBER = new Caller(Bytes.EMPTY, 0);

  public Caller {
    Objects.requireNonNull(user);
    if (since < 0) throw new IllegalArgumentException("since " + since);
  }

  public boolean isMember() {
    return user.isEmpty();
  }

  /// What it counts against limits in bytes, about.
  public int sizeBytes() {
    return user.length() + Long.BYTES;
  }

  @Override
  public int compareTo(Caller other) {
    int byName = user.compareTo(other.user);
    return byName != 0 ? byName : Long.compare(since, other.since);
  }
}
