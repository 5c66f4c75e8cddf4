package io.jangada.protocol.maelstrom;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A network of node processes that behaves like Maelstrom's: it numbers messages, delays those
/// between nodes, loses those that a partition is in the way of when they are due, and counts.
///
/// Where Maelstrom would go deaf to a node without a word, at the first line that is no message or
/// is for nobody, this network remembers it in [#faults]. Among those nobodies is a client that was
/// closed, as Maelstrom's are after a time-out.
final class Network implements AutoCloseable {
  /// @param name `constant`, `uniform` or `exponential`, as with Maelstrom
  record Latency(String name, long meanMillis) {
    static final Latency ZERO = new Latency("constant", 0);

    long drawNanos(Random random) {
      double mean = meanMillis * 1e6;
      return (long)
          switch (name) {
            case "constant" -> mean;
            case "uniform" -> 2 * mean * random.nextDouble();
            case "exponential" -> -mean * Math.log(1 - random.nextDouble());
            default -> throw new IllegalArgumentException("no latency is " + name);
          };
    }

    /// How long clients wait for an answer.
    long patienceMillis() {
      return Math.max(1_000, 10 * meanMillis);
    }
  }

  /// @param command starts a node
  /// @param remarks the folder for what nodes have to say to people
  record Settings(List<String> command, int nodes, Latency latency, Path remarks) {}

  /// How many messages were sent: between clients and nodes, and between nodes.
  record Counts(long clients, long servers) {}

  private static final long INIT_SECONDS_MAX = 10;
  private static final int FAULTS_MAX = 20;

  private final Latency latency;
  private final List<String> names;
  private final Map<String, NodeProcess> nodes = new ConcurrentHashMap<>();
  private final Map<String, Consumer<Json.Obj>> clients = new ConcurrentHashMap<>();
  private final Map<String, Integer> kinds = new ConcurrentHashMap<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicLong nextId = new AtomicLong();
  private final AtomicLong nextClient = new AtomicLong();
  private final AtomicLong clientMessages = new AtomicLong();
  private final AtomicLong serverMessages = new AtomicLong();
  private final Random random = new Random(1);
  private final ScheduledExecutorService delays = Executors.newSingleThreadScheduledExecutor();
  private volatile Partition partition = Partition.NONE;

  /// Starts the nodes, all at once, and initialises them.
  ///
  /// @param initMillis gets the time from the start of the first to each node's `init_ok`
  Network(Settings settings, Consumer<List<Long>> initMillis) throws IOException {
    latency = settings.latency;
    names = IntStream.range(0, settings.nodes).mapToObj(i -> "n" + i).toList();
    Files.createDirectories(settings.remarks);
    List<Long> taken = new ArrayList<>();
    CountDownLatch ready = new CountDownLatch(names.size());
    long began = System.nanoTime();
    try {
      for (String name : names) {
        Path remarks = settings.remarks.resolve(name + ".log");
        nodes.put(name, new NodeProcess(settings.command, remarks, line -> written(name, line)));
        init(
            name,
            _ -> {
              synchronized (taken) {
                taken.add((System.nanoTime() - began) / 1_000_000);
              }
              ready.countDown();
            });
      }
      if (!ready.await(INIT_SECONDS_MAX, TimeUnit.SECONDS))
        throw new IllegalStateException("no init_ok within 10 s; faults: " + faults);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      if (ready.getCount() > 0) close();
    }
    initMillis.accept(taken);
  }

  private void init(String name, Consumer<Json.Obj> reply) {
    String client = openClient(reply);
    String ids = String.join("\",\"", names);
    send(
        client,
        name,
        "{\"type\":\"init\",\"msg_id\":1,\"node_id\":\""
            + name
            + "\",\"node_ids\":[\""
            + ids
            + "\"]}");
  }

  List<String> names() {
    return names;
  }

  Latency latency() {
    return latency;
  }

  Counts counts() {
    return new Counts(clientMessages.get(), serverMessages.get());
  }

  /// What no node may ever do, and did.
  List<String> faults() {
    for (String name : names) if (!nodes.get(name).isAlive()) fault(name, "its process ended");
    return List.copyOf(faults);
  }

  /// How many messages of each kind nodes sent to each other.
  Map<String, Integer> kinds() {
    return new TreeMap<>(kinds);
  }

  long cpuMillis() {
    return nodes.values().stream().mapToLong(NodeProcess::cpuMillis).sum();
  }

  void partition(Partition next) {
    partition = next;
  }

  /// @param reply takes the bodies that are sent to the client, on a node's thread
  String openClient(Consumer<Json.Obj> reply) {
    String client = "c" + nextClient.getAndIncrement();
    clients.put(client, reply);
    return client;
  }

  void closeClient(String client) {
    clients.remove(client);
  }

  /// A client sends a body to a node.
  void send(String client, String node, String body) {
    clientMessages.incrementAndGet();
    deliver(client, node, body);
  }

  private void deliver(String src, String dest, String body) {
    String head = "{\"id\":" + nextId.getAndIncrement() + ",\"src\":\"" + src + "\",\"dest\":\"";
    nodes.get(dest).give(head + dest + "\",\"body\":" + body + "}");
  }

  private void written(String node, String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    try {
      if (new JsonReader().read(bytes, 0, bytes.length) instanceof Json.Obj message)
        route(node, message);
      else fault(node, "wrote " + line);
    } catch (MalformedException e) {
      fault(node, e.getMessage() + ": " + line);
    }
  }

  private void route(String node, Json.Obj message) {
    String dest = message.text("dest");
    boolean closed = Set.of("src", "dest", "body", "id").containsAll(message.members().keySet());
    if (!closed
        || !message.text("src").equals(node)
        || !(message.need("body") instanceof Json.Obj body)) {
      fault(node, "wrote " + message);
    } else if (nodes.containsKey(dest)) {
      serverMessages.incrementAndGet();
      kinds.merge(body.text("rpc"), 1, Integer::sum);
      travel(node, dest, body.canonical().toUtf8());
    } else if (clients.get(dest) instanceof Consumer<Json.Obj> client) {
      clientMessages.incrementAndGet();
      client.accept(body);
    } else {
      fault(node, "wrote to " + dest + ", who is not there: " + message);
    }
  }

  private void travel(String src, String dest, String body) {
    long nanos;
    synchronized (random) {
      nanos = latency.drawNanos(random);
    }
    if (nanos == 0) arrive(src, dest, body);
    else delays.schedule(() -> arrive(src, dest, body), nanos, TimeUnit.NANOSECONDS);
  }

  private void arrive(String src, String dest, String body) {
    if (!partition.drops(src, dest)) deliver(src, dest, body);
  }

  private void fault(String node, String what) {
    if (faults.size() < FAULTS_MAX) faults.add(node + " " + what);
  }

  @Override
  public void close() {
    delays.shutdownNow();
    nodes.values().forEach(NodeProcess::close);
  }
}
