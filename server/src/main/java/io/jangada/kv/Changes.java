package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Result.Reason;
import java.math.BigInteger;
import java.util.Arrays;

/// What each [Change] makes of a value.
final class Changes {
  private static final BigInteger WRAP = BigInteger.ONE.shiftLeft(Long.SIZE);
  static final int DIGITS_MAX = 20;

  /// The longest value that is looked at for a number among blanks and zeros.
  private static final int PADDED_MAX = 64;

  /// The value that comes of it, or why there is none.
  ///
  /// @param value null where there is none
  /// @param reason null where there is a value, or the key is not there
  record Outcome(Bytes value, Reason reason) {
    private static final Outcome NOT_FOUND = new Outcome(null, null);

    private static Outcome of(String number) {
      return new Outcome(Bytes.utf8(number), null);
    }

    private static Outcome refused(Reason reason) {
      return new Outcome(null, reason);
    }
  }

  private Changes() {}

  /// @param value what is there, null for nothing
  static Outcome make(Change change, Bytes value) {
    return switch (change) {
      case Change.Set(Bytes next, int _) -> new Outcome(next, null);
      case Change.Keep(), Change.Rewrite(), Change.Invalidate() ->
          value == null ? Outcome.NOT_FOUND : new Outcome(value, null);
      case Change.Add add -> add(add, value);
      case Change.AddDecimal(Bytes amount) -> {
        Bytes sum = Decimal.sum(value == null ? Decimal.ZERO : value, amount);
        yield sum == null ? Outcome.refused(Reason.NOT_A_NUMBER) : new Outcome(sum, null);
      }
      case Change.Extend extend -> extend(extend, value);
      case Change.Replace replace -> replace(replace, value);
    };
  }

  private static Outcome add(Change.Add add, Bytes value) {
    boolean isSigned = add.arithmetic() == Change.Arithmetic.SIGNED;
    if (value == null) {
      if (add.initial() == null) return Outcome.NOT_FOUND;
      long initial = add.initial();
      return Outcome.of(isSigned ? Long.toString(initial) : Long.toUnsignedString(initial));
    }
    BigInteger number = parse(value, isSigned);
    if (number == null) return Outcome.refused(Reason.NOT_A_NUMBER);
    BigInteger signed = BigInteger.valueOf(add.delta());
    BigInteger unsigned = signed.mod(WRAP);
    return switch (add.arithmetic()) {
      case SIGNED -> {
        BigInteger sum = number.add(signed);
        boolean fits = sum.bitLength() < Long.SIZE;
        yield fits ? Outcome.of(sum.toString()) : Outcome.refused(Reason.OVERFLOW);
      }
      case UNSIGNED -> Outcome.of(number.add(unsigned).mod(WRAP).toString());
      case UNSIGNED_DOWN -> Outcome.of(number.subtract(unsigned).max(BigInteger.ZERO).toString());
    };
  }

  /// A number: one with a sign as it is written in the shortest way. Null for none.
  private static BigInteger parse(Bytes whole, boolean isSigned) {
    Bytes value = isSigned ? whole : plain(whole);
    int length = value.length();
    if (length == 0 || length > DIGITS_MAX) return null;
    int first = value.at(0) == '-' ? 1 : 0;
    if (first == 1 && (!isSigned || length == 1)) return null;
    for (int i = first; i < length; i++) if (value.at(i) < '0' || value.at(i) > '9') return null;
    if (value.at(first) == '0' && length > 1) return null;
    BigInteger number = new BigInteger(value.toUtf8());
    boolean fits = number.bitLength() < Long.SIZE || !isSigned && number.bitLength() == Long.SIZE;
    return fits ? number : null;
  }

  /// The digits of a number without a sign, which may have blanks around it, a plus, and zeros in
  /// front.
  private static Bytes plain(Bytes whole) {
    int from = 0;
    int to = Math.min(whole.length(), PADDED_MAX);
    while (from < to && isBlank(whole.at(from))) from++;
    while (to > from && isBlank(whole.at(to - 1))) to--;
    if (from < to && whole.at(from) == '+') from++;
    while (from + 1 < to && whole.at(from) == '0') from++;
    return whole.length() > PADDED_MAX ? Bytes.EMPTY : whole.slice(from, to - from);
  }

  private static boolean isBlank(int one) {
    return one == ' ' || one >= '\t' && one <= '\r';
  }

  private static Outcome extend(Change.Extend extend, Bytes value) {
    if (value == null && !extend.growth().creates()) return Outcome.NOT_FOUND;
    Bytes old = value == null ? Bytes.EMPTY : value;
    long length = (long) old.length() + extend.bytes().length();
    if (isTooLong(length, extend.growth())) return Outcome.refused(Reason.VALUE_TOO_LONG);
    boolean isEnd = extend.side() == Change.Side.END;
    byte[] next = new byte[(int) length];
    old.copyTo(next, isEnd ? 0 : extend.bytes().length());
    extend.bytes().copyTo(next, isEnd ? old.length() : 0);
    return new Outcome(Bytes.wrap(next), null);
  }

  private static Outcome replace(Change.Replace replace, Bytes value) {
    if (value == null && !replace.growth().creates()) return Outcome.NOT_FOUND;
    Bytes old = value == null ? Bytes.EMPTY : value;
    long end = (long) replace.offset() + replace.bytes().length();
    long length = Math.max(old.length(), end);
    if (isTooLong(length, replace.growth())) return Outcome.refused(Reason.VALUE_TOO_LONG);
    byte[] next = Arrays.copyOf(old.toArray(), (int) length);
    replace.bytes().copyTo(next, replace.offset());
    return new Outcome(Bytes.wrap(next), null);
  }

  private static boolean isTooLong(long length, Change.Growth growth) {
    return length > Math.min(growth.bytesMax(), KvLimits.VALUE_BYTES_HARD_MAX);
  }
}
