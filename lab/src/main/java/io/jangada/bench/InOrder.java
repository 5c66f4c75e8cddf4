package io.jangada.bench;

/// The requests of one connection that wait for replies, where these come in the order of the
/// requests.
public final class InOrder {
  private static final int SLOTS = Load.IN_FLIGHT_MAX;

  private final int[] slots = new int[SLOTS];
  private final long[] keys = new long[SLOTS];
  private final int[] kinds = new int[SLOTS];
  private long sent;
  private long answered;

  /// One more, behind all others.
  ///
  /// @param kind whatever tells the dialog what it asked for
  public void add(int slot, long key, int kind) {
    if (sent - answered == SLOTS) throw new IllegalStateException("more requests than slots");
    int place = (int) (sent++ & SLOTS - 1);
    slots[place] = slot;
    keys[place] = key;
    kinds[place] = kind;
  }

  public boolean isEmpty() {
    return sent == answered;
  }

  public int slot() {
    return slots[first()];
  }

  public long key() {
    return keys[first()];
  }

  public int kind() {
    return kinds[first()];
  }

  private int first() {
    return (int) (answered & SLOTS - 1);
  }

  /// The first has its reply.
  ///
  /// @throws IllegalStateException when there is none
  public void remove() {
    if (isEmpty()) throw new IllegalStateException("a reply that nothing asked for");
    answered++;
  }
}
