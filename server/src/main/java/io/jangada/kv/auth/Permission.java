package io.jangada.kv.auth;

import io.jangada.kv.KeyRange;
import java.util.Objects;

/// What a role permits its users to do with some keys.
public record Permission(Kind kind, KeyRange keys) {
  public enum Kind {
    READ,
    WRITE,
    READ_WRITE
  }

  public Permission {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(keys);
  }

  boolean reads() {
    return kind != Kind.WRITE;
  }

  boolean writes() {
    return kind != Kind.READ;
  }
}
