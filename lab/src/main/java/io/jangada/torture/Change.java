package io.jangada.torture;

/// A change of the membership by one server.
///
/// @param old the server that leaves, or [#NONE]
/// @param next the server that joins, or [#NONE]
record Change(int old, int next) {
  static final int NONE = -1;

  boolean leaves() {
    return old != NONE;
  }

  boolean joins() {
    return next != NONE;
  }

  /// @param where the host and the ports of who comes, as `admin` takes them
  String line(String where) {
    if (!joins()) return "remove " + old;
    return (leaves() ? "replace " + old + " " + next : "add " + next) + " " + where;
  }

  @Override
  public String toString() {
    return line("").strip();
  }
}
