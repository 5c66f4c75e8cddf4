package io.jangada.client;

import io.jangada.bytes.Bytes;
import io.jangada.client.FakeServer.Asked;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// What the text protocol's commands do, in memory: an answer for each, and the first one again for
/// a numbered command that comes again.
public final class FakeStore implements FakeServer.Script {
  private record Held(Bytes value, long version, long exptime) {}

  private final Map<String, Held> values = new HashMap<>();
  private final Map<String, String> answers = new HashMap<>();
  private final boolean overwrites;
  private long version;
  private int changes;

  public FakeStore(boolean overwrites) {
    this.overwrites = overwrites;
  }

  /// How many commands changed something.
  public synchronized int changes() {
    return changes;
  }

  @Override
  public synchronized String answer(Asked asked) {
    if (asked.once().isEmpty()) return apply(asked);
    String before = answers.get(asked.once());
    if (before != null) return before;
    String answer = apply(asked);
    answers.put(asked.once(), answer);
    return answer;
  }

  private String apply(Asked asked) {
    String key = asked.word(1);
    Held held = values.get(key);
    return switch (asked.word(0)) {
      case "get" -> held == null ? "ERR_NOT_FOUND\r\n" : "VALUE " + text(held.value);
      case "getm" ->
          held == null
              ? "ERR_NOT_FOUND\r\n"
              : "VALUE " + held.version + " " + held.exptime + " " + text(held.value);
      case "set" -> held != null && !overwrites ? "ERR_VERSION\r\n" : put(key, asked, 2);
      case "cas" -> {
        if (held == null) yield "ERR_NOT_FOUND\r\n";
        boolean same = held.version == Long.parseLong(asked.word(3));
        yield same ? put(key, asked, 2) : "ERR_VERSION\r\n";
      }
      case "delete" -> {
        if (values.remove(key) == null) yield "ERR_NOT_FOUND\r\n";
        changes++;
        yield "DELETED\r\n";
      }
      default -> "ERR_CMD_ERR\r\n";
    };
  }

  private static String text(Bytes value) {
    String text = new String(value.toArray(), StandardCharsets.ISO_8859_1);
    return value.length() + "\r\n" + text + "\r\n";
  }

  private String put(String key, Asked asked, int exptimePlace) {
    changes++;
    version++;
    values.put(key, new Held(asked.data(), version, Long.parseLong(asked.word(exptimePlace))));
    return "OK " + version + "\r\n";
  }
}
