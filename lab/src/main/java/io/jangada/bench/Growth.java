package io.jangada.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// How throughput and times change with one thing at a time, everything else being as usual: writes
/// and reads by 16 connections with 32 requests under way each, three members.
public final class Growth {
  private static final int CONNECTIONS = 16;
  private static final int IN_FLIGHT = 32;
  private static final int VALUE_BYTES = 256;
  private static final int KEYS = 100_000;
  private static final int MEMBERS = 3;

  /// All values together, where values are long.
  private static final int DATA_BYTES_MAX = 64 << 20;

  /// Entries are written in runs of so many.
  private static final int ENTRIES_AT_ONCE = 50_000;

  /// Where there is much to remember: the collector that `bin/kvstore` takes for large heaps.
  private static final List<String> LARGE_HEAP =
      List.of("-XX:+UseG1GC", "-XX:MaxGCPauseMillis=100", "-Xmx5g");

  /// What grows.
  public enum Axis {
    value("length of a value, bytes", 16, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10),
    keys("keys", 10_000, 100_000, 1_000_000, 5_000_000),
    log("entries of the log behind the snapshot", 10_000, 100_000, 300_000, 1_000_000),
    connections("connections, one request under way on each", 1, 8, 64, 256, 1_000, 2_000),
    members("members", 1, 3, 5, 7);

    private final String label;
    private final List<Integer> steps;

    Axis(String label, Integer... steps) {
      this.label = label;
      this.steps = List.of(steps);
    }

    /// For people.
    public String label() {
      return label;
    }

    public List<Integer> steps() {
      return steps;
    }
  }

  /// @param size of that which grows
  /// @param put what writes came to
  /// @param get what reads came to
  public record Point(int size, BenchRun.Result put, BenchRun.Result get) {}

  /// @param points by size
  public record Curve(Axis axis, List<Point> points) {}

  /// Puts one load, perhaps more than once.
  public interface Measuring {
    BenchRun.Result measure(Load load, BenchRun run)
        throws IOException, InterruptedException, TimeoutException;
  }

  /// @param jvm flags for the servers' Java
  /// @param parent where directories for their data are made
  /// @param largest sizes above are left out
  public record Plan(List<String> jvm, Path parent, int largest, Load.Times times) {}

  private final Plan plan;
  private final Measuring measuring;

  public Growth(Plan plan, Measuring measuring) {
    this.plan = plan;
    this.measuring = measuring;
  }

  /// @param watcher shown each point when it is there
  public Curve measure(Axis axis, Consumer<Point> watcher)
      throws IOException, InterruptedException, TimeoutException {
    List<Integer> sizes = axis.steps.stream().filter(size -> size <= plan.largest).toList();
    List<Point> points = new ArrayList<>();
    Consumer<Point> taker =
        point -> {
          points.add(point);
          watcher.accept(point);
        };
    if (axis == Axis.members || axis == Axis.value) {
      for (int size : sizes) {
        try (BenchCluster cluster = start(axis, axis == Axis.members ? size : MEMBERS)) {
          taker.accept(point(axis, size, new BenchRun(cluster.subject())));
        }
      }
    } else if (!sizes.isEmpty()) {
      try (BenchCluster cluster = start(axis, MEMBERS)) {
        BenchRun run = new BenchRun(cluster.subject());
        for (int size : sizes) {
          if (axis == Axis.log) lengthen(cluster, size);
          taker.accept(point(axis, size, run));
        }
      }
    }
    return new Curve(axis, points);
  }

  private BenchCluster start(Axis axis, int members)
      throws IOException, InterruptedException, TimeoutException {
    Map<String, String> settings =
        axis == Axis.log ? Map.of("SnapshotBytes", "\"16GiB\"") : Map.of();
    boolean needsMuch = axis == Axis.keys || axis == Axis.log;
    return BenchCluster.start(
        new BenchCluster.Plan(members, settings, needsMuch ? LARGE_HEAP : plan.jvm, plan.parent));
  }

  private Point point(Axis axis, int size, BenchRun run)
      throws IOException, InterruptedException, TimeoutException {
    BenchRun.Result put = measuring.measure(load(Workload.put, axis, size), run);
    return new Point(size, put, measuring.measure(load(Workload.get, axis, size), run));
  }

  private Load load(Workload workload, Axis axis, int size) {
    int connections = axis == Axis.connections ? size : CONNECTIONS;
    int inFlight = axis == Axis.connections ? 1 : IN_FLIGHT;
    int valueBytes = axis == Axis.value ? size : VALUE_BYTES;
    int keys = axis == Axis.keys ? size : Math.min(KEYS, DATA_BYTES_MAX / valueBytes);
    return new Load(
        workload,
        new Load.Clients(connections, inFlight, 0),
        new Load.Data(valueBytes, keys, true),
        new Load.Times(plan.times.seconds(), plan.times.warmupSeconds() * warmUps(axis, size)));
  }

  /// How much longer it takes until all are warm: each of more members on the same processors has
  /// to see as many writes, and there are fewer of them in a second.
  private static double warmUps(Axis axis, int size) {
    double more = axis == Axis.members ? (double) size / MEMBERS : 1;
    return Math.max(1, more * more);
  }

  /// Writes until the log has so many entries. There is no snapshot, so that all of them are
  /// behind.
  private static void lengthen(BenchCluster cluster, int entries)
      throws IOException, InterruptedException, TimeoutException {
    Load writing =
        new Load(
            Workload.get,
            Load.Clients.ONE,
            new Load.Data(VALUE_BYTES, ENTRIES_AT_ONCE, true),
            Load.Times.SHORT);
    int leader = cluster.leader();
    try (LoadRun run = cluster.load(cluster.endpoint(leader), TextServers::speaking)) {
      while (cluster.admin().status(leader).progress().last() < entries) run.prefill(writing);
    }
  }
}
