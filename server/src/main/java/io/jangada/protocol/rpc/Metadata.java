package io.jangada.protocol.rpc;

/// What a client says beside its messages that means something here.
///
/// @param token with which it says who it is; null for none
/// @param requiresLeader whether it is to be served by a member only that has a leader
/// @param timeoutNanos how long it waits; 0 for as long as it takes
public record Metadata(String token, boolean requiresLeader, long timeoutNanos) {
  public static final Metadata NONE = new Metadata(null, false, 0);
}
