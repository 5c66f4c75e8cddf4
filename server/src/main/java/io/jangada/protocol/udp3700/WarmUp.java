package io.jangada.protocol.udp3700;

import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Three replicas that exist only in memory serve requests, with a clock that is set by hand and a
/// socket of their own that some of what they say goes through. A real replica has nothing to do in
/// the quiet time after its start: with this the JVM has compiled most of its code before the first
/// client asks. What comes of the requests does not matter.
final class WarmUp implements AutoCloseable {
  /// More than enough for all that is compiled to be compiled.
  private static final int STEPS_MAX = 3_000;

  /// The kernel takes longer than all the rest.
  private static final int ECHOED_EVERY = 8;

  private static final long STEP_NANOS = 10_000_000;
  private static final int ROUNDS_MAX = 8;
  private static final String CLIENT = "0100";

  private final List<String> ids = List.of("0000", "0001", "0002");
  private final List<DatagramHandler> handlers = new ArrayList<>();
  private final ArrayDeque<byte[]> underWay = new ArrayDeque<>();
  private final JsonReader reader = new JsonReader();
  private final DatagramChannel echo;
  private final ByteBuffer buffer = ByteBuffer.allocate(Port.DATAGRAM_BYTES_MAX);
  private final Port port;
  private long nanos = STEP_NANOS;
  private int steps;
  private int served;
  private int delivered;

  WarmUp() throws IOException {
    echo = DatagramChannel.open(StandardProtocolFamily.INET);
    echo.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
    echo.configureBlocking(false);
    port = Port.open(((InetSocketAddress) echo.getLocalAddress()).getPort(), ids.getFirst());
    for (String id : ids) {
      List<String> others = new ArrayList<>(ids);
      others.remove(id);
      DatagramHandler.Surroundings surroundings =
          new DatagramHandler.Surroundings(
              () -> nanos, this::send, new RateLimitedLog(id, () -> nanos), id.hashCode());
      handlers.add(
          new DatagramHandler(
              new ReplicaIds(id, others), Setup.USUAL.withQuietMillis(0), surroundings));
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
  void step() throws IOException {
    steps++;
    nanos += STEP_NANOS;
    String key = "\", \"key\": \"k" + steps % 50 + "\", \"type\": ";
    request(0, "p" + steps + key + "\"put\", \"value\": \"v" + steps + "\"}");
    request(0, "g" + steps + key + "\"get\"}");
    request(1 + steps % 2, "r" + steps + key + "\"get\"}");
    for (int round = 0; round < ROUNDS_MAX; round++) {
      handlers.forEach(DatagramHandler::cycle);
      for (byte[] datagram; (datagram = underWay.poll()) != null; )
        deliver(delivered++ % ECHOED_EVERY == 0 ? echoed(datagram) : datagram);
    }
  }

  private void request(int to, String rest) {
    String head = "{\"src\": \"" + CLIENT + "\", \"dst\": \"" + ids.get(to);
    String text = head + "\", \"leader\": \"FFFF\", \"MID\": \"" + rest;
    handlers.get(to).receive(text.getBytes(StandardCharsets.UTF_8));
  }

  /// What comes back of a datagram that goes out through the socket; null where it gets lost.
  private byte[] echoed(byte[] datagram) throws IOException {
    port.send(ByteBuffer.wrap(datagram));
    for (SocketAddress from; (from = echo.receive(buffer.clear())) != null; )
      echo.send(buffer.flip(), from);
    port.await(0);
    return port.receive();
  }

  private void deliver(byte[] datagram) {
    if (datagram == null) return;
    if (!(reader.read(datagram, 0, datagram.length) instanceof Json.Obj message)) return;
    int to = ids.indexOf(message.text("dst"));
    if (to >= 0) handlers.get(to).receive(datagram);
    else served++;
  }

  /// How many replies clients had.
  int served() {
    return served;
  }

  /// Whom the first of the replicas takes for the leader.
  String leader() {
    return handlers.getFirst().leader();
  }

  @Override
  public void close() throws IOException {
    port.close();
    echo.close();
  }
}
