package io.jangada.protocol.udp3700;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Datagrams that no replica may heed, nor be stopped by.
final class Garbage {
  private Garbage() {}

  static byte[] bytes(String to, List<String> ids, Random random) {
    String peer = ids.get(ids.get(0).equals(to) ? 1 : 0);
    String head =
        "{\"src\":\"" + peer + "\",\"dst\":\"" + to + "\",\"leader\":\"" + peer + "\",\"type\":";
    String append =
        head
            + "\"raft\",\"rpc\":\"append\",\"term\":1,\"time\":0,\"prev\":[0,0],\"entries\":[[1]],"
            + "\"commit\":0,\"round\":0}";
    return switch (random.nextInt(14)) {
      case 0 -> new byte[0];
      case 1 -> random(random);
      case 2 -> Trial.utf8(append.substring(0, random.nextInt(append.length())));
      case 3 -> Trial.utf8("[]");
      case 4 -> Trial.utf8("null");
      case 5 -> Trial.utf8(append.replace("\"append\"", "\"nonsense\""));
      case 6 -> Trial.utf8(append.replace("\"dst\":\"" + to, "\"dst\":\"BEEF"));
      case 7 -> Trial.utf8(append.replace("\"src\":\"" + peer, "\"src\":\"BEEF"));
      case 8 -> Trial.utf8(append.replace("\"term\":1", "\"term\":-1"));
      case 9 -> Trial.utf8(append.replace("[0,0]", "[9,0,0]"));
      case 10 -> Trial.utf8(head + "\"get\",\"MID\":7,\"key\":\"k\"}");
      case 11 -> Trial.utf8(head + "\"put\",\"MID\":\"m\",\"key\":\"k\",\"value\":{}}");
      case 12 -> Trial.utf8(head + "\"ok\",\"MID\":\"m\"}");
      default -> Trial.utf8("{".repeat(2_000));
    };
  }

  private static byte[] random(Random random) {
    byte[] bytes = new byte[random.nextInt(2_000)];
    random.nextBytes(bytes);
    return Arrays.copyOf(bytes, bytes.length);
  }
}
