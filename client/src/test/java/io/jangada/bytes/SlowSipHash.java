package io.jangada.bytes;

import java.util.Arrays;

/// SipHash-c-d word for word after its paper (Aumasson and Bernstein 2012, section 2.2).
final class SlowSipHash {
  private final long[] v;

  SlowSipHash(long key0, long key1) {
    v =
        new long[] {
          key0 ^ 0x736f6d6570736575L,
          key1 ^ 0x646f72616e646f6dL,
          key0 ^ 0x6c7967656e657261L,
          key1 ^ 0x7465646279746573L
        };
  }

  /// The hash, once: the object is used up.
  long of(int c, int d, byte[] content) {
    byte[] padded = Arrays.copyOf(content, (content.length / 8 + 1) * 8);
    padded[padded.length - 1] = (byte) content.length;
    for (int at = 0; at < padded.length; at += 8) {
      long m = 0;
      for (int i = 7; i >= 0; i--) m = m << 8 | (padded[at + i] & 0xff);
      v[3] ^= m;
      rounds(c);
      v[0] ^= m;
    }
    v[2] ^= 0xff;
    rounds(d);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      half(0, 1, 13);
      v[0] = Long.rotateLeft(v[0], 32);
      half(2, 3, 16);
      half(0, 3, 21);
      half(2, 1, 17);
      v[2] = Long.rotateLeft(v[2], 32);
    }
  }

  private void half(int a, int b, int bits) {
    v[a] += v[b];
    v[b] = Long.rotateLeft(v[b], bits) ^ v[a];
  }
}
