package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Result;
import java.math.BigDecimal;
import java.math.BigInteger;

/// What conditions and changes say of one key.
final class SlowChange {
  private static final String DECIMAL = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?";

  private static final BigInteger TWO_TO_64 = BigInteger.TWO.pow(64);
  private static final BigInteger TWO_TO_63 = BigInteger.TWO.pow(63);

  /// What a change comes to: a value, or a result that says why there is none.
  record Outcome(Bytes value, Result no) {
    private static Outcome refused(Result.Reason reason) {
      return new Outcome(null, new Result.Refused(reason));
    }

    private static Outcome notFound() {
      return new Outcome(null, new Result.NotFound());
    }
  }

  private SlowChange() {}

  /// Why the condition fails; null if it holds.
  ///
  /// @param there null for a key that is not there
  /// @param creates whether the command can do something about a key that is not there
  static Result failure(KeyValue there, Condition condition, boolean creates) {
    if (there == null) {
      boolean fine =
          creates
              && (condition instanceof Condition.Always
                  || condition instanceof Condition.AnyChanges
                  || condition instanceof Condition.Absent
                  || condition instanceof Condition.AbsentOrValue);
      return fine ? null : new Result.NotFound();
    }
    KeyValue.Revisions revisions = there.revisions();
    boolean fine =
        switch (condition) {
          case Condition.Always(), Condition.AnyChanges(), Condition.Present() -> true;
          case Condition.Absent() -> false;
          case Condition.Unique(long unique) ->
              unique == revisions.created() + revisions.changes() - 1;
          case Condition.Ends _ -> throw new IllegalStateException("it is about time");
          case Condition.UniqueOrLater(long unique) -> revisions.unique() >= unique;
          case Condition.Version(long version) -> version == revisions.modified();
          case Condition.Changes(long changes) -> changes == revisions.changes();
          case Condition.Value(Bytes value) -> value.equals(there.value());
          case Condition.AbsentOrValue(Bytes value) -> value.equals(there.value());
        };
    if (fine) return null;
    return condition instanceof Condition.Absent
        ? new Result.Exists(revisions.modified())
        : new Result.Mismatch(revisions.modified());
  }

  /// @param there null for a key that is not there
  static Outcome of(Change change, KeyValue there) {
    return switch (change) {
      case Change.Set(Bytes value, int _) -> new Outcome(value, null);
      case Change.Keep(), Change.Rewrite(), Change.Invalidate() ->
          there == null ? Outcome.notFound() : new Outcome(there.value(), null);
      case Change.Add add -> sum(add, there);
      case Change.AddDecimal(Bytes amount) -> {
        String text = there == null ? "0" : there.value().toUtf8();
        if (!isDecimal(text) || !isDecimal(amount.toUtf8()))
          yield Outcome.refused(Result.Reason.NOT_A_NUMBER);
        BigDecimal sum = new BigDecimal(text).add(new BigDecimal(amount.toUtf8()));
        String plain = sum.toPlainString();
        if (plain.contains(".")) plain = plain.replaceAll("0+$", "").replaceAll("[.]$", "");
        yield new Outcome(Bytes.utf8(plain.matches("-?0") ? "0" : plain), null);
      }
      case Change.Extend(Change.Side side, Bytes bytes, Change.Growth growth) -> {
        if (there == null && !growth.creates()) yield Outcome.notFound();
        Bytes old = there == null ? Bytes.EMPTY : there.value();
        long length = (long) old.length() + bytes.length();
        if (isTooLong(length, growth)) yield Outcome.refused(Result.Reason.VALUE_TOO_LONG);
        byte[] joined = new byte[(int) length];
        Bytes front = side == Change.Side.FRONT ? bytes : old;
        Bytes end = side == Change.Side.FRONT ? old : bytes;
        front.copyTo(joined, 0);
        end.copyTo(joined, front.length());
        yield new Outcome(Bytes.wrap(joined), null);
      }
      case Change.Replace(int offset, Bytes bytes, Change.Growth growth) -> {
        if (there == null && !growth.creates()) yield Outcome.notFound();
        Bytes old = there == null ? Bytes.EMPTY : there.value();
        long length = Math.max(old.length(), (long) offset + bytes.length());
        if (isTooLong(length, growth)) yield Outcome.refused(Result.Reason.VALUE_TOO_LONG);
        byte[] replaced = new byte[(int) length];
        old.copyTo(replaced, 0);
        bytes.copyTo(replaced, offset);
        yield new Outcome(Bytes.wrap(replaced), null);
      }
    };
  }

  private static boolean isDecimal(String text) {
    if (text.length() > 256 || !text.matches(DECIMAL)) return false;
    String exponent = text.replaceFirst("^[^eE]*[eE]?[+-]?", "");
    return exponent.isEmpty() || Integer.parseInt(exponent) <= 400;
  }

  private static boolean isTooLong(long length, Change.Growth growth) {
    return length > growth.bytesMax() || length > KvLimits.VALUE_BYTES_HARD_MAX;
  }

  private static Outcome sum(Change.Add add, KeyValue there) {
    boolean signed = add.arithmetic() == Change.Arithmetic.SIGNED;
    if (there == null) {
      if (add.initial() == null) return Outcome.notFound();
      BigInteger initial = BigInteger.valueOf(add.initial());
      return number(signed ? initial : initial.mod(TWO_TO_64));
    }
    String text = there.value().toUtf8();
    if (!signed && text.length() <= 64)
      text = text.replaceAll("^[ \\t-\\r]+|[ \\t-\\r]+$", "").replaceFirst("^[+]?0*(?=[0-9])", "");
    if (!text.matches("0|-?[1-9][0-9]*")) return Outcome.refused(Result.Reason.NOT_A_NUMBER);
    BigInteger number = new BigInteger(text);
    if (!isIn(number, signed)) return Outcome.refused(Result.Reason.NOT_A_NUMBER);
    BigInteger delta = BigInteger.valueOf(add.delta());
    return switch (add.arithmetic()) {
      case SIGNED -> {
        BigInteger sum = number.add(delta);
        yield isIn(sum, true) ? number(sum) : Outcome.refused(Result.Reason.OVERFLOW);
      }
      case UNSIGNED -> number(number.add(delta).mod(TWO_TO_64));
      case UNSIGNED_DOWN -> number(number.subtract(delta.mod(TWO_TO_64)).max(BigInteger.ZERO));
    };
  }

  private static boolean isIn(BigInteger number, boolean signed) {
    BigInteger least = signed ? TWO_TO_63.negate() : BigInteger.ZERO;
    BigInteger end = signed ? TWO_TO_63 : TWO_TO_64;
    return number.compareTo(least) >= 0 && number.compareTo(end) < 0;
  }

  private static Outcome number(BigInteger number) {
    return new Outcome(Bytes.utf8(number.toString()), null);
  }
}
