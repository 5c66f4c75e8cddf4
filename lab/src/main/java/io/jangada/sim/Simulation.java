package io.jangada.sim;

import io.jangada.check.Checker;
import io.jangada.check.History;
import io.jangada.check.MapChecker;
import io.jangada.check.MapHistory;
import io.jangada.check.MapVerdict;
import io.jangada.check.Verdict;
import io.jangada.raft.LawBrokenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// One run of one seed: a storm, then a calm in which everything must come to rest, then a look at
/// what the clients saw.
public final class Simulation {
  /// How long the calm may take until everything is alike and served.
  static final long CALM_NANOS_MAX = 60 * Scheduler.SECOND;

  private static final long EVENTS_MAX = 20_000_000;

  /// @param events that happened
  /// @param simulatedNanos how much time went by
  public record Extent(long events, long simulatedNanos) {}

  /// What came of a run.
  ///
  /// @param failure which law was broken, and by what; null when none was
  /// @param traceHash equal for two runs of the same seed
  public record Report(long seed, String failure, long traceHash, Extent extent, History history) {
    public boolean isGood() {
      return failure == null;
    }

    /// One line for people.
    @Override
    public String toString() {
      return "seed "
          + seed
          + ": "
          + (isGood() ? "good" : "BROKEN: " + failure)
          + ", "
          + extent.events
          + " events, "
          + history.operations().size()
          + " operations, "
          + extent.simulatedNanos / Scheduler.MILLI
          + " ms, trace "
          + Long.toHexString(traceHash);
    }
  }

  private final long seed;
  private final Scheduler world = new Scheduler();
  private final Trace trace;
  private final Cluster cluster;
  private final Nemesis nemesis;
  private final ExpiryProbe expiry;
  private final StalenessProbe staleness;
  private final StatusProbe status;
  private final BackupProbe backup;

  /// Null where members have all the memory that they want.
  private final Hoarder hoarder;

  private final List<Client> clients = new ArrayList<>();
  private final History.Recorder history = new History.Recorder();
  private final List<MapClient> mapClients = new ArrayList<>();
  private final MapHistory.Recorder mapHistory = new MapHistory.Recorder(0);
  private final List<WatchProbe> watchers = new ArrayList<>();

  /// Null where nothing is asked of order.
  private final LeaseProbe leases;

  /// Null where there are no users.
  private final AuthProbe auth;

  private final Consumer<Cluster> plan;

  private Simulation(long seed, UnaryOperator<SwarmConfig> changed, Plan plan) {
    this.seed = seed;
    this.plan = plan.faults;
    this.trace = new Trace(plan.lines);
    SplittableRandom random = new SplittableRandom(seed);
    SwarmConfig swarm = changed.apply(SwarmConfig.draw(random.split()));
    this.cluster = new Cluster(world, random.split(), swarm, trace);
    this.nemesis = new Nemesis(cluster);
    this.expiry = new ExpiryProbe(cluster);
    for (int i = 0; i < swarm.clients().count(); i++) clients.add(new Client(cluster, history, i));
    this.staleness = new StalenessProbe(cluster);
    this.status = new StatusProbe(cluster);
    this.backup = new BackupProbe(cluster);
    this.hoarder = swarm.hoards() ? new Hoarder(cluster) : null;
    SwarmConfig.Order order = swarm.order();
    for (int i = 0; i < order.clients(); i++) mapClients.add(new MapClient(cluster, mapHistory, i));
    for (int i = 0; i < order.watchers(); i++) watchers.add(new WatchProbe(cluster, i));
    this.leases = order == SwarmConfig.Order.NONE ? null : new LeaseProbe(cluster);
    this.auth = order.asked().users() ? new AuthProbe(cluster) : null;
    cluster.trace("seed " + seed + ": " + swarm);
  }

  /// Runs a seed.
  ///
  /// @param lines where the story goes, line by line; null for nowhere
  public static Report run(long seed, Consumer<String> lines) {
    return run(seed, swarm -> swarm, new Plan(_ -> {}, lines));
  }

  /// Runs a seed without what it asks of order and history.
  ///
  /// @param lines where the story goes, line by line; null for nowhere
  public static Report runWithoutOrder(long seed, Consumer<String> lines) {
    return run(seed, SwarmConfig::withoutOrder, new Plan(_ -> {}, lines));
  }

  /// What a test adds to a run.
  ///
  /// @param faults plans them, when the storm begins
  /// @param lines where the story goes, line by line; null for nowhere
  record Plan(Consumer<Cluster> faults, Consumer<String> lines) {
    static final Plan NONE = new Plan(_ -> {}, null);
  }

  /// Runs a seed in a world that is other than it drew, with faults that a test plans.
  static Report run(long seed, UnaryOperator<SwarmConfig> changed, Plan plan) {
    return new Simulation(seed, changed, plan).run();
  }

