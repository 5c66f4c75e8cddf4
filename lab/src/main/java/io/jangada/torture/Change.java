package io.jangada.torture;

/// A change of the membership by one server.
///
/// @param old who goes, or [#NOBODY]
/// @param next who comes, or [#NOBODY]
record Change(int old, int next) {
  static final int NOBODY = -1;

  boolean leaves() {
    return old != NOBODY;
  }

  boolean joins() {
    return next != NOBODY;
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
