package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.Leash;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// A cluster that a bench starts for itself: processes of this program, set up as `bin/kvstore`
/// sets them up, with `set` that overwrites.
public final class BenchCluster implements AutoCloseable {
  private static final String MAIN = "io.jangada.server.ServerMain";
  private static final long START_MILLIS_MAX = 60_000;
  private static final int REPLY_MILLIS_MAX = 1_000;

  private final Path directory;
  private final ProcessCluster processes;

  private final Cleanup cleanup;

  /// @param members 1 or more
  /// @param settings fields of `config.json`, with their values as JSON
  /// @param jvm flags for their Java
  /// @param parent where a directory for all of it is made, which is removed at the end
  public record Plan(int members, Map<String, String> settings, List<String> jvm, Path parent) {}

  private BenchCluster(Path directory, ProcessCluster processes) {
    this.directory = directory;
    this.processes = processes;
    cleanup = new Cleanup(directory, processes::close);
  }

  /// Starts it, and waits until somebody leads and the others know who.
  public static BenchCluster start(Plan plan)
      throws IOException, InterruptedException, TimeoutException {
    Path directory = Files.createTempDirectory(plan.parent, "jangada-bench");
    ClusterPlan wanted = ClusterPlan.of(plan.members).with("SetOverwrites", "true");
    for (var each : plan.settings.entrySet()) wanted = wanted.with(each.getKey(), each.getValue());
    ServerProgram program = new ServerProgram(words(plan.jvm));
    BenchCluster cluster =
        new BenchCluster(directory, ProcessCluster.make(directory, wanted, program));
    try {
      cluster.processes.startAll();
      cluster.awaitAll();
      return cluster;
    } catch (IOException | InterruptedException | TimeoutException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static List<String> words(List<String> jvm) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-Xlog:disable", "-Xlog:all=error:stderr"));
    words.addAll(jvm);
    String classPath = System.getProperty("java.class.path");
    ServerProgram.cacheFlag(classPath).ifPresent(words::add);
    words.addAll(List.of("-cp", classPath, Leash.class.getName()));
    words.add(MAIN);
    return words;
  }

  /// Waits until somebody leads, and everybody who is up knows who.
  public void awaitAll() throws InterruptedException, TimeoutException {
    new LeaderSearch(processes).await(START_MILLIS_MAX);
    for (int id : processes.awake())
      Waiting.need("server " + id + " in service", START_MILLIS_MAX, () -> look(id));
  }

  /// Waits until every member has all that the leader has.
  public void awaitCaughtUp(JangadaClient client) throws InterruptedException, TimeoutException {
    Waiting.need("members that have caught up", START_MILLIS_MAX, () -> caughtUp(client));
  }

  private Optional<Long> caughtUp(JangadaClient client) throws IOException {
    long lowest = Long.MAX_VALUE;
    long highest = 0;
    for (Endpoint each : endpoints()) {
      Optional<Json.Obj> status = status(client, each);
      if (status.isEmpty()) return Optional.empty();
      lowest = Math.min(lowest, status.get().number("appliedIndex", 0, Long.MAX_VALUE));
      highest = Math.max(highest, status.get().number("lastIndex", 0, Long.MAX_VALUE));
    }
    return lowest == highest ? Optional.of(lowest) : Optional.empty();
  }

  /// How a member stands; empty when it does not say.
  Optional<Json.Obj> status(JangadaClient client, Endpoint at) throws IOException {
    if (!(client.adminAt(at, "status").join() instanceof Reply.Told(Bytes content)))
      return Optional.empty();
    byte[] bytes = content.toArray();
    if (!(new JsonReader().read(bytes, 0, bytes.length) instanceof Json.Obj status))
      throw new IOException("the status of " + at + " is no object");
    return status.flag("ok") ? Optional.of(status) : Optional.empty();
  }

  /// How a member stands, which must say so.
  Json.Obj needStatus(JangadaClient client, Endpoint at) throws IOException {
    return status(client, at)
        .orElseThrow(() -> new IOException(at + " does not say how it stands"));
  }

  private Optional<TextReply> look(int id) throws IOException {
    try (TextConnection connection =
        TextConnection.open(processes.clientAddress(id), REPLY_MILLIS_MAX)) {
      TextReply reply = connection.get("jangada-bench-probe");
      return reply instanceof TextReply.InternalError ? Optional.empty() : Optional.of(reply);
    }
  }

  public ProcessCluster processes() {
    return processes;
  }

  public Path directory() {
    return directory;
  }

  public int leader() throws InterruptedException, TimeoutException {
    return new LeaderSearch(processes).await(START_MILLIS_MAX);
  }

  public Endpoint endpoint(int id) {
    return new Endpoint(processes.entry(id).hostname(), processes.entry(id).clientPort());
  }

  public List<Endpoint> endpoints() {
    return Endpoint.parseList(processes.endpoints());
  }

  /// The processes that run.
  public List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    for (int id : processes.up()) pids.add(processes.process(id).pid());
    return pids;
  }

  /// As that which loads are put to.
  public SystemUnderTest subject() {
    return new TextServers(endpoints(), pids(), directory);
  }

  /// Kills all servers and removes their data.
  @Override
  public void close() throws IOException {
    cleanup.close();
  }
}
