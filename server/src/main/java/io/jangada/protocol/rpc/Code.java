package io.jangada.protocol.rpc;

import java.util.Locale;

/// How a call ended, in gRPC's numbers, and what HTTP says for it.
public enum Code {
  OK(200),
  CANCELLED(408),
  UNKNOWN(500),
  INVALID_ARGUMENT(400),
  DEADLINE_EXCEEDED(504),
  NOT_FOUND(404),
  ALREADY_EXISTS(409),
  PERMISSION_DENIED(403),
  RESOURCE_EXHAUSTED(429),
  FAILED_PRECONDITION(400),
  ABORTED(409),
  OUT_OF_RANGE(400),
  UNIMPLEMENTED(501),
  INTERNAL(500),
  UNAVAILABLE(503),
  DATA_LOSS(500),
  UNAUTHENTICATED(401);

  private final int http;

  Code(int http) {
    this.http = http;
  }

  /// The number on the wire.
  public int number() {
    return ordinal();
  }

  /// As gRPC writes it: `InvalidArgument`; `Canceled` with one l.
  public String text() {
    if (this == OK) return name();
    if (this == CANCELLED) return "Canceled";
    StringBuilder text = new StringBuilder();
    for (String word : name().split("_"))
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    return text.toString();
  }

  /// The status of an answer over HTTP/1.1.
  public int http() {
    return http;
  }
}
