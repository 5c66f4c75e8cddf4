package io.jangada.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/// The keys of a run: 16 bytes, a prefix and ten digits.
///
/// Prefilled keys have the length of their values in the prefix, so that what another run left
/// behind is either just right or not touched. Fresh keys have a prefix drawn by chance.
record Keys(String prefix) {
  static final int BYTES = 16;
  static final int DIGITS = 10;
  private static final int PREFIX_CHARS = BYTES - DIGITS;
  private static final long RANDOM_MAX = 36L * 36 * 36 * 36 * 36;

  Keys {
    if (prefix.length() != PREFIX_CHARS) throw new IllegalArgumentException(prefix);
  }

  static Keys ofValues(int valueBytes) {
    String size = Integer.toString(valueBytes, Character.MAX_RADIX);
    return new Keys("b" + ".".repeat(PREFIX_CHARS - 1 - size.length()) + size);
  }

  static Keys fresh() {
    long drawn = ThreadLocalRandom.current().nextLong(RANDOM_MAX);
    String text = Long.toString(drawn, Character.MAX_RADIX);
    return new Keys("f" + "0".repeat(PREFIX_CHARS - 1 - text.length()) + text);
  }

  /// Writes the key of a number into its place.
  void put(long number, byte[] target, int at) {
    for (int i = 0; i < PREFIX_CHARS; i++) target[at + i] = (byte) prefix.charAt(i);
    putDigits(number, target, at + PREFIX_CHARS);
  }

  /// Only the digits: the prefix is there.
  void putDigits(long number, byte[] target, int digitsAt) {
    long rest = number;
    for (int i = DIGITS - 1; i >= 0; i--) {
      target[digitsAt + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /// The number of a lease: each prefix has its own.
  long lease(long number) {
    return (prefix.hashCode() & 0x7fff_ffffL) << 32 | number + 1;
  }

  byte[] bytes(long number) {
    byte[] key = new byte[BYTES];
    put(number, key, 0);
    return key;
  }

  String text(long number) {
    return new String(bytes(number), StandardCharsets.US_ASCII);
  }
}
