package io.jangada.otherstores;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.FreePorts;
import io.jangada.harness.ServerProcess;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.Waiting;
import io.jangada.server.OptionalPort;
import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How long clients are without service after `kill -9` of the leader: jetcd with its defaults on
/// servers with theirs, on ours (as `config.json` and as etcd's flags have them) and on etcd's, by
/// turns. Not part of the gate: CONTRIBUTING.md says how to start it.
@Timeout(1_800)
class EtcdFailoverTrial {
  private static final int KILLS = Integer.getInteger("kills", 5);
  private static final int MEMBERS = 3;
  private static final int HEAP_MEBIBYTES = 256;
  private static final long MILLIS_MAX = 60_000;
  private static final long PUT_EVERY_MILLIS = 10;
  private static final ByteSequence KEY = ByteSequence.from("k", StandardCharsets.UTF_8);

  /// Three servers, each a command and an address for clients.
  private static final class Servers implements AutoCloseable {
    private final Path folder;
    private final List<List<String>> commands;
    private final List<String> urls;
    private final ServerProcess[] processes = new ServerProcess[MEMBERS];

    Servers(Path folder, List<List<String>> commands, List<String> urls) throws IOException {
      this.folder = Files.createDirectories(folder);
      this.commands = commands;
      this.urls = urls;
    }

    void start(int i) throws IOException {
      processes[i] = new ServerProcess(commands.get(i), folder, folder.resolve(i + ".log"));
    }

    void kill(int i) throws InterruptedException {
      processes[i].kill();
    }

    Client client() {
      return Client.builder().endpoints(urls.toArray(String[]::new)).build();
    }

    /// Waits until all three know of one leader and have caught up with it.
    int leader(Client client) throws InterruptedException, TimeoutException {
      return Waiting.need("leader of all", MILLIS_MAX, () -> look(client));
    }

    private Optional<Integer> look(Client client) throws InterruptedException {
      List<StatusResponse> all = new ArrayList<>();
      try {
        for (String url : urls)
          all.add(client.getMaintenanceClient().statusMember(url).get(1, TimeUnit.SECONDS));
      } catch (ExecutionException | TimeoutException e) {
        return Optional.empty();
      }
      StatusResponse first = all.getFirst();
      int leader = -1;
      for (int i = 0; i < MEMBERS; i++) {
        StatusResponse one = all.get(i);
        if (one.getLeader() != first.getLeader()
            || one.getRaftTerm() != first.getRaftTerm()
            || one.getRaftAppliedIndex() < first.getRaftIndex()) return Optional.empty();
        if (one.getHeader().getMemberId() == one.getLeader()) leader = i;
      }
      return leader < 0 ? Optional.empty() : Optional.of(leader);
    }

    @Override
    public void close() {
      for (ServerProcess each : processes) if (each != null) each.close();
    }
  }

  /// What was measured of one kind of servers, in milliseconds.
  private static final class Measured {
    /// To the end of the first put that a client got done which makes one after the other.
    private final List<Long> inTurn = new ArrayList<>();

    /// To the end of the first put that got done of many that began after the kill.
    private final List<Long> fresh = new ArrayList<>();

    static String text(List<Long> millis) {
      List<Long> sorted = new ArrayList<>(millis);
      Collections.sort(sorted);
      return String.format(
          "p50 %d max %d %s", sorted.get(sorted.size() / 2), sorted.getLast(), millis);
    }
  }

  @TempDir private Path folder;

  @Test
  void measure() throws Exception {
    FreePorts ports = new FreePorts(new SplittableRandom());
    Map<String, Servers> kinds = new TreeMap<>();
    try {
      kinds.put("config.json", configured(folder.resolve("ours")));
      kinds.put("bin/etcd", launched(folder.resolve("flags"), ports));
      if (Program.find("etcd").isPresent()) kinds.put("etcd", etcd(folder.resolve("etcd"), ports));
      Map<String, Measured> measured = new TreeMap<>();
      for (String kind : kinds.keySet()) measured.put(kind, new Measured());
      for (int turn = 0; turn < KILLS; turn++)
        for (String kind : kinds.keySet()) kill(kinds.get(kind), measured.get(kind));
      measured.forEach(
          (kind, of) -> {
            System.out.printf("%-12s next put         %s%n", kind, Measured.text(of.inTurn));
            System.out.printf("%-12s next begun after %s%n", kind, Measured.text(of.fresh));
          });
    } finally {
      kinds.values().forEach(Servers::close);
    }
  }

