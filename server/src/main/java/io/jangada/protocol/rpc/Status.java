package io.jangada.protocol.rpc;

import java.util.Objects;

/// How a call ended.
///
/// @param message what clients show, and may compare with; empty for [#OK]
public record Status(Code code, String message) {
  public static final Status OK = new Status(Code.OK, "");

  public Status {
    Objects.requireNonNull(code);
    Objects.requireNonNull(message);
  }

  public boolean isOk() {
    return code == Code.OK;
  }
}
