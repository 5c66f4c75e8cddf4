package io.jangada.protocol.udp3700;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Three replicas and their medium in one process, for as long as it takes them to serve a few
/// requests: what a start-up cache is made from. It ends with 0 when all were served.
public final class ReplicaTraining {
  private static final int REPLICAS = 3;
  private static final int REQUESTS = 60;
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int STEP_MILLIS = 100;
  private static final String CLIENT = "0100";

  private final SortedMap<String, DatagramSocket> sockets = new TreeMap<>();
  private final ConcurrentHashMap<String, SocketAddress> addresses = new ConcurrentHashMap<>();
  private final JsonReader reader = new JsonReader();
  private final DatagramSocket inbox;
  private String leader = ReplicaIds.NO_LEADER;

  private ReplicaTraining() throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    inbox = new DatagramSocket(0, loopback);
    for (int i = 0; i < REPLICAS; i++)
      sockets.put(String.format("%04X", i), new DatagramSocket(0, loopback));
  }

  public static void main(String[] args) throws IOException {
    System.exit(new ReplicaTraining().play() ? 0 : 1);
  }

  private boolean play() throws IOException {
    for (String id : sockets.keySet()) {
      daemon(() -> route(sockets.get(id)));
      daemon(() -> ReplicaProgram.run(arguments(id), Setup.USUAL.withQuietMillis(500), nowhere()));
    }
    long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    for (int served = 0; served < REQUESTS; )
      if (serve(served)) served++;
      else if (System.nanoTime() - end > 0) return false;
    return true;
  }

  private static void daemon(Runnable action) {
    Thread.ofPlatform().daemon().start(action);
  }

  private static PrintStream nowhere() {
    return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
  }

  private String[] arguments(String id) {
    List<String> arguments = new ArrayList<>(List.of("" + sockets.get(id).getLocalPort(), id));
    for (String other : sockets.keySet()) if (!other.equals(id)) arguments.add(other);
    return arguments.toArray(String[]::new);
  }

  /// Asks for something and waits for the answer.
  private boolean serve(int number) throws IOException {
    String to = sockets.containsKey(leader) ? leader : "0000";
    if (!addresses.containsKey(to)) return awaitReply();
    String head = "{\"src\": \"" + CLIENT + "\", \"dst\": \"" + to + "\", \"leader\": \"" + leader;
    String key = "\", \"MID\": \"m" + System.nanoTime() + "\", \"key\": \"k" + number % 7 + "\"";
    String rest =
        number % 2 == 0
            ? key + ", \"type\": \"put\", \"value\": \"v" + number + "\"}"
            : key + ", \"type\": \"get\"}";
    send(to, (head + rest).getBytes(StandardCharsets.UTF_8));
    return awaitReply();
  }

  private boolean awaitReply() throws IOException {
    DatagramPacket packet = packet();
    inbox.setSoTimeout(STEP_MILLIS);
    try {
      inbox.receive(packet);
    } catch (SocketTimeoutException e) {
      return false;
    }
    Json.Obj reply = read(packet);
    leader = reply.text("leader");
    return reply.text("type").equals("ok");
  }

  private void route(DatagramSocket socket) {
    DatagramPacket packet = packet();
    while (true) {
      try {
        socket.receive(packet);
        route(packet);
      } catch (IOException | MalformedException e) {
        // As good as lost.
      }
    }
  }

  private void route(DatagramPacket packet) throws IOException {
    Json.Obj message = read(packet);
    String dst = message.text("dst");
    byte[] bytes = new byte[packet.getLength()];
    System.arraycopy(packet.getData(), 0, bytes, 0, bytes.length);
    if (message.text("type").equals("hello"))
      addresses.put(message.text("src"), packet.getSocketAddress());
    else if (dst.equals(CLIENT))
      inbox.send(new DatagramPacket(bytes, bytes.length, inbox.getLocalSocketAddress()));
    else if (addresses.containsKey(dst)) send(dst, bytes);
  }

  private void send(String to, byte[] bytes) throws IOException {
    sockets.get(to).send(new DatagramPacket(bytes, bytes.length, addresses.get(to)));
  }

  private Json.Obj read(DatagramPacket packet) {
    if (reader.read(packet.getData(), 0, packet.getLength()) instanceof Json.Obj message)
      return message;
    throw new MalformedException("not an object");
  }

  private static DatagramPacket packet() {
    return new DatagramPacket(new byte[Port.DATAGRAM_BYTES_MAX], Port.DATAGRAM_BYTES_MAX);
  }
}
