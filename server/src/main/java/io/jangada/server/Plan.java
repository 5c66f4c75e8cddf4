package io.jangada.server;

import io.jangada.raft.Membership;

/// What a wish about the membership comes to.
sealed interface Plan {
  /// @param target the membership to change to
  /// @param says what the change does, for people
  /// @param done whether that is all of what was wished; otherwise the wish is to be made again
  record Change(Membership target, String says, boolean done) implements Plan {}

  /// Nothing has to be changed now.
  ///
  /// @param done whether all is as it was wished; otherwise that is on its way
  record Nothing(String says, boolean done) implements Plan {}

  /// It must not be done.
  record Refusal(String why) implements Plan {}
}
