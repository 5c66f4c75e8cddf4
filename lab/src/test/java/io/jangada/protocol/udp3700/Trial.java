package io.jangada.protocol.udp3700;

import io.jangada.check.Checker;
import io.jangada.check.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;

/// A run of a whole cluster of real processes, with everything that it showed.
///
/// @param charged datagrams between replicas while clients asked
/// @param ignored requests that replicas which are there had not answered at the end
record Trial(
    Scenario scenario,
    Verdict verdict,
    Tally tally,
    Counts counts,
    int charged,
    int ignored,
    SortedMap<String, Integer> unanswered,
    Machine machine) {

  private static final int FAULTS_TOLD = 5;
  private static final long HELLO_NANOS_MAX = 20_000_000_000L;

  /// @param helloMillis from each replica's start to its hello; -1 for never
  /// @param endMillisMax from the signal to the end of the slowest
  record Machine(List<Long> helloMillis, long endMillisMax, long cpuMillis) {}

  static Trial run(Scenario scenario, List<String> command, long seed) throws IOException {
    Counts counts = new Counts();
    Tally tally = new Tally(counts);
    Path remarks = Path.of("target", "udp3700", scenario.name());
    Medium.Settings settings =
        new Medium.Settings(scenario.replicas(), command, scenario.weather(), remarks, seed);
    Scenario.Times times = scenario.times();
    Clients clients;
    int charged;
    int ignored;
    long cpu;
    Medium medium;
    try (World world = new World();
        Medium open = new Medium(world, settings, counts)) {
      medium = open;
      clients =
          new Clients(
              world,
              medium,
              new Clients.Settings(
                  scenario.requests(), times.seconds(), scenario.shared(), scenario.repeat(), seed),
              tally);
      world.runTo(nanos(times.startSeconds()));
      while (!medium.isGreeted() && world.nanos() < HELLO_NANOS_MAX)
        world.runTo(world.nanos() + 10_000_000);
      long begin = world.nanos();
      clients.begin();
      new Blows(scenario, world, medium, clients, tally, new Random(seed)).begin();
      int before = counts.charged();
      world.runTo(begin + nanos(times.seconds()));
      charged = counts.charged() - before;
      long end = begin + nanos(times.seconds() + times.endSeconds());
      while (!clients.isIdle() && world.nanos() < end) world.runTo(world.nanos() + 10_000_000);
      cpu = medium.cpuMillis();
      ignored = clients.openAtLiving();
    }
    return new Trial(
        scenario,
        new Checker().check(clients.history()),
        tally,
        counts,
        charged,
        ignored,
        clients.openBySent(),
        new Machine(medium.helloMillis(), medium.endMillisMax(), cpu));
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  /// Sees to it that the bad things happen.
  private record Blows(
      Scenario scenario, World world, Medium medium, Clients clients, Tally tally, Random random) {
    void begin() {
      for (Scenario.Blow blow : scenario.blows()) world.after(nanos(blow.at()), () -> strike(blow));
      for (int i = 0; i < scenario.garbage(); i++)
        world.after(
            (long) (random.nextDouble() * scenario.times().seconds() * 1e9), this::throwGarbage);
    }

    /// Whatever hits or spares the leader waits until there is one.
    private void strike(Scenario.Blow blow) {
      String leader = medium.leader();
      if (!medium.isAlive(leader)) {
        world.after(nanos(0.1), () -> strike(blow));
        return;
      }
      switch (blow) {
        case Scenario.Blow.KillLeader(double _, ReplicaProcess.Signal signal) ->
            kill("leader", leader, signal);
        case Scenario.Blow.KillOther(double _, ReplicaProcess.Signal signal) ->
            kill("other", anyBut(leader), signal);
        case Scenario.Blow.Part part -> part(part);
      }
    }

    private void kill(String whom, String id, ReplicaProcess.Signal signal) {
      medium.kill(id, signal);
      tally.blow("without " + whom + " " + id, world.nanos());
    }

    private String anyBut(String id) {
      List<String> ids = new ArrayList<>(medium.living().stream().map(one -> one.id).toList());
      ids.remove(id);
      return ids.get(random.nextInt(ids.size()));
    }

    private void part(Scenario.Blow.Part part) {
      List<String> ids = new ArrayList<>(medium.ids());
      Collections.shuffle(ids, random);
      String leader = medium.leader();
      if (part.leader() != Scenario.Side.ANY && ids.remove(leader))
        ids.add(part.leader() == Scenario.Side.MAJORITY ? 0 : ids.size(), leader);
      // A majority that is one of the living, too, or nobody could be asked to serve.
      ids.sort((a, b) -> Boolean.compare(medium.isAlive(b), medium.isAlive(a)));
      if (part.leader() == Scenario.Side.MINORITY && ids.remove(leader)) ids.add(leader);
      Set<String> majority = new HashSet<>(ids.subList(0, ids.size() / 2 + 1));
      medium.part(majority, part.leader() != Scenario.Side.MAJORITY);
      if (part.leader() != Scenario.Side.MAJORITY) clients.forgetLeader();
      tally.blow("parted " + part.leader(), world.nanos());
      world.after(
          nanos(part.until() - part.at()),
          () -> {
            medium.heal();
            tally.blow("healed", world.nanos());
          });
    }

    private void throwGarbage() {
      String id = medium.ids().get(random.nextInt(medium.ids().size()));
      byte[] bytes = Garbage.bytes(id, medium.ids(), random);
      medium.deliver(id, bytes);
    }
  }

  double answered() {
    return (double) tally.servedCount() / scenario.requests();
  }

  double retriesPerRequest() {
    return (double) (tally.refusals("fail") + tally.refusals("redirect")) / scenario.requests();
  }

  double datagramsPerRequest() {
    return (double) charged / scenario.requests();
  }

  /// In a few lines.
  String told() {
    return String.format(
        Locale.ROOT,
        "%-18s answered %.4f (%d of %d), p50 %.1f p99 %.1f max %.0f ms, puts p50 %.1f"
            + " (%.1f in the first 5 s) p90 %.1f ms, datagrams"
            + " each %.2f, redirects %d, fails %d, twice %d; gaps:%s; hello %s ms, end %d ms,"
            + " cpu %d ms%n    unanswered %s%n    %s%n    %s%n    faults %s",
        scenario.name(),
        answered(),
        tally.servedCount(),
        scenario.requests(),
        tally.percentileMillis(0.5),
        tally.percentileMillis(0.99),
        tally.percentileMillis(1),
        tally.putPercentileMillis(0.5, scenario.times().seconds()),
        tally.putPercentileMillis(0.5, 5),
        tally.putPercentileMillis(0.9, scenario.times().seconds()),
        datagramsPerRequest(),
        tally.refusals("redirect"),
        tally.refusals("fail"),
        tally.duplicates(),
        tally.gapsTold(),
        machine.helloMillis(),
        machine.endMillisMax(),
        machine.cpuMillis(),
        unanswered,
        counts.told(),
        verdict,
        counts.faults().stream().limit(FAULTS_TOLD).toList());
  }

  /// One row of a table in Markdown.
  String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %.2f %% | %d | %d | %d | %.1f / %.0f ms | %.1f / %.1f ms | %.2f |%s |",
        scenario.name(),
        100 * answered(),
        tally.refusals("redirect"),
        tally.refusals("fail"),
        tally.duplicates(),
        tally.percentileMillis(0.5),
        tally.percentileMillis(0.99),
        tally.putPercentileMillis(0.5, scenario.times().seconds()),
        tally.putPercentileMillis(0.5, 5),
        datagramsPerRequest(),
        tally.gapsTold());
  }

  static String heading() {
    return "| scenario | answered | redirects | fails | twice | p50 / p99 | puts' p50: all / of"
        + " the first 5 s | datagrams each | longest time without an ok after |\n"
        + "|---|---|---|---|---|---|---|---|---|";
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
