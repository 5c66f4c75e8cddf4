package io.jangada.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.harness.FreePorts;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import io.jangada.net.TlsContext;
import io.jangada.store.Disk;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/// Servers of one cluster in this process, on loopback and in a directory of their own.
public final class Fleet implements AutoCloseable {
  private static final int REPLY_MILLIS_MAX = 10_000;
  private static final long PATIENCE_MILLIS = 30_000;

  static {
    // What servers say of each other's ends is told by the tests themselves.
    if (LoggerFactory.getLogger("io.jangada.server") instanceof Logger log)
      log.setLevel(Level.ERROR);
  }

  private final FreePorts ports = new FreePorts(new SplittableRandom());
  private final Path file;
  private final Set<OptionalPort> others;
  private final Map<Integer, ServerConfig.Entry> places = new TreeMap<>();
  private final Map<Integer, Server> servers = new HashMap<>();
  private final Map<Integer, Throwable> broken = new HashMap<>();
  private TlsContext tls;

  /// @param size how many servers the configuration lists, from 0 on
  /// @param fields further fields of the configuration, as JSON with `'` for `"`
  public Fleet(Path folder, int size, String... fields) throws IOException {
    this(folder, size, Set.of(), fields);
  }

  private Fleet(Path folder, int size, Set<OptionalPort> others, String... fields)
      throws IOException {
    this.others = others;
    file = folder.resolve("config.json");
    for (int id = 0; id < size; id++) places.put(id, place(id));
    write(file, fields);
  }

  /// The same with a port for etcd's clients at each server.
  public static Fleet withEtcd(Path folder, int size, String... fields) throws IOException {
    return new Fleet(folder, size, Set.of(OptionalPort.ETCD), fields);
  }

  /// The same with a port for memcached clients.
  public static Fleet withMemcached(Path folder, int size, String... fields) throws IOException {
    return new Fleet(folder, size, Set.of(OptionalPort.MEMCACHED), fields);
  }

  /// The same with a port for Redis clients.
  public static Fleet withRedis(Path folder, int size, String... fields) throws IOException {
    return new Fleet(folder, size, Set.of(OptionalPort.REDIS), fields);
  }

  /// The same with all ports.
  public static Fleet withAllPorts(Path folder, int size, String... fields) throws IOException {
    return new Fleet(folder, size, Set.of(OptionalPort.values()), fields);
  }

  private ServerConfig.Entry place(int id) throws IOException {
    Map<OptionalPort, Integer> places = new EnumMap<>(OptionalPort.class);
    for (OptionalPort one : others) places.put(one, ports.next());
    places.put(OptionalPort.HTTP, ports.next());
    var all = new ServerConfig.Ports(ports.next(), ports.next(), places);
    return new ServerConfig.Entry(id, "127.0.0.1", all);
  }

  private void write(Path to, String... fields) throws IOException {
    List<String> entries = new ArrayList<>();
    for (ServerConfig.Entry place : places.values())
      entries.add(
          String.format(
              "{'Id':%d,'Hostname':'%s','ClientPort':%d,'LogPort':%d%s}",
              place.id(),
              place.hostname(),
              place.clientPort(),
              place.logPort(),
              place.ports().others().entrySet().stream()
                  .map(one -> ",'" + one.getKey().field() + "':" + one.getValue())
                  .collect(Collectors.joining())));
    String more = fields.length == 0 ? "" : "," + String.join(",", fields);
    String json = "{'Path':'data','Servers':[" + String.join(",\n", entries) + "]" + more + "}";
    Files.writeString(to, json.replace('\'', '"'));
  }

  /// Lists a server in a file that only servers see that are started from now on.
  public ServerConfig.Entry list(int id, String... fields) throws IOException {
    places.put(id, place(id));
    write(file, fields);
    return places.get(id);
  }

  public ServerConfig.Entry at(int id) {
    return places.get(id);
  }

  public Server start(int id) throws Exception {
    return start(id, Map.of());
  }

  public Server start(int id, Map<Setting, String> flags) throws Exception {
    ServerConfig config = ServerConfig.read(file, Map.of(), flags);
    Server server = Server.start(config, id, cause -> broken.put(id, cause));
    servers.put(id, server);
    return server;
  }

  /// Starts a server that reads nothing of its disk before the latch is open.
  public void startWhen(int id, CountDownLatch open) {
    try {
      servers.put(id, Server.start(ServerConfig.read(file), id, new Waiter(open)));
    } catch (Exception e) {
      broken.put(id, e);
    }
  }

  private record Waiter(CountDownLatch open) implements ServerListener {
    @Override
    public void stopped(Throwable cause) {}

    @Override
    public Disk disk(Path directory) throws IOException {
      OsDisk disk = new OsDisk(directory);
      return (Disk)
          Proxy.newProxyInstance(
              Disk.class.getClassLoader(),
              new Class<?>[] {Disk.class},
              (_, method, arguments) -> {
                if (method.getName().equals("lock")) open.await();
                return method.invoke(disk, arguments);
              });
    }
  }

  public void startAll() throws Exception {
    for (int id : places.keySet()) start(id);
  }

  /// As a crash does it, apart from what the operating system would still have to write.
  public void kill(int id) {
    servers.remove(id).close();
  }

