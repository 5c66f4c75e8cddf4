package io.jangada.node;

/// Whether a member has a leader.
public enum Leadership {
  /// It knows its leader, or leads.
  LED,
  /// It knows none, and did a short while ago.
  NONE,
  /// It has known none for as long as a watch that needs a leader endures.
  LOST
}
