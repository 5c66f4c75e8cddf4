package io.jangada.protocol.text;

/// Which keys the commands of one connection read and write, about: those under way, and those that
/// wait for them. A read overtakes no write of its key and no write a read, so that one client's
/// commands on one key take effect in the order in which it sent them. Reads do not mind reads.
/// Writes keep their order whatever their keys: once they are under way by themselves, and before
/// by waiting for each other.
///
/// Keys are told apart by a part of their hash: two that share it wait for each other without need,
/// which is harmless. As long as nothing but reads, or nothing but writes, are under way, their
/// number is all that is kept.
final class KeyOrder {
  private static final int PLACES = 1_024;

  private int readCount;
  private int writeCount;
  private int waitCount;
  private int waitingWrites;

  /// How many are at each place; null while they are not needed.
  private short[] reads;

  private short[] writes;
  private short[] waits;

  /// Whether any command of this kind may begin.
  boolean isFree(boolean writing) {
    return waitCount == 0 && (writing ? readCount : writeCount) == 0;
  }

  boolean isTracking() {
    return reads != null;
  }

  /// From now on keys are looked at. Those under way are to be [#note]d.
  void track() {
    reads = new short[PLACES];
    writes = new short[PLACES];
    waits = new short[PLACES];
  }

  void note(boolean writing, int keyHash) {
    (writing ? writes : reads)[place(keyHash)]++;
  }

  /// Whether such a command need wait neither for those under way nor for those that wait. Only
  /// while tracking.
  boolean isFree(boolean writing, int keyHash) {
    int place = place(keyHash);
    return (writing ? reads : writes)[place] == 0
        && waits[place] == 0
        && (!writing || waitingWrites == 0);
  }

  void await(boolean writing, int keyHash) {
    waits[place(keyHash)]++;
    waitCount++;
    if (writing) waitingWrites++;
  }

  void awaitNoLonger(boolean writing, int keyHash) {
    waits[place(keyHash)]--;
    waitCount--;
    if (writing) waitingWrites--;
  }

  void begin(boolean writing, int keyHash) {
    if (writing) writeCount++;
    else readCount++;
    if (reads != null) note(writing, keyHash);
  }

  void end(boolean writing, int keyHash) {
    if (writing) writeCount--;
    else readCount--;
    if (reads != null) (writing ? writes : reads)[place(keyHash)]--;
  }

  private static int place(int hash) {
    return (hash ^ hash >>> 10 ^ hash >>> 20) & PLACES - 1;
  }
}
