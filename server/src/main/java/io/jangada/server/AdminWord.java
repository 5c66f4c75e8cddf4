package io.jangada.server;

import io.jangada.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Any bytes as one word of an `admin` line: letters, digits and `.-_~` as they are, other bytes as
/// `%` and two hexadecimal digits (RFC 3986, section 2.1), nothing at all as `%`.
public final class AdminWord {
  private static final String PLAIN = ".-_~";
  private static final String EMPTY = "%";
  private static final int HEXADECIMAL = 16;

  private AdminWord() {}

  public static String of(String text) {
    return of(Bytes.utf8(text));
  }

  public static String of(Bytes bytes) {
    if (bytes.isEmpty()) return EMPTY;
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < bytes.length(); i++) {
      int one = bytes.at(i) & 0xff;
      boolean isPlain = one < 0x80 && Character.isLetterOrDigit(one) || PLAIN.indexOf(one) >= 0;
      if (isPlain) word.append((char) one);
      else word.append('%').append(String.format("%02X", one));
    }
    return word.toString();
  }

  /// The bytes that a word stands for; empty if it is not well-formed.
  static Optional<Bytes> read(String word) {
    if (word.equals(EMPTY)) return Optional.of(Bytes.EMPTY);
    byte[] text = word.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length; i++) {
      if (text[i] != '%') {
        out.write(text[i]);
        continue;
      }
      if (i + 2 >= text.length) return Optional.empty();
      int high = Character.digit(text[++i], HEXADECIMAL);
      int low = Character.digit(text[++i], HEXADECIMAL);
      if (high < 0 || low < 0) return Optional.empty();
      out.write(high << 4 | low);
    }
    return Optional.of(Bytes.wrap(out.toByteArray()));
  }
}
