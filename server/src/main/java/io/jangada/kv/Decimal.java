package io.jangada.kv;

import io.jangada.bytes.Bytes;
import java.math.BigDecimal;

/// Decimals of any size that is reasonable, and their exact sums: the same on all members.
final class Decimal {
  static final Bytes ZERO = Bytes.utf8("0");

  /// What is longer is no decimal.
  static final int BYTES_MAX = 256;

  /// What has a greater exponent, or a lesser than this below 0, is no decimal.
  static final int EXPONENT_MAX = 400;

  /// What a sum takes at most.
  static final int SUM_BYTES_MAX = 4 * (EXPONENT_MAX + BYTES_MAX);

  private static final int EXPONENT_DIGITS_MAX = 3;

  private Decimal() {}

  /// Null where one of them is no decimal. The sum of two has some hundred digits at most.
  static Bytes sum(Bytes one, Bytes other) {
    BigDecimal first = parse(one);
    BigDecimal second = parse(other);
    if (first == null || second == null) return null;
    BigDecimal sum = first.add(second);
    return Bytes.utf8(sum.signum() == 0 ? "0" : sum.stripTrailingZeros().toPlainString());
  }

  /// Digits with a sign or none, a fraction or none, and an exponent or none.
  private static BigDecimal parse(Bytes bytes) {
    int length = bytes.length();
    if (length > BYTES_MAX) return null;
    int at = length > 0 && (bytes.at(0) == '-' || bytes.at(0) == '+') ? 1 : 0;
    int whole = digits(bytes, at);
    at += whole;
    int fraction = 0;
    if (at < length && bytes.at(at) == '.') {
      fraction = digits(bytes, at + 1);
      at += 1 + fraction;
    }
    if (whole + fraction == 0) return null;
    if (at < length && (bytes.at(at) == 'e' || bytes.at(at) == 'E')) {
      at++;
      if (at < length && (bytes.at(at) == '-' || bytes.at(at) == '+')) at++;
      int exponent = digits(bytes, at);
      if (exponent == 0 || exponent > EXPONENT_DIGITS_MAX) return null;
      if (Integer.parseInt(bytes.slice(at, exponent).toUtf8()) > EXPONENT_MAX) return null;
      at += exponent;
    }
    return at == length ? new BigDecimal(bytes.toUtf8()) : null;
  }

  /// How many digits there are from a place on.
  private static int digits(Bytes bytes, int from) {
    int at = from;
    while (at < bytes.length() && bytes.at(at) >= '0' && bytes.at(at) <= '9') at++;
    return at - from;
  }
}
