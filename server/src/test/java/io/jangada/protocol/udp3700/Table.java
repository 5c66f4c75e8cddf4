package io.jangada.protocol.udp3700;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Replicas' desks on one thread, with one clock that is set by hand, and a medium that delivers
/// when told to.
final class Table {
  static final long MILLI = 1_000_000;
  private static final long STEP_MILLIS = 10;
  private static final int ROUNDS_MAX = 1_000;

  final class Seat {
    final String id;
    final RateLimitedLog remarks;
    final DatagramHandler desk;
    boolean stopped;

    Seat(String id, Setup setup) {
      this.id = id;
      List<String> others = new ArrayList<>(ids);
      others.remove(id);
      remarks = new RateLimitedLog(id, () -> now);
      desk =
          new DatagramHandler(
              new ReplicaIds(id, others),
              setup,
              new DatagramHandler.Surroundings(
                  () -> now, bytes -> sent(this, bytes), remarks, id.hashCode()));
    }

    /// What it said to people last, or null.
    String remark() {
      String last = null;
      for (String line; (line = remarks.poll()) != null; ) last = line;
      return last;
    }
  }

  /// @param raw the bytes as they were sent
  record Datagram(Json.Obj message, byte[] raw) {
    String text(String name) {
      return message.has(name) ? message.text(name) : "";
    }

    boolean isFrom(String id) {
      return text("src").equals(id);
    }

    boolean isTo(String id) {
      return text("dst").equals(id);
    }

    boolean isReply() {
      return List.of("ok", "fail", "redirect").contains(text("type"));
    }

    boolean isEntries() {
      return text("rpc").equals("append") && !message.list("entries", 10_000).isEmpty();
    }
  }

  long now = 5_000 * MILLI;
  private final List<String> ids;
  private final SortedMap<String, Seat> seats = new TreeMap<>();
  private final ArrayDeque<Datagram> underWay = new ArrayDeque<>();
  private final JsonReader reader = new JsonReader();
  private Predicate<Datagram> lost = _ -> false;

  /// Everything that was sent, lost or not.
  final List<Datagram> sent = new ArrayList<>();

  Table(Setup setup, String... ids) {
    this.ids = List.of(ids);
    for (String id : ids) seats.put(id, new Seat(id, setup));
  }

  /// Five replicas, of which 0000 leads.
  static Table withLeader() {
    Table table = new Table(Setup.USUAL, "0000", "0001", "0002", "0003", "0004");
    table.millis(3_000);
    assertThat(table.leader()).isEqualTo("0000");
    table.sent.clear();
    return table;
  }

  Seat seat(String id) {
    return seats.get(id);
  }

  /// Whom most of those name that are not stopped.
  String leader() {
    SortedMap<String, Integer> named = new TreeMap<>();
    for (Seat seat : seats.values())
      if (!seat.stopped) named.merge(seat.desk.leader(), 1, Integer::sum);
    return named.entrySet().stream()
        .max((a, b) -> a.getValue() - b.getValue())
        .orElseThrow()
        .getKey();
  }

  private void sent(Seat from, ByteBuffer bytes) {
    byte[] raw = new byte[bytes.remaining()];
    bytes.get(raw);
    assertThat(raw.length).isLessThanOrEqualTo(65_507);
    if (!(reader.read(raw, 0, raw.length) instanceof Json.Obj message))
      throw new MalformedException("no object");
    for (String name : List.of("src", "dst", "leader", "type"))
      assertThat(message.text(name)).as(name).isNotEmpty();
    assertThat(message.text("src")).isEqualTo(from.id);
    Datagram datagram = new Datagram(message, raw);
    sent.add(datagram);
    if (!lost.test(datagram) && seats.containsKey(datagram.text("dst"))) underWay.add(datagram);
  }

  /// From now on such datagrams are lost.
  void lose(Predicate<Datagram> lost) {
    this.lost = lost;
  }

  void loseNothing() {
    lose(_ -> false);
  }

  /// These do not hear the others, nor do the others hear them.
  void part(String... few) {
    List<String> apart = List.of(few);
    lose(
        one ->
            seats.containsKey(one.text("dst"))
                && apart.contains(one.text("src")) != apart.contains(one.text("dst")));
  }

  void stop(String id) {
    seat(id).stopped = true;
  }

  /// Gives a replica a datagram and lets it look at it.
  void give(String id, String datagram) {
    give(id, datagram.getBytes(StandardCharsets.UTF_8));
  }

  void give(String id, byte[] datagram) {
    seat(id).desk.receive(datagram);
    seat(id).desk.cycle();
  }

  /// Everything happens that can happen without time going by.
  void settle() {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      for (Seat seat : seats.values()) if (!seat.stopped) seat.desk.cycle();
      if (underWay.isEmpty()) return;
      deliver();
    }
    throw new AssertionError("it does not come to rest");
  }

  /// Gives every datagram that is under way to its receiver, who does nothing about it yet.
  void deliver() {
    for (Datagram one; (one = underWay.poll()) != null; ) {
      Seat to = seats.get(one.text("dst"));
      if (!to.stopped) to.desk.receive(one.raw);
    }
  }

  void millis(long millis) {
    for (long gone = 0; gone < millis; gone += STEP_MILLIS) {
      now += STEP_MILLIS * MILLI;
      settle();
    }
  }

  // ---- clients ----

  static String put(String dst, String mid, String key, String value) {
    return request(
        dst, "FFFF", mid, "\"type\":\"put\",\"key\":\"" + key + "\",\"value\":\"" + value + "\"");
  }

  static String get(String dst, String mid, String key) {
    return request(dst, "FFFF", mid, "\"type\":\"get\",\"key\":\"" + key + "\"");
  }

  static String request(String dst, String leader, String mid, String rest) {
    return "{\"src\":\"00AB\",\"dst\":\""
        + dst
        + "\",\"leader\":\""
        + leader
        + "\",\"MID\":\""
        + mid
        + "\","
        + rest
        + "}";
  }

  void give(String datagram) {
    int at = datagram.indexOf("\"dst\":\"") + 7;
    give(datagram.substring(at, at + 4), datagram);
  }

  /// Asks, and waits for as long as something new may be held back to share a datagram. Returns the
  /// replies to this MID so far, as they were written.
  List<String> ask(String datagram) {
    give(datagram);
    millis(2 * STEP_MILLIS);
    int at = datagram.indexOf("\"MID\":\"") + 7;
    return replies(datagram.substring(at, datagram.indexOf('"', at)));
  }

  List<String> replies(String mid) {
    return sent.stream()
        .filter(one -> one.isReply() && one.text("MID").equals(mid))
        .map(one -> new String(one.raw, StandardCharsets.UTF_8))
        .toList();
  }

  /// What was sent between replicas.
  long charged() {
    return sent.stream().filter(one -> !one.isReply()).count();
  }
}
