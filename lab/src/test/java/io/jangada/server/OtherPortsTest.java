package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.harness.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three servers with all ports that there are, for clients of other stores.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class OtherPortsTest {
  private static final int CONNECTIONS_MAX = 8;
  private static final int AT_ONCE = 2_000;
  private static final int BOUND_MILLIS = 20_000;

  private Fleet fleet;

  /// A client that speaks in lines.
  private record Client(Socket socket, BufferedReader in) implements AutoCloseable {
    static Client to(InetSocketAddress address) throws IOException {
      Socket socket = new Socket(address.getAddress(), address.getPort());
      socket.setSoTimeout(BOUND_MILLIS);
      return new Client(
          socket,
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1)));
    }

    /// @param lines with a bar for each end of a line but the last
    /// @return as many lines of what is said to it as are wanted
    List<String> ask(String lines, int wanted) throws IOException {
      say(lines);
      List<String> said = new ArrayList<>();
      while (said.size() < wanted) said.add(in.readLine());
      return said;
    }

    void say(String lines) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write((lines.replace("|", "\r\n") + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    fleet = Fleet.withAllPorts(folder, 3, "'ConnectionsMax':" + CONNECTIONS_MAX);
    fleet.startAll();
    fleet.leader();
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  private static List<String> ask(InetSocketAddress at, String lines, int wanted)
      throws IOException {
    try (Client client = Client.to(at)) {
      return client.ask(lines, wanted);
    }
  }

  /// Each may come to know a leader later than another.
  private void eventually(Waiting.Condition condition) throws InterruptedException {
    assertThat(fleet.until(condition)).isTrue();
  }

  @Test
  void eachPortAnswersAtEachMember() throws Exception {
    for (int id = 0; id < 3; id++) {
      int member = id;
      String value = "sail" + id;
      List<String> stored = List.of("STORED");
      String set = "set boat 0 0 5|" + value;
      eventually(() -> ask(fleet.memcachedAt(member), set, 1).equals(stored));
      for (int other = 0; other < 3; other++) {
        InetSocketAddress redis = fleet.redisAt(other);
        InetSocketAddress memcached = fleet.memcachedAt(other);
        eventually(() -> ask(redis, "GET boat", 2).equals(List.of("$5", value)));
        eventually(() -> ask(memcached, "get boat", 2).get(1).equals(value));
        HttpRequest range =
            HttpRequest.newBuilder(URI.create("http:/" + fleet.etcdAt(other) + "/v3/kv/range"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"Ym9hdA==\"}"))
                .build();
        eventually(() -> Fleet.send(range).body().contains("\"count\":\"1\""));
      }
    }
  }

  @Test
  void metricsTellThePortsApart() throws Exception {
    try (Client redis = Client.to(fleet.redisAt(0));
        Client memcached = Client.to(fleet.memcachedAt(0))) {
      long before = metric("commands_total", "redis");
      redis.ask("PING|PING|PING", 3);
      memcached.ask("version", 1);
      assertThat(metric("commands_total", "redis")).isEqualTo(before + 3);
      assertThat(metric("commands_total", "memcached")).isPositive();
      assertThat(metric("connections", "redis")).isPositive();
      assertThat(metric("connections_max", "memcached")).isEqualTo(CONNECTIONS_MAX);
      assertThat(metric("received_bytes_total", "redis")).isGreaterThanOrEqualTo(18);
      assertThat(metric("sent_bytes_total", "memcached")).isPositive();
    }
  }

  private long metric(String name, String port) throws Exception {
    String sample = "jangada_network_port_" + name + "{port=\"" + port + "\"} ";
    return fleet
        .http(0, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(sample))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(sample.length())))
        .sum();
  }

  @Test
  void clientsBeyondTheMaximumAreToldSo() throws Exception {
    Map<InetSocketAddress, String> words =
        Map.of(
            fleet.memcachedAt(1), "ERROR Too many open connections",
            fleet.redisAt(1), "-ERR max number of clients reached");
    for (var port : words.entrySet()) {
      List<Client> clients = new ArrayList<>();
      try {
        for (int i = 0; i < CONNECTIONS_MAX; i++) clients.add(Client.to(port.getKey()));
        try (Client beyond = Client.to(port.getKey())) {
          assertThat(beyond.in.readLine()).isEqualTo(port.getValue());
          assertThat(beyond.in.readLine()).isNull();
        }
      } finally {
        for (Client one : clients) one.close();
      }
    }
  }

  @Test
  void aServerWhosePortIsTakenSaysSoAndLeavesNothingBehind(@TempDir Path folder) throws Exception {
    try (Fleet other = Fleet.withAllPorts(folder, 1)) {
      for (InetSocketAddress port :
          List.of(other.etcdAt(0), other.memcachedAt(0), other.redisAt(0))) {
        try (ServerSocket _ = new ServerSocket(port.getPort(), 1, port.getAddress())) {
          assertThatThrownBy(() -> other.start(0))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("cannot listen on 127.0.0.1:" + port.getPort());
        }
      }
      other.start(0);
      assertThat(other.leader()).isZero();
      stopsWhileClientsAreBusy(other);
    }
  }

  /// All that took effect was told to the client.
  private static void stopsWhileClientsAreBusy(Fleet fleet) throws Exception {
    long redisSaid;
    long memcachedSaid;
    try (Client redis = Client.to(fleet.redisAt(0));
        Client memcached = Client.to(fleet.memcachedAt(0))) {
      memcached.ask("set m 0 0 1|0", 1);
      var redisLast = busy(redis, "INCR r");
      var memcachedLast = busy(memcached, "incr m 1");
      fleet.server(0).stop();
      redisSaid = redisLast.get(BOUND_MILLIS, TimeUnit.MILLISECONDS);
      memcachedSaid = memcachedLast.get(BOUND_MILLIS, TimeUnit.MILLISECONDS);
    }
    fleet.start(0);
    fleet.leader();
    assertThat(ask(fleet.redisAt(0), "GET r", 2)).endsWith("" + redisSaid);
    assertThat(ask(fleet.redisAt(0), "GET m", 2)).endsWith("" + memcachedSaid);
  }

  /// Has a client count much in one go. Returns when it has its first answer.
  ///
  /// @return the last number that it is told
  private static CompletableFuture<Long> busy(Client client, String line) throws IOException {
    String first = client.ask(line + ("|" + line).repeat(AT_ONCE), 1).getFirst();
    return CompletableFuture.supplyAsync(
        () -> {
          String last = first;
          try {
            for (String next; (next = client.in.readLine()) != null; ) last = next;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return Long.parseLong(last.replace(":", ""));
        });
  }
}
