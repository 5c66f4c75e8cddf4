package io.jangada.node;

/// Whether a member has a leader.
public enum Leadership {
  /// It leads.
  LEADING,
  /// It knows its leader.
  LED,
  /// It knows none, and did a short while ago.
  NONE,
  /// It has known none for as long as a watch that needs a leader endures.
  LOST;

  /// Whether there is a leader, this member or another.
  public boolean isLed() {
    return this == LEADING || this == LED;
  }
}
