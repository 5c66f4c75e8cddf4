package io.jangada.protocol.maelstrom;

import io.jangada.check.Checker;
import io.jangada.check.History;
import io.jangada.check.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// A run of a whole cluster under `lin-kv` clients, with everything that it showed.
///
/// @param faults what no node may do, and one did
record Trial(
    Verdict verdict,
    Tally tally,
    Network.Counts counts,
    List<String> faults,
    List<Long> initMillis,
    long cpuMillis,
    Map<String, Integer> kinds) {

  /// @param cutMillis how long each partition lasts; 0 for no partitions
  /// @param regular whether the kinds take turns, without a pause; otherwise they are drawn, there
  ///   is a time without a partition after each, and times are drawn from 0 to twice `cutMillis`
  record Nemesis(List<Partition.Kind> kinds, long cutMillis, boolean regular) {
    static final Nemesis NONE = new Nemesis(List.of(), 0, true);
  }

  record Settings(
      String name,
      List<String> command,
      int nodes,
      Network.Latency latency,
      LinKv.Settings load,
      Nemesis nemesis) {
    Settings with(Nemesis nemesis) {
      return new Settings(name, command, nodes, latency, load, nemesis);
    }

    Settings with(Network.Latency latency) {
      return new Settings(name, command, nodes, latency, load, nemesis);
    }

    Settings with(List<String> command) {
      return new Settings(name, command, nodes, latency, load, nemesis);
    }
  }

  static Trial run(Settings settings) throws IOException, InterruptedException {
    List<Long> initMillis = new ArrayList<>();
    Path remarks = Path.of("target", "maelstrom", settings.name);
    Tally tally = new Tally();
    Network.Settings of =
        new Network.Settings(settings.command, settings.nodes, settings.latency, remarks);
    try (Network network = new Network(of, initMillis::addAll);
        LinKv clients = new LinKv(network, settings.load, tally);
        ScheduledExecutorService cutter = Executors.newSingleThreadScheduledExecutor()) {
      new Cuts(settings, network, tally, cutter).next();
      Network.Counts before = network.counts();
      long cpuBefore = network.cpuMillis();
      History history = clients.run();
      long cpu = network.cpuMillis() - cpuBefore;
      Network.Counts after = network.counts();
      cutter.shutdownNow();
      Network.Counts counts =
          new Network.Counts(
              after.clients() - before.clients(), after.servers() - before.servers());
      return new Trial(
          new Checker().check(history),
          tally,
          counts,
          network.faults(),
          initMillis,
          cpu,
          network.kinds());
    }
  }

  /// Cuts the network and heals it, by turns.
  private static final class Cuts {
    private final Settings settings;
    private final Network network;
    private final Tally tally;
    private final ScheduledExecutorService clock;
    private final Random random;
    private int turn;

    Cuts(Settings settings, Network network, Tally tally, ScheduledExecutorService clock) {
      this.settings = settings;
      this.network = network;
      this.tally = tally;
      this.clock = clock;
      this.random = new Random(settings.load.seed());
    }

    void next() {
      Nemesis nemesis = settings.nemesis;
      if (nemesis.cutMillis == 0) return;
      int kinds = nemesis.kinds.size();
      Partition.Kind kind =
          nemesis.kinds.get(nemesis.regular ? turn++ % kinds : random.nextInt(kinds));
      // Switched without healing, or healed at every other turn.
      boolean heals = !nemesis.regular && turn++ % 2 == 1;
      Partition partition = heals ? Partition.NONE : Partition.of(kind, network.names(), random);
      network.partition(partition);
      tally.cut(partition);
      long millis =
          nemesis.regular ? nemesis.cutMillis : random.nextLong(2 * nemesis.cutMillis) + 1;
      clock.schedule(this::next, millis, TimeUnit.MILLISECONDS);
    }
  }

  /// Between nodes, heartbeats included.
  double messagesPerRequest() {
    return (double) counts.servers() / tally.invocations();
  }

  String told() {
    return tally.told(counts)
        + ", init_ok after "
        + initMillis
        + " ms, cpu "
        + cpuMillis
        + " ms, "
        + kinds;
  }
}
