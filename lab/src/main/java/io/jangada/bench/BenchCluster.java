package io.jangada.bench;

import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.Tls;
import io.jangada.net.TlsContext;
import io.jangada.server.OptionalPort;
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
  private static final List<String> FLAGS =
      List.of("-XX:+ExitOnOutOfMemoryError", "-Xlog:disable", "-Xlog:all=error:stderr");

  private static final long START_MILLIS_MAX = 60_000;
  private static final int REPLY_MILLIS_MAX = 1_000;

  private final Path directory;
  private final ProcessCluster processes;
  private final AdminClient admin;
  private final Cleanup cleanup;

  /// @param members 1 or more
  /// @param settings fields of `config.json`, with their values as JSON
  /// @param jvm flags for their Java
  /// @param parent where a directory for all of it is made, which is removed at the end
  /// @param port what clients they serve beside their own; null for none
  public record Plan(
      int members, Map<String, String> settings, List<String> jvm, Path parent, OptionalPort port) {
    public Plan(int members, Map<String, String> settings, List<String> jvm, Path parent) {
      this(members, settings, jvm, parent, null);
    }

    private ClusterPlan cluster() {
      ClusterPlan wanted = ClusterPlan.of(members).with("SetOverwrites", "true");
      if (port != null) wanted = wanted.with(port);
      for (var each : settings.entrySet()) wanted = wanted.with(each.getKey(), each.getValue());
      return wanted;
    }
  }

  private BenchCluster(Path directory, ProcessCluster processes) {
    this.directory = directory;
    this.processes = processes;
    admin = new AdminClient(processes, REPLY_MILLIS_MAX);
    cleanup = new Cleanup(directory, processes::close);
  }

  /// Starts it, and waits until its members follow a leader.
  public static BenchCluster start(Plan plan)
      throws IOException, InterruptedException, TimeoutException {
    Path directory = Files.createTempDirectory(plan.parent, "jangada-bench");
    ServerProgram program = ServerProgram.own(flags(plan.jvm));
    BenchCluster cluster =
        new BenchCluster(directory, ProcessCluster.make(directory, plan.cluster(), program));
    try {
      cluster.processes.startAll();
      cluster.awaitAll();
      return cluster;
    } catch (IOException | InterruptedException | TimeoutException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static List<String> flags(List<String> jvm) {
    List<String> flags = new ArrayList<>(FLAGS);
    flags.addAll(jvm);
    return flags;
  }

  /// Waits until a leader is followed by all members, which have what it had committed.
  public void awaitAll() throws InterruptedException, TimeoutException {
    admin.awaitWhole(START_MILLIS_MAX);
  }

  AdminClient admin() {
    return admin;
  }

  public ProcessCluster processes() {
    return processes;
  }

  public int leader() throws InterruptedException, TimeoutException {
    return new LeaderSearch(processes).await(START_MILLIS_MAX);
  }

  public Endpoint endpoint(int id) {
    return new Endpoint(processes.entry(id).hostname(), processes.entry(id).clientPort());
  }

  /// Where clients of another store are served.
  public Endpoint endpoint(int id, OptionalPort port) {
    return new Endpoint(processes.entry(id).hostname(), processes.entry(id).port(port));
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

  /// A load on one of its members.
  LoadRun load(Endpoint server, LoadRun.Language language) throws IOException {
    return new LoadRun(server, language, tls());
  }

  /// A client of its members.
  ClientOptions clientOptions() {
    return ClientOptions.of(endpoints()).withTls(processes.tls());
  }

  Optional<TlsContext> tls() throws IOException {
    return Optional.ofNullable(Tls.context(processes.tls()));
  }

  /// A directory on its disk.
  public Path directory() {
    return directory;
  }

  /// As that which loads are put to.
  public SystemUnderTest subject() throws IOException {
    return new TextServers(endpoints(), pids(), directory, tls());
  }

  /// Kills all servers and removes their data.
  @Override
  public void close() throws IOException {
    cleanup.close();
  }
}
