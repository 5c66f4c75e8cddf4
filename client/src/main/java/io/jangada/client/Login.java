package io.jangada.client;

import io.jangada.bytes.Bytes;
import java.util.Objects;

/// Who a client is. Each of its connections says so before anything else.
///
/// @param user a name, without blanks and control characters
/// @param password likewise
public record Login(String user, String password) {
  public Login {
    Objects.requireNonNull(user);
    Objects.requireNonNull(password);
    if (Command.whyNotKey(Bytes.utf8(user)) != null)
      throw new IllegalArgumentException("a user has a name, without blanks");
    if (Command.whyNotKey(Bytes.utf8(password)) != null)
      throw new IllegalArgumentException("a password is not empty, and has no blanks");
  }

  @Override
  public String toString() {
    return "user " + user;
  }
}
