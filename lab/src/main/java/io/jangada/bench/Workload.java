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
  cas,
  /// Reads of ranges that begin with a key drawn by chance.
  range,
  /// Counts of such ranges.
  count,
  /// A comparison that holds, and two writes.
  transaction,
  /// Grants of new leases.
  grant,
  /// Each keeps a lease alive that is drawn by chance.
  keepalive;

  private static final int MIX = 10;

  /// What the next request of a connection is, by a number drawn by chance.
  OpType verb(int chance) {
    return switch (this) {
      case put -> OpType.SET;
      case get -> OpType.GET;
      case mix -> Math.floorMod(chance, MIX) == 0 ? OpType.SET : OpType.GET;
      case cas -> OpType.CAS;
      case range -> OpType.RANGE;
      case count -> OpType.COUNT;
      case transaction -> OpType.TRANSACTION;
      case grant -> OpType.GRANT;
      case keepalive -> OpType.KEEP_ALIVE;
    };
  }

  /// Whether other stores are asked the same.
  public boolean isCommon() {
    return this == put || this == get || this == mix;
  }

  /// Whether it needs the binary protocol.
  boolean isBinary() {
    return !isCommon() && this != cas;
  }

  /// Whether it makes what is new each time.
  boolean isFresh(boolean overwrites) {
    return this == grant || isCommon() && !overwrites;
  }

  /// Whether anything has to be there before.
  boolean needsFilling(boolean overwrites) {
    return this != grant && (this != put || overwrites);
  }

  /// What makes the things that it needs.
  Workload filling() {
    return this == keepalive ? grant : put;
  }
}