  /// Starts all of one kind, kills the leader, and ends the others.
  private void kill(Servers servers, Measured measured) throws Exception {
    for (int i = 0; i < MEMBERS; i++) servers.start(i);
    try (Client client = servers.client()) {
      int leader = servers.leader(client);
      Putting putting = new Putting(client.getKVClient());
      Thread.ofPlatform().daemon().start(putting);
      putting.first.get(MILLIS_MAX, TimeUnit.MILLISECONDS);
      long killed = System.nanoTime();
      putting.killed = killed;
      servers.kill(leader);
      measured.fresh.add(fresh(client.getKVClient(), killed));
      System.out.println(servers.folder.getFileName() + ": next begun after " + measured.fresh);
      long served = putting.next.get(MILLIS_MAX, TimeUnit.MILLISECONDS);
      measured.inTurn.add(TimeUnit.NANOSECONDS.toMillis(served - killed));
    } finally {
      servers.close();
    }
  }

  /// Begins a put at regular intervals until one is done.
  private static long fresh(KV kv, long killed) throws InterruptedException {
    AtomicLong done = new AtomicLong();
    while (done.get() == 0 && System.nanoTime() - killed < TimeUnit.MINUTES.toNanos(1)) {
      kv.put(KEY, KEY).thenRun(() -> done.compareAndSet(0, System.nanoTime()));
      Waiting.pause(PUT_EVERY_MILLIS);
    }
    return TimeUnit.NANOSECONDS.toMillis(done.get() - killed);
  }

  /// A client that makes one put after the other, and makes it again where it failed.
  private static final class Putting implements Runnable {
    private final KV kv;
    private final CompletableFuture<Void> first = new CompletableFuture<>();

    /// Completed with the time when the first put got done that began after the kill.
    private final CompletableFuture<Long> next = new CompletableFuture<>();

    /// When the leader was killed.
    private volatile long killed = Long.MAX_VALUE;

    Putting(KV kv) {
      this.kv = kv;
    }

    @Override
    public void run() {
      while (!next.isDone()) {
        long began = System.nanoTime();
        try {
          kv.put(KEY, KEY).get();
        } catch (ExecutionException e) {
          continue;
        } catch (InterruptedException e) {
          return;
        }
        first.complete(null);
        if (began > killed) next.complete(System.nanoTime());
      }
    }
  }

  private static Servers configured(Path folder) throws Exception {
    Files.createDirectories(folder);
    ServerProgram program = ServerProgram.own(HEAP_MEBIBYTES);
    Path config = ClusterPlan.of(MEMBERS).with(OptionalPort.ETCD).write(folder);
    List<List<String>> commands = new ArrayList<>();
    List<String> urls = new ArrayList<>();
    for (ServerConfig.Entry entry : ServerConfig.read(config).servers()) {
      List<String> words = new ArrayList<>(program.words());
      words.addAll(List.of("" + entry.id(), "--config", config.toString()));
      commands.add(words);
      urls.add("http://127.0.0.1:" + entry.port(OptionalPort.ETCD));
    }
    return new Servers(folder, commands, urls);
  }

  private static Servers launched(Path folder, FreePorts ports) throws IOException {
    List<String> words = new ArrayList<>(ServerProgram.own(HEAP_MEBIBYTES).words());
    words.set(words.size() - 1, "io.jangada.cli.EntryPoint");
    words.add("etcd");
    return flagged(folder, words, ports);
  }

  private static Servers etcd(Path folder, FreePorts ports) throws IOException {
    return flagged(folder, List.of("etcd", "--logger=zap", "--log-level=error"), ports);
  }

  /// Servers with etcd's flags, those that name them and their addresses alone.
  private static Servers flagged(Path folder, List<String> program, FreePorts ports)
      throws IOException {
    List<String> peers = new ArrayList<>();
    List<String> members = new ArrayList<>();
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      peers.add("http://127.0.0.1:" + ports.next());
      members.add("m" + i + "=" + peers.get(i));
      urls.add("http://127.0.0.1:" + ports.next());
    }
    List<List<String>> commands = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      List<String> words = new ArrayList<>(program);
      words.add("--name=m" + i);
      words.add("--listen-client-urls=" + urls.get(i));
      words.add("--advertise-client-urls=" + urls.get(i));
      words.add("--listen-peer-urls=" + peers.get(i));
      words.add("--initial-advertise-peer-urls=" + peers.get(i));
      words.add("--initial-cluster=" + String.join(",", members));
      commands.add(words);
    }
    return new Servers(folder, commands, urls);
  }
}
