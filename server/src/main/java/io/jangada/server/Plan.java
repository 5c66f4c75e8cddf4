package io.jangada.server;

import io.jangada.raft.Membership;

/// What a wish about the membership comes to.
sealed interface Plan {
  /// @param target the membership to change to
  /// @param says what the change does, for people
  record Change(Membership target, String says, Completion completion) implements Plan {}

  /// Nothing has to be changed now.
  record Nothing(String says, Completion completion) implements Plan {}

  /// It must not be done.
  record Refusal(String why) implements Plan {}

  /// What the wish has come to after the change, if there is one.
  enum Completion {
    /// All is as it was wished.
    COMPLETE,
    /// The rest is on its way, or the wish is to be made again.
    PARTIAL
  }
}