  public Server server(int id) {
    return servers.get(id);
  }

  /// Where a server takes etcd's clients.
  public InetSocketAddress etcdAt(int id) {
    return at(id, OptionalPort.ETCD);
  }

  public InetSocketAddress memcachedAt(int id) {
    return at(id, OptionalPort.MEMCACHED);
  }

  public InetSocketAddress redisAt(int id) {
    return at(id, OptionalPort.REDIS);
  }

  private InetSocketAddress at(int id, OptionalPort port) {
    return new InetSocketAddress(at(id).hostname(), at(id).port(port));
  }

  public Path dataDirectory(int id) {
    return file.resolveSibling("data/server-" + id);
  }

  /// From now on clients speak TLS to the client ports; plainly again for null.
  public void dialWith(TlsContext tls) {
    this.tls = tls;
  }

  public TextConnection connect(int id) throws IOException {
    InetSocketAddress address = servers.get(id).address();
    if (tls == null) return TextConnection.open(address, REPLY_MILLIS_MAX);
    Socket plain = new Socket(address.getAddress(), address.getPort());
    try {
      plain.setTcpNoDelay(true);
      Socket socket = tls.dial(plain, at(id).hostname(), address.getPort());
      return TextConnection.over(socket, REPLY_MILLIS_MAX);
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  /// What one server answers.
  public TextReply ask(int id, String line, String data) throws IOException {
    try (TextConnection connection = connect(id)) {
      return connection.request(line, Bytes.utf8(data));
    }
  }

  /// What the leader answers, whoever that is.
  public TextReply askLeader(String line, String data) throws IOException, InterruptedException {
    return need(
        "answer to " + line,
        () -> {
          for (int id : List.copyOf(servers.keySet())) {
            TextReply reply = ask(id, line, data);
            if (!(reply instanceof TextReply.Redirect || reply instanceof TextReply.InternalError))
              return Optional.of(reply);
          }
          return Optional.empty();
        });
  }

  /// What an admin command comes to at the server that can carry it out.
  public Json.Obj admin(String words) throws IOException, InterruptedException {
    return object(askLeader("admin " + words, ""));
  }

  public Json.Obj status(int id) throws IOException {
    return object(ask(id, "admin status", ""));
  }

  public static Json.Obj object(TextReply reply) {
    byte[] bytes = ((TextReply.Value) reply).value().toArray();
    return (Json.Obj) new JsonReader().read(bytes, 0, bytes.length);
  }

  /// Waits until somebody leads and says so.
  public int leader() throws IOException, InterruptedException {
    return need(
        "leader",
        () -> {
          for (int id : List.copyOf(servers.keySet()))
            if (status(id).text("role").equals("leader")) return Optional.of(id);
          return Optional.empty();
        });
  }

  /// The members as the leader sees them, such as `0 voter, 3 learner`.
  public String kinds() throws IOException, InterruptedException {
    return kinds(leader());
  }

  private String kinds(int id) throws IOException {
    StringBuilder kinds = new StringBuilder();
    Json.Obj members = object(ask(id, "admin members", ""));
    for (Json json : members.list("members", 64)) {
      Json.Obj member = (Json.Obj) json;
      kinds.append(kinds.isEmpty() ? "" : ", ");
      kinds.append(member.number("id", 99)).append(' ').append(member.text("kind"));
    }
    return members.flag("changing") ? kinds + ", changing" : kinds.toString();
  }

  /// Waits until all servers that are up see the same members, and no change under way.
  public boolean untilAllSee(String kinds) throws InterruptedException {
    return until(
        () -> {
          for (int id : List.copyOf(servers.keySet())) if (!kinds(id).equals(kinds)) return false;
          return true;
        });
  }

  private static <T> T need(String what, Waiting.Sight<T> sight)
      throws IOException, InterruptedException {
    try {
      return Waiting.need(what, PATIENCE_MILLIS, sight);
    } catch (TimeoutException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// Another server than this that is up.
  public int other(int id) {
    return servers.keySet().stream().filter(one -> one != id).findFirst().orElseThrow();
  }

  /// Waits until the leader has seen to it that former values are kept.
  public void awaitHistory() throws IOException, InterruptedException {
    need(
        "history",
        () -> {
          askLeader("set probe 0 1", "x");
          askLeader("delete probe", "");
          Json.Obj status = status(leader());
          int compacted = status.number("compactedRevision", Integer.MAX_VALUE);
          boolean isKept = compacted < status.number("revision", Integer.MAX_VALUE);
          return isKept ? Optional.of(compacted) : Optional.empty();
        });
  }

  public boolean until(Waiting.Condition condition) throws InterruptedException {
    return Waiting.until(PATIENCE_MILLIS, condition);
  }

  public HttpResponse<String> http(int id, String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(httpAt(id, path)).build());
  }

  public URI httpAt(int id, String path) {
    return URI.create("http://127.0.0.1:" + at(id).port(OptionalPort.HTTP) + path);
  }

  public static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  public Optional<Throwable> brokenBy(int id) {
    return Optional.ofNullable(broken.get(id));
  }

  @Override
  public void close() {
    List.copyOf(servers.keySet()).forEach(this::kill);
  }
}
