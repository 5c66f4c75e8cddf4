package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// The words of a line that a person typed: between blanks, or in quotes.
final class InlineWords {
  private final byte[] line;
  private final int length;
  private int at;

  InlineWords(byte[] line, int length) {
    this.line = line;
    this.length = length;
  }

  /// Null where a quote is not closed, or no blank follows it.
  List<Bytes> split() {
    List<Bytes> words = new ArrayList<>();
    while (true) {
      while (at < length && isBlank(line[at])) at++;
      if (at == length) return words;
      Bytes word = word();
      if (word == null) return null;
      words.add(word);
    }
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r' || b == 0;
  }

  private Bytes word() {
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    while (at < length && !isBlank(line[at])) {
      byte one = line[at++];
      if (one != '"' && one != '\'') {
        word.write(one);
        continue;
      }
      if (!quoted(one, word) || at < length && !isBlank(line[at])) return null;
    }
    return Bytes.wrap(word.toByteArray());
  }

  /// Returns whether the quote is closed.
  private boolean quoted(byte quote, ByteArrayOutputStream word) {
    while (at < length) {
      byte one = line[at++];
      if (one == quote) return true;
      boolean isEscape = one == '\\' && at < length && (quote == '"' || line[at] == '\'');
      word.write(isEscape ? escaped() : one);
    }
    return false;
  }

  private int escaped() {
    byte one = line[at++];
    if (one == 'x' && at + 1 < length) {
      int high = Character.digit(line[at], 16);
      int low = Character.digit(line[at + 1], 16);
      if (high >= 0 && low >= 0) {
        at += 2;
        return high << 4 | low;
      }
    }
    return switch (one) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'a' -> 7;
      default -> one;
    };
  }
}
