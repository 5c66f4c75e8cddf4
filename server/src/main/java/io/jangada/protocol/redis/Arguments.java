package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// The arguments of a command, its name first.
///
/// @param client whose command it is
record Arguments(List<Bytes> all, RedisConnection client) {
  private static final int NUMBER_BYTES_MAX = 20;

  int count() {
    return all.size();
  }

  Bytes get(int which) {
    return all.get(which);
  }

  /// As text, a byte a character.
  String text(int which) {
    return new String(all.get(which).toArray(), StandardCharsets.ISO_8859_1);
  }

  /// An option's word.
  String word(int which) {
    return text(which).toUpperCase(Locale.ROOT);
  }

  List<Bytes> from(int first) {
    return all.subList(first, all.size());
  }

  /// A number of 64 bits, written in the shortest way.
  long integer(int which) throws RefusedException {
    return integer(all.get(which));
  }

  private static long integer(Bytes bytes) throws RefusedException {
    if (bytes.length() > 0 && bytes.length() <= NUMBER_BYTES_MAX) {
      String text = new String(bytes.toArray(), StandardCharsets.ISO_8859_1);
      try {
        long number = Long.parseLong(text);
        if (Long.toString(number).equals(text)) return number;
      } catch (NumberFormatException e) {
        // It is said below.
      }
    }
    throw new RefusedException(RefusedException.NOT_AN_INTEGER);
  }
}
