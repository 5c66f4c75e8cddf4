package io.jangada.front.text;

/// Which keys the commands under way on one connection read and write, about. A read overtakes no
/// write of its key and no write a read, so that one client's commands on one key take effect in
/// the order in which it sent them; reads do not mind reads, and writes of one key keep their order
/// all the way.
///
/// Keys are told apart by a part of their hash: two that share it wait for each other without need,
/// which is harmless.
final class KeyOrder {
  private static final int PLACES = 1_024;

  private short[] reads;
  private short[] writes;

  /// Whether a command may begin now.
  boolean mayBegin(boolean writes, int keyHash) {
    short[] others = writes ? reads : this.writes;
    return others == null || others[place(keyHash)] == 0;
  }

  void begin(boolean writes, int keyHash) {
    if (reads == null) {
      reads = new short[PLACES];
      this.writes = new short[PLACES];
    }
    (writes ? this.writes : reads)[place(keyHash)]++;
  }

  void end(boolean writes, int keyHash) {
    (writes ? this.writes : reads)[place(keyHash)]--;
  }

  private static int place(int hash) {
    return (hash ^ hash >>> 10 ^ hash >>> 20) & PLACES - 1;
  }
}
