package io.jangada.bench;

/// What the requests of a load are.
public enum Workload {
  /// Writes of keys drawn by chance.
  put,
  /// Reads of keys drawn by chance.
  get,
  /// Nine reads for one write.
  mix,
  /// All clients replace the value of one key, with the version that is thought to be there.
  cas;

  private static final int MIX = 10;

  /// What the next request of a connection is, by a number drawn by chance.
  OpType verb(int chance) {
    return switch (this) {
      case put -> OpType.SET;
      case get -> OpType.GET;
      case mix -> Math.floorMod(chance, MIX) == 0 ? OpType.SET : OpType.GET;
      case cas -> OpType.CAS;
    };
  }
}
