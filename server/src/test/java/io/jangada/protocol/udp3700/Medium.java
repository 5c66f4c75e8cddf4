package io.jangada.protocol.udp3700;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// The network as the course's simulator makes it: a socket for each replica in this process, the
/// replicas as processes of their own, and all messages routed by what they say of themselves. What
/// the simulator punishes is a fault here.
final class Medium implements AutoCloseable {
  static final String NOBODY = "FFFF";

  private static final int DATAGRAM_BYTES_MAX = 65_535;

  /// @param seed of the dice
  record Settings(int replicas, List<String> command, Weather weather, Path remarks, long seed) {}

  final class Replica {
    final String id;
    private final DatagramChannel socket;
    private final ReplicaProcess process;
    private final long startedNanos;
    private SocketAddress address;
    private boolean alive = true;
    private long helloMillis = -1;

    private Replica(String id) throws IOException {
      this.id = id;
      socket = DatagramChannel.open();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      world.watch(socket, () -> readAll(this));
      List<String> others = new ArrayList<>(ids);
      others.remove(id);
      Collections.shuffle(others, random);
      List<String> arguments = new ArrayList<>();
      arguments.add("" + ((InetSocketAddress) socket.getLocalAddress()).getPort());
      arguments.add(id);
      arguments.addAll(others);
      startedNanos = world.nanos();
      process =
          new ReplicaProcess(settings.command, arguments, settings.remarks.resolve(id + ".log"));
    }

    /// Clients see it: it runs, or they do not know better.
    boolean isAlive() {
      return alive;
    }
  }

  private final World world;
  private final Settings settings;
  private final Counts counts;
  private final Random random;
  private final List<String> ids = new ArrayList<>();
  private final SortedMap<String, Replica> replicas = new TreeMap<>();
  private final JsonReader reader = new JsonReader();
  private final ByteBuffer buffer = ByteBuffer.allocate(DATAGRAM_BYTES_MAX);
  private BiConsumer<String, Json.Obj> clients = (_, _) -> {};
  private Set<String> majority = Set.of();
  private String leader = NOBODY;
  private long endMillisMax;

  Medium(World world, Settings settings, Counts counts) throws IOException {
    this.world = world;
    this.settings = settings;
    this.counts = counts;
    this.random = new Random(settings.seed);
    Files.createDirectories(settings.remarks);
    for (int i = 0; i < settings.replicas; i++) ids.add(String.format("%04X", i));
    for (String id : ids) replicas.put(id, new Replica(id));
  }

  /// @param receiver gets the client's id, and what is for it
  void connect(BiConsumer<String, Json.Obj> receiver) {
    clients = receiver;
  }

  List<String> ids() {
    return List.copyOf(ids);
  }

  List<Replica> living() {
    return replicas.values().stream().filter(Replica::isAlive).toList();
  }

  boolean isAlive(String id) {
    Replica replica = replicas.get(id);
    return replica != null && replica.alive;
  }

  /// Whom the last message that counted called the leader.
  String leader() {
    return leader;
  }

  /// Whether all have said hello, of which a client may be sure before it begins.
  boolean isGreeted() {
    return replicas.values().stream().allMatch(replica -> replica.address != null);
  }

  /// From each replica's start to its hello; -1 for never.
  List<Long> helloMillis() {
    return replicas.values().stream().map(replica -> replica.helloMillis).toList();
  }

  /// How long the slowest replica took to end.
  long endMillisMax() {
    return endMillisMax;
  }

  long cpuMillis() {
    return living().stream().mapToLong(replica -> replica.process.cpuMillis()).sum();
  }

  // ---- what may happen to replicas ----