  private Report run() {
    String failure = null;
    try {
      storm();
      calm();
      judge();
    } catch (LawBrokenException broken) {
      failure = broken.getMessage();
    } catch (RuntimeException bug) {
      StackTraceElement at = bug.getStackTrace().length > 0 ? bug.getStackTrace()[0] : null;
      failure = bug + " at " + at;
    }
    if (failure != null) cluster.trace("BROKEN: " + failure);
    return new Report(
        seed, failure, trace.hash(), new Extent(world.happened(), world.now()), history.history());
  }

  private void storm() {
    cluster.startAll();
    clients.forEach(Client::start);
    expiry.start();
    if (cluster.swarm().clients().readsElsewhere()) staleness.start();
    status.start();
    backup.start();
    if (cluster.swarm().demand().leapMillis() > 0) world.after(Scheduler.SECOND / 2, cluster::leap);
    nemesis.start();
    if (hoarder != null) hoarder.start();
    mapClients.forEach(MapClient::start);
    watchers.forEach(WatchProbe::start);
    if (cluster.swarm().order().asked().leases()) leases.start();
    if (auth != null) auth.start();
    plan.accept(cluster);
    runUntil(cluster.swarm().faults().stormNanos());
    nemesis.stop();
    expiry.stop();
    staleness.stop();
    status.stop();
    backup.stop();
    if (leases != null) leases.stop();
    if (auth != null) auth.stop();
    watchers.forEach(WatchProbe::stop);
    cluster.calm();
  }

  private void calm() {
    long began = world.now();
    runUntil(began + 3 * Scheduler.SECOND);
    clients.forEach(Client::stop);
    mapClients.forEach(MapClient::stop);
    if (hoarder != null) hoarder.tidy();
    String unsettled = "not looked at";
    while (unsettled != null) {
      runUntil(world.now() + 100 * Scheduler.MILLI);
      unsettled = unsettled();
      SafetyChecker.check(
          world.now() - began < CALM_NANOS_MAX,
          "in the calm everything comes to rest: " + unsettled);
    }
    LastWord last = new LastWord(cluster.caller());
    List<Member> members = cluster.currentMembers();
    // One after the other: those who let little wait may be busy with five.
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      world.after(i * 100 * Scheduler.MILLI, () -> last.request(member));
    }
    runUntil(world.now() + 2 * ExpiryProbe.TTL_MILLIS_MAX * Scheduler.MILLI);
    members.forEach(last::check);
    for (Member member : cluster.members())
      SafetyChecker.check(
          cluster.unsettled() != null
              || member.replica().kv().nextDeadlineMillis() == Long.MAX_VALUE
              || !cluster.leader().replica().raft().membership().contains(member.id),
          "expiry is late by a bound");
    if (cluster.unsettled() == null) {
      String late = unsettledWatcher();
      SafetyChecker.check(late == null, "at rest every watcher is told of all: " + late);
    }
  }

  /// What is not at rest yet; null when all is.
  private String unsettled() {
    boolean idle =
        clients.stream().allMatch(Client::isIdle)
            && mapClients.stream().allMatch(MapClient::isIdle);
    if (hoarder != null && !hoarder.isDone()) return "not all is deleted";
    if (!idle) return "clients wait";
    String ofCluster = cluster.unsettled();
    return ofCluster != null ? ofCluster : unsettledWatcher();
  }

  private String unsettledWatcher() {
    String ofUsers = auth == null ? null : auth.unsettled();
    if (ofUsers != null) return ofUsers;
    return watchers.stream()
        .map(WatchProbe::unsettled)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private void runUntil(long time) {
    boolean[] reached = {false};
    world.at(time, () -> reached[0] = true);
    while (!reached[0] && world.step())
      SafetyChecker.check(
          world.happened() < EVENTS_MAX, "a run ends within " + EVENTS_MAX + " events");
  }

  private void judge() {
    if (cluster.unsettled() == null) cluster.checkData();
    watchers.forEach(each -> cluster.trace(each.toString()));
    if (auth != null) cluster.trace(auth.toString());
    Verdict verdict = new Checker().check(history.history());
    SafetyChecker.check(
        verdict instanceof Verdict.Linearizable, "histories are linearizable: " + verdict);
    mapClients.forEach(MapClient::settle);
    MapVerdict whole =
        new MapChecker(MapChecker.Limits.USUAL, MapChecker.Others.ELSEWHERE)
            .check(mapHistory.history());
    cluster.trace(
        "the whole map: " + mapHistory.history().calls().size() + " operations, " + whole);
    SafetyChecker.check(
        whole instanceof MapVerdict.Explained,
        "the history of the whole map is explained: " + whole);
  }
}
