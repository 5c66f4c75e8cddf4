package io.jangada.protocol.udp3700;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Puts the messages together that peers send in pieces. For each peer a few messages are kept that
/// are not complete; when there are more, the oldest is forgotten, for its sender will say it again
/// if it matters.
final class Fragments {
  static final int COUNT_MAX = 16;
  static final int MESSAGES_MAX = 4;

  private static final class Partial {
    final byte[][] pieces;
    int missing;

    Partial(int count) {
      pieces = new byte[count][];
      missing = count;
    }

    void add(int at, byte[] data) {
      if (pieces[at] == null) missing--;
      pieces[at] = data;
    }

    byte[] whole() {
      int length = 0;
      for (byte[] piece : pieces) length += piece.length;
      byte[] whole = new byte[length];
      int to = 0;
      for (byte[] piece : pieces) {
        System.arraycopy(piece, 0, whole, to, piece.length);
        to += piece.length;
      }
      return whole;
    }
  }

  /// The messages of one peer by their numbers, the oldest first.
  private static final class Partials extends LinkedHashMap<Long, Partial> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, Partial> eldest) {
      return size() > MESSAGES_MAX;
    }
  }

  private final SortedMap<Integer, Partials> byPeer = new TreeMap<>();

  /// Takes a piece. Returns the whole message when it was the last that was missing, else null.
  ///
  /// @throws MalformedException when it is no piece
  byte[] add(int peer, Json.Obj piece) {
    long number = piece.number("of", 0, Long.MAX_VALUE);
    int count = (int) piece.number("count", 1, COUNT_MAX);
    int at = piece.number("at", count - 1);
    byte[] data = data(piece.text("data"));
    Partials partials = byPeer.computeIfAbsent(peer, _ -> new Partials());
    Partial partial = partials.computeIfAbsent(number, _ -> new Partial(count));
    if (partial.pieces.length != count)
      throw new MalformedException("fragments of one message with different counts");
    partial.add(at, data);
    if (partial.missing > 0) return null;
    partials.remove(number);
    return partial.whole();
  }

  private static byte[] data(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("'data' is not Base64");
    }
  }
}
