package io.jangada.check;

import java.util.Arrays;

/// What has become of each step in flight, one of three things: it must yet take effect (no bit),
/// it has (`done`), or it **may** (`free`): it can be taken to have been overwritten at once by a
/// write that is behind us, or still take effect, as it suits. Immutable; bits are those of
/// [KeyTimeline#bit].
final class LinearizedSet {
  private final long[] done;
  private final long[] free;

  private LinearizedSet(long[] done, long[] free) {
    this.done = done;
    this.free = free;
  }

  static LinearizedSet none(int words) {
    return new LinearizedSet(new long[words], new long[words]);
  }

  boolean done(int bit) {
    return (done[bit >>> 6] & (1L << bit)) != 0;
  }

  boolean free(int bit) {
    return (free[bit >>> 6] & (1L << bit)) != 0;
  }

  /// A copy that only its maker changes.
  LinearizedSet copy() {
    return new LinearizedSet(done.clone(), free.clone());
  }

  void setDone(int bit) {
    done[bit >>> 6] |= 1L << bit;
    free[bit >>> 6] &= ~(1L << bit);
  }

  void setFree(int bit) {
    free[bit >>> 6] |= 1L << bit;
  }

  void clear(int bit) {
    done[bit >>> 6] &= ~(1L << bit);
    free[bit >>> 6] &= ~(1L << bit);
  }

  /// Whether whatever can follow `other` can follow this. A free step serves for a done one and for
  /// one that must yet be; a done step for one that must yet be if it is quiet (a bit of `quiet`),
  /// since leaving a quiet operation out of what follows harms nothing.
  boolean covers(LinearizedSet other, long[] quiet) {
    for (int i = 0; i < done.length; i++) {
      long unlike = (done[i] ^ other.done[i]) & ~(done[i] & quiet[i]);
      if ((~free[i] & (unlike | other.free[i])) != 0) return false;
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinearizedSet that
        && Arrays.equals(done, that.done)
        && Arrays.equals(free, that.free);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(done) + Arrays.hashCode(free);
  }
}
