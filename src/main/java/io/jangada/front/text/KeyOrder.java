package io.jangada.front.text;

/// Which keys the commands under way on one connection read and write, about. A read overtakes no
/// write of its key and no write a read, so that one client's commands on one key take effect in
/// the order in which it sent them. Reads do not mind reads, and writes keep their order by
/// themselves.
///
/// Keys are told apart by a part of their hash: two that share it wait for each other without need,
/// which is harmless. As long as nothing but reads, or nothing but writes, are under way, their
/// number is all that is kept.
final class KeyOrder {
  private static final int PLACES = 1_024;

  private int readCount;
  private int writeCount;

  /// How many are at each place; null while nobody needs to know.
  private short[] reads;

  private short[] writes;

  /// Whether nothing of the other kind is under way.
  boolean isFree(boolean writing) {
    return (writing ? readCount : writeCount) == 0;
  }

  boolean isTracking() {
    return reads != null;
  }

  /// From now on keys are looked at. Those under way are to be [#note]d.
  void track() {
    reads = new short[PLACES];
    writes = new short[PLACES];
  }

  void note(boolean writing, int keyHash) {
    (writing ? writes : reads)[place(keyHash)]++;
  }

  /// Whether nothing of the other kind is under way for such a key. Only while tracking.
  boolean isFree(boolean writing, int keyHash) {
    return (writing ? reads : writes)[place(keyHash)] == 0;
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
