package io.jangada.codec;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.math.BigDecimal;
import java.util.List;
import java.util.SortedMap;

/// A JSON value that was read whole. Two values are equal when they mean the same: the order of an
/// object's members does not matter, nor how a string is escaped or a number written; but `1`,
/// `1.0` and `"1"` are three different values.
///
/// [#canonical] is the one text of a value: equal values give equal bytes, and [JsonReader] gives
/// the value back. Stores that only know bytes can so keep and compare any JSON.
public sealed interface Json {
  /// @param members in ascending order of their names, by UTF-16 units
  record Obj(SortedMap<String, Json> members) implements Json {
    /// The member of this name, or null.
    public Json get(String name) {
      return members.get(name);
    }

    public boolean has(String name) {
      return members.containsKey(name);
    }

    /// The member of this name, which must be there.
    public Json need(String name) {
      Json member = members.get(name);
      if (member == null) throw new MalformedException("no member '" + name + "'");
      return member;
    }

    public String text(String name) {
      if (need(name) instanceof Str(String value)) return value;
      throw new MalformedException("'" + name + "' is not a string");
    }

    /// A whole number from `min` to `max`.
    public long number(String name, long min, long max) {
      return Json.number(need(name), "'" + name + "'", min, max);
    }

    public int number(String name, int max) {
      return (int) number(name, 0, max);
    }

    /// Whether the member is `true`; false where there is none.
    public boolean flag(String name) {
      return switch (get(name)) {
        case null -> false;
        case Bool(boolean value) -> value;
        case Obj _, Arr _, Str _, Num _, Null _ ->
            throw new MalformedException("'" + name + "' is not a boolean");
      };
    }

    public List<Json> list(String name, int sizeMax) {
      if (!(need(name) instanceof Arr(List<Json> items)))
        throw new MalformedException("'" + name + "' is not an array");
      if (items.size() > sizeMax)
        throw new MalformedException(
            "'" + name + "' has " + items.size() + " items, at most " + sizeMax);
      return items;
    }
  }

  record Arr(List<Json> items) implements Json {}

  record Str(String value) implements Json {}

  /// A number, exact to the last digit.
  ///
  /// @param whole whether it was written without point and exponent
  record Num(BigDecimal value, boolean whole) implements Json {
    @Override
    public boolean equals(Object other) {
      return other instanceof Num(BigDecimal that, boolean thatWhole)
          && whole == thatWhole
          && value.stripTrailingZeros().equals(that.stripTrailingZeros());
    }

    @Override
    public int hashCode() {
      return value.stripTrailingZeros().hashCode();
    }
  }

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}

  /// The one text of this value, in UTF-8 and on one line.
  default Bytes canonical() {
    return JsonText.canonical(this);
  }

  /// A whole number from `min` to `max`.
  ///
  /// @param what how to call it when it is something else
  static long number(Json json, String what, long min, long max) {
    if (!(json instanceof Num(BigDecimal value, boolean whole)) || !whole)
      throw new MalformedException(what + " is not a whole number");
    // 19 digits are more than a long has; beyond, the comparison alone could be costly.
    boolean small = value.precision() <= 19 && value.scale() == 0;
    if (!small
        || value.compareTo(BigDecimal.valueOf(min)) < 0
        || value.compareTo(BigDecimal.valueOf(max)) > 0)
      throw new MalformedException(what + " is not from " + min + " to " + max);
    return value.longValue();
  }
}