  void kill(String id, ReplicaProcess.Signal signal) {
    Replica replica = replicas.get(id);
    if (!replica.alive) return;
    replica.alive = false;
    try {
      replica.socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    endMillisMax = Math.max(endMillisMax, replica.process.end(signal));
  }

  /// Messages pass among these and among the others, and not between them.
  void part(Set<String> majority, boolean forgetsLeader) {
    this.majority = Set.copyOf(majority);
    if (forgetsLeader) leader = NOBODY;
  }

  void heal() {
    majority = Set.of();
  }

  // ---- messages ----

  private void readAll(Replica from) {
    try {
      while (from.alive) {
        buffer.clear();
        SocketAddress address = from.socket.receive(buffer);
        if (address == null) return;
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        receive(from, address, bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void receive(Replica from, SocketAddress address, byte[] bytes) {
    try {
      Json.Obj message = message(bytes);
      if (!message.text("src").equals(from.id)) throw new MalformedException("a false src");
      if (message.text("type").equals("hello")) {
        from.address = address;
        from.helloMillis = (world.nanos() - from.startedNanos) / 1_000_000;
        return;
      }
      if (!address.equals(from.address)) throw new MalformedException("nobody said hello there");
      boolean counts = majority.isEmpty() || majority.contains(from.id);
      if (counts) leader = message.text("leader");
      route(from, message, bytes);
    } catch (MalformedException e) {
      counts.fault(from.id + " sent what is no message (" + e.getMessage() + "): " + text(bytes));
    }
  }

  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }

  private Json.Obj message(byte[] bytes) {
    if (bytes.length == 0) throw new MalformedException("the simulator would end the replica");
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      throw new MalformedException("not UTF-8: the simulator would end the replica");
    }
    if (!(reader.read(bytes, 0, bytes.length) instanceof Json.Obj message))
      throw new MalformedException("not an object");
    for (String name : List.of("src", "dst", "leader"))
      if (!message.text(name).matches("[0-9A-F]{4}")) throw new MalformedException(name);
    String named = message.text("leader");
    if (!named.equals(NOBODY) && !ids.contains(named))
      throw new MalformedException("a leader that is no replica");
    return message;
  }

  private void route(Replica from, Json.Obj message, byte[] bytes) {
    String dst = message.text("dst");
    if (dst.equals(NOBODY)) {
      for (Replica to : replicas.values()) if (to != from) leg(from, to, message, bytes);
    } else if (replicas.containsKey(dst)) {
      leg(from, replicas.get(dst), message, bytes);
    } else {
      clients.accept(dst, message);
    }
  }

  private void leg(Replica from, Replica to, Json.Obj message, byte[] bytes) {
    String kind = message.has("rpc") ? message.text("rpc") : message.text("type");
    counts.charge(kind, bytes.length);
    Weather weather = settings.weather;
    boolean apart = !majority.isEmpty() && majority.contains(from.id) != majority.contains(to.id);
    if (apart || weather.isLost(random)) {
      counts.lost();
      return;
    }
    long delay = weather.delayNanos(random);
    if (delay == 0) deliver(to, bytes);
    else world.after(delay, () -> deliver(to, bytes));
    if (weather.isRepeated(random))
      world.after(Weather.lateNanos(random), () -> deliver(to, bytes));
  }

  /// Gives a replica a datagram, whatever it is.
  void deliver(String id, byte[] bytes) {
    deliver(replicas.get(id), bytes);
  }

  private void deliver(Replica to, byte[] bytes) {
    if (!to.alive) return;
    if (to.address == null) {
      counts.early(to.id + " was spoken to before its hello: " + text(bytes));
      return;
    }
    try {
      to.socket.send(ByteBuffer.wrap(bytes), to.address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends all, as the simulator does, and looks whether any ended before.
  @Override
  public void close() {
    for (Replica replica : replicas.values()) {
      if (!replica.alive) continue;
      if (!replica.process.isAlive()) counts.fault(replica.id + " ended by itself");
      kill(replica.id, ReplicaProcess.Signal.TERM);
    }
    replicas.values().forEach(replica -> replica.process.close());
  }
}
