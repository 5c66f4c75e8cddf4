package io.jangada.codec;

import io.jangada.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// Writes the canonical text of a [Json] value:
/// - no blanks; members in ascending order of their names, by UTF-16 units;
/// - strings in UTF-8 as they are, except `"`, `\`, what is below U+0020 and halves of surrogate
///   pairs, which are escaped, the last two by their four hexadecimal digits in lower case;
/// - whole numbers in their digits, without `-0`;
/// - other numbers always with a point: without trailing zeros, written out where that takes at
///   most [#PLAIN_DIGITS_MAX] digits (`100.0`, `0.001`), and otherwise with one digit before the
///   point and an exponent (`1.5E+300`).
final class JsonText {
  private static final int PLAIN_DIGITS_MAX = 24;
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

  private static final int SHOWN_CHARS_MAX = 1_024;

  private JsonText() {}

  /// A text for people, not longer than [#SHOWN_CHARS_MAX].
  static String truncate(String text) {
    return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX);
  }

  static Bytes canonical(Json json) {
    JsonText text = new JsonText();
    text.put(json);
    return Bytes.wrap(text.out.toByteArray());
  }

  private void put(Json json) {
    switch (json) {
      case Json.Obj(SortedMap<String, Json> members) -> putObject(members);
      case Json.Arr(List<Json> items) -> putArray(items);
      case Json.Str(String value) -> putString(value);
      case Json.Num(BigDecimal value, boolean whole) ->
          putAscii(whole ? value.toPlainString() : decimal(value.stripTrailingZeros()));
      case Json.Bool(boolean value) -> putAscii(value ? "true" : "false");
      case Json.Null() -> putAscii("null");
    }
  }

  private void putObject(SortedMap<String, Json> members) {
    out.write('{');
    Iterator<Map.Entry<String, Json>> each = members.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<String, Json> member = each.next();
      putString(member.getKey());
      out.write(':');
      put(member.getValue());
      if (each.hasNext()) out.write(',');
    }
    out.write('}');
  }

  private void putArray(List<Json> items) {
    out.write('[');
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) out.write(',');
      put(items.get(i));
    }
    out.write(']');
  }

  /// @param value without trailing zeros
  private static String decimal(BigDecimal value) {
    if (value.signum() == 0) return "0.0";
    int digits = value.precision();
    // Where the point stands, counted from the first digit; a long, for scales have no sane bound.
    long point = (long) digits - value.scale();
    if (point > -4 && point <= PLAIN_DIGITS_MAX && digits <= PLAIN_DIGITS_MAX) {
      String plain = value.toPlainString();
      return value.scale() > 0 ? plain : plain + ".0";
    }
    String unscaled = value.unscaledValue().abs().toString();
    String rest = digits > 1 ? unscaled.substring(1) : "0";
    long exponent = point - 1;
    return (value.signum() < 0 ? "-" : "")
        + unscaled.charAt(0)
        + "."
        + rest
        + (exponent < 0 ? "E" : "E+")
        + exponent;
  }

  private void putString(String text) {
    out.write('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.write('\\');
        out.write(c);
      } else if (c < 0x20 || Character.isSurrogate(c) && !isPair(text, i)) {
        putEscape(c);
      } else if (c < 0x80) {
        out.write(c);
      } else {
        int point = text.codePointAt(i);
        putUtf8(point);
        i += Character.charCount(point) - 1;
      }
    }
    out.write('"');
  }

  private static boolean isPair(String text, int at) {
    return Character.isSurrogate(text.charAt(at))
        && Character.isSupplementaryCodePoint(text.codePointAt(at));
  }

  private void putEscape(char c) {
    putAscii("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) out.write(HEX[c >> shift & 0xf]);
  }

  private void putUtf8(int point) {
    if (point < 0x800) {
      out.write(0xc0 | point >> 6);
    } else {
      if (point < 0x10000) {
        out.write(0xe0 | point >> 12);
      } else {
        out.write(0xf0 | point >> 18);
        out.write(0x80 | point >> 12 & 0x3f);
      }
      out.write(0x80 | point >> 6 & 0x3f);
    }
    out.write(0x80 | point & 0x3f);
  }

  private void putAscii(String text) {
    for (int i = 0; i < text.length(); i++) out.write(text.charAt(i));
  }
}
