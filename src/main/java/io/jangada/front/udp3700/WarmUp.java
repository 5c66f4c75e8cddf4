package io.jangada.front.udp3700;

import io.jangada.wire.Json;
import io.jangada.wire.JsonReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Three replicas that exist only in memory serve requests, with a clock that is set by hand. A
/// real replica has nothing to do in the quiet time after its start: with this the JVM has compiled
/// most of its code before the first client asks. What comes of the requests does not matter.
final class WarmUp {
  /// More than enough for all that is compiled to be compiled.
  private static final int STEPS_MAX = 3_000;

  private static final long STEP_NANOS = 10_000_000;
  private static final int ROUNDS_MAX = 8;
  private static final String CLIENT = "0100";

  private final List<String> ids = List.of("0000", "0001", "0002");
  private final List<Desk> desks = new ArrayList<>();
  private final ArrayDeque<byte[]> underWay = new ArrayDeque<>();
  private final JsonReader reader = new JsonReader();
  private long nanos = STEP_NANOS;
  private int steps;
  private int served;

  WarmUp() {
    for (String id : ids) {
      List<String> others = new ArrayList<>(ids);
      others.remove(id);
      Desk.Surroundings surroundings =
          new Desk.Surroundings(
              () -> nanos, this::send, new Remarks(id, () -> nanos), id.hashCode());
      desks.add(new Desk(new ReplicaIds(id, others), Setup.USUAL.withQuietMillis(0), surroundings));
    }
  }

  private void send(ByteBuffer datagram) {
    byte[] bytes = new byte[datagram.remaining()];
    datagram.get(bytes);
    underWay.add(bytes);
  }

  boolean hasMore() {
    return steps < STEPS_MAX;
  }

  /// Has a put and two gets served, one of them by redirecting it.
  void step() {
    steps++;
    nanos += STEP_NANOS;
    String key = "\", \"key\": \"k" + steps % 50 + "\", \"type\": ";
    ask(0, "p" + steps + key + "\"put\", \"value\": \"v" + steps + "\"}");
    ask(0, "g" + steps + key + "\"get\"}");
    ask(1 + steps % 2, "r" + steps + key + "\"get\"}");
    for (int round = 0; round < ROUNDS_MAX; round++) {
      desks.forEach(Desk::cycle);
      for (byte[] datagram; (datagram = underWay.poll()) != null; ) deliver(datagram);
    }
  }

  private void ask(int to, String rest) {
    String head = "{\"src\": \"" + CLIENT + "\", \"dst\": \"" + ids.get(to);
    String text = head + "\", \"leader\": \"FFFF\", \"MID\": \"" + rest;
    desks.get(to).receive(text.getBytes(StandardCharsets.UTF_8));
  }

  private void deliver(byte[] datagram) {
    if (!(reader.read(datagram, 0, datagram.length) instanceof Json.Obj message)) return;
    int to = ids.indexOf(message.text("dst"));
    if (to >= 0) desks.get(to).receive(datagram);
    else served++;
  }

  /// How many replies clients had.
  int served() {
    return served;
  }

  /// Whom the first of the replicas takes for the leader.
  String leader() {
    return desks.getFirst().leader();
  }
}
