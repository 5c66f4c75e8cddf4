package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import java.util.Arrays;

/// A pattern for whole keys or channels: `*` for any bytes, `?` for one byte, `[a-c]` and `[^a-c]`
/// for one of some, and `\x` for x itself. An open bracket ends with the pattern, and of a range
/// the ends may stand in either order.
///
/// All *places* of the pattern to which the bytes so far may lead are followed at once, in a bit
/// each: place n is before the nth element that is no star. So a byte costs a step for each 64
/// elements, whatever the pattern.
final class Glob {
  static final int LENGTH_MAX = 1_024;

  private static final int BYTE_VALUES = 256;

  private final byte[] pattern;
  private int at;

  private int places;

  /// For each byte, from which places it leads to the next.
  private final long[][] leadsOn;

  /// The places at which there is a star.
  private final long[] stars;

  private final byte[] literal;
  private int literalLength;
  private boolean isLiteral = true;

  /// @param pattern of at most [#LENGTH_MAX] bytes
  Glob(Bytes pattern) {
    this.pattern = pattern.toArray();
    int words = pattern.length() / Long.SIZE + 1;
    leadsOn = new long[BYTE_VALUES][words];
    stars = new long[words];
    literal = new byte[pattern.length()];
    while (at < this.pattern.length) addElement();
  }

  private void addElement() {
    byte first = this.pattern[at++];
    switch (first) {
      case '*' -> {
        isLiteral = false;
        stars[places >>> 6] |= 1L << places;
      }
      case '?' -> {
        isLiteral = false;
        for (int b = 0; b < BYTE_VALUES; b++) accept(b);
        places++;
      }
      case '[' -> {
        isLiteral = false;
        addSet();
        places++;
      }
      case '\\' -> addLiteral(at < pattern.length ? pattern[at++] : first);
      default -> addLiteral(first);
    }
  }

  private void addLiteral(byte b) {
    if (isLiteral) literal[literalLength++] = b;
    accept(b & 0xff);
    places++;
  }

  private void addSet() {
    boolean isNegated = at < pattern.length && pattern[at] == '^';
    if (isNegated) at++;
    boolean[] set = new boolean[BYTE_VALUES];
    while (at < pattern.length && pattern[at] != ']') addToSet(set);
    at++;
    for (int b = 0; b < BYTE_VALUES; b++) if (set[b] != isNegated) accept(b);
  }

  private void addToSet(boolean[] set) {
    int first = pattern[at++] & 0xff;
    int left = pattern.length - at;
    if (first == '\\' && left > 0) {
      set[pattern[at++] & 0xff] = true;
    } else if (left >= 2 && pattern[at] == '-') {
      int last = pattern[at + 1] & 0xff;
      at += 2;
      Arrays.fill(set, Math.min(first, last), Math.max(first, last) + 1, true);
    } else {
      set[first] = true;
    }
  }

  private void accept(int b) {
    leadsOn[b][places >>> 6] |= 1L << places;
  }

  /// What all that matches begins with.
  Bytes prefix() {
    return Bytes.copyOf(literal, 0, literalLength);
  }

  /// Whether nothing matches but [#prefix].
  boolean isLiteral() {
    return isLiteral;
  }

  /// What it takes, about.
  int sizeBytes() {
    return BYTE_VALUES * stars.length * Long.BYTES;
  }

  boolean matches(Bytes text) {
    long[] reached = reached(text);
    return reached != null && (reached[places >>> 6] & 1L << places) != 0;
  }

  /// Whether it matches anything that begins so.
  boolean canBegin(Bytes text) {
    return reached(text) != null;
  }

  /// The places that a text leads to; null for none.
  private long[] reached(Bytes text) {
    long[] reached = new long[stars.length];
    reached[0] = 1;
    long any = 1;
    for (int i = 0; i < text.length() && any != 0; i++) {
      long[] leads = leadsOn[text.at(i) & 0xff];
      any = 0;
      long carry = 0;
      for (int w = 0; w < reached.length; w++) {
        long on = reached[w] & leads[w];
        reached[w] = reached[w] & stars[w] | on << 1 | carry;
        carry = on >>> Long.SIZE - 1;
        any |= reached[w];
      }
    }
    return any == 0 ? null : reached;
  }
}
