package io.jangada.torture;

import io.jangada.harness.AdminClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Real servers, and clients that ask and remember, while servers are killed, stopped, wiped and
/// replaced; and what all that came to. The seed decides about the dice, not about the time.
public final class Torture {
  /// @param millis how long the storm is to be
  /// @param told also gets the lines of the run's log; null for none
  public record Settings(long millis, long seed, Servers servers, int clients, PrintWriter told) {}

  /// @param reads what the servers are to promise of a read, as `config.json` has it; something
  ///   linearizable
  public record Servers(int count, String reads, ServerProgram program) {}

  /// @param summary one line
  /// @param troubles a sentence for each thing that must not be
  public record Result(boolean good, String summary, List<String> troubles) {}

  private static final long EPOCH_MILLIS = 4_000;
  private static final long WATCH_MILLIS = 150;
  private static final int WATCH_REPLY_MILLIS_MAX = 1_000;
  private static final long FIRST_MILLIS_MAX = 60_000;
  private static final long VERDICT_MILLIS_MAX = 300_000;

  private final Settings settings;
  private final ProcessCluster cluster;
  private final ProgressLine progressLine = new ProgressLine();
  private final HistoryRecorder chronicle;
  private final RunLog runLog;
  private volatile boolean over;

  private Torture(Settings settings, Path folder, ProcessCluster cluster) throws IOException {
    this.settings = settings;
    this.cluster = cluster;
    this.chronicle = new HistoryRecorder(folder, progressLine);
    this.runLog = new RunLog(folder, settings.told);
  }

  /// Small files, so that a run of minutes sees many snapshots and many segments end.
  private static ClusterPlan plan(Settings settings) {
    return ClusterPlan.of(settings.servers.count)
        .with("Reads", "\"" + settings.servers.reads + "\"")
        .with("SnapshotBytes", "131072")
        .with("SegmentBytes", "65536")
        .with("LogRetainedBytes", "32768");
  }

  /// What is done to the servers, until it is enough.
  @FunctionalInterface
  interface Storm {
    void rage(FaultInjector nemesis, ProgressLine progressLine)
        throws IOException, InterruptedException, TimeoutException;
  }

  /// Runs it.
  ///
  /// @param folder for the servers' data and all that is said, empty
  public static Result run(Settings settings, Path folder)
      throws IOException, InterruptedException {
    return run(settings, folder, (nemesis, progressLine) -> dice(settings, nemesis, progressLine));
  }

  private static void dice(Settings settings, FaultInjector nemesis, ProgressLine progressLine)
      throws IOException, InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.millis);
    while (System.nanoTime() - deadline < 0 && !progressLine.isTroubled()) nemesis.round();
  }

  /// Runs another storm than that of the dice.
  static Result run(Settings settings, Path folder, Storm storm)
      throws IOException, InterruptedException {
    try (ProcessCluster cluster =
        ProcessCluster.make(folder, plan(settings), settings.servers.program)) {
      return new Torture(settings, folder, cluster).run(storm);
    }
  }

  private Result run(Storm storm) throws IOException, InterruptedException {
    SplittableRandom dice = new SplittableRandom(settings.seed);
    Ledger ledger = new Ledger(cluster, progressLine);
    Clients crowd = new Clients(cluster, chronicle, progressLine);
    FaultInjector nemesis =
        new FaultInjector(cluster, progressLine, runLog, new Random(dice.nextLong()));
    try (runLog) {
      cluster.startAll();
      new AdminClient(cluster, WATCH_REPLY_MILLIS_MAX).awaitWhole(FIRST_MILLIS_MAX);
      progressLine.begin();
      Thread watch = Thread.ofPlatform().daemon().name("watch").start(this::watch);
      ledger.start();
      crowd.start(cluster, settings.clients, dice.split());
      storm.rage(nemesis, progressLine);
      nemesis.mend();
      nemesis.awaitWhole();
      crowd.end();
      ledger.end();
      over = true;
      watch.join();
      runLog.write(ledger.audit() + " entries of the ledger are there");
      checkAlike();
    } catch (TimeoutException e) {
      progressLine.trouble(e.getMessage());
    } finally {
      over = true;
    }
    chronicle.end(VERDICT_MILLIS_MAX);
    return result();
  }

  /// Who leads in which term; and the time for the next epoch.
  private void watch() {
    AdminClient admin = new AdminClient(cluster, WATCH_REPLY_MILLIS_MAX);
    long rotated = System.nanoTime();
    try {
      while (!over) {
        for (AdminClient.MemberStatus status : admin.statuses().values())
          if (status.leads()) progressLine.leads(status.role().term(), status.id());
        if (System.nanoTime() - rotated > TimeUnit.MILLISECONDS.toNanos(EPOCH_MILLIS)) {
          chronicle.rotate();
          rotated = System.nanoTime();
        }
        Waiting.pause(WATCH_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Members come to have applied the same, and then have the same number of keys.
  private void checkAlike() throws InterruptedException {
    AdminClient admin = new AdminClient(cluster, WATCH_REPLY_MILLIS_MAX);
    boolean alike =
        Waiting.until(
            FIRST_MILLIS_MAX,
            () -> {
              SortedMap<Integer, AdminClient.MemberStatus> statuses = admin.statuses();
              return statuses.keySet().equals(cluster.ids())
                  && statuses.values().stream().map(Torture::state).distinct().count() == 1;
            });
    if (!alike) progressLine.trouble("at rest, members differ: " + admin.statuses().values());
  }

  private static List<Long> state(AdminClient.MemberStatus status) {
    return List.of(status.progress().applied(), status.progress().keys());
  }

  private Result result() {
    boolean good = !progressLine.isTroubled();
    String verdict = good ? "good: " + chronicle.good() + " epochs, all linearizable; " : "BAD: ";
    String summary =
        verdict
            + progressLine.figures()
            + "; "
            + settings.servers.count
            + " servers, "
            + settings.clients
            + " clients, reads "
            + settings.servers.reads
            + ", seed "
            + settings.seed;
    return new Result(good, summary, progressLine.troubles());
  }
}
