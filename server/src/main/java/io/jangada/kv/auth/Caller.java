package io.jangada.kv.auth;

import java.util.Objects;

/// Who asks for something.
///
/// @param since the auth revision at which the user got the password that was given
public record Caller(String user, long since) {
  public Caller {
    Objects.requireNonNull(user);
  }
}
