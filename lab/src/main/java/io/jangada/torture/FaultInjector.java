package io.jangada.torture;

import io.jangada.harness.AdminClient;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Does things to the servers, drawn by dice; never more than a cluster has to survive: what is on
/// the disks of a majority stays, so no server is wiped or replaced while another has not caught
/// up.
final class FaultInjector {
  private static final int CONNECT_MILLIS_MAX = 500;
  private static final int ADMIN_MILLIS_MAX = 5_000;
  private static final long WHOLE_MILLIS_MAX = 90_000;
  private static final long END_MILLIS_MAX = 10_000;
  private static final long CHANGE_MILLIS_MAX = 90_000;
  private static final long LEADER_MILLIS_MAX = 3_000;
  private static final int HOLD_MILLIS_MAX = 2_500;
  private static final int BREATH_MILLIS_MAX = 1_500;

  private final ProcessCluster cluster;
  private final ProgressLine progressLine;
  private final RunLog runLog;
  private final Random dice;
  private final AdminClient admin;
  private final SortedSet<Integer> killed = new TreeSet<>();
  private final Changes changes;
  private final int initialCount;
  private int nextId;

  FaultInjector(ProcessCluster cluster, ProgressLine progressLine, RunLog runLog, Random dice) {
    this.cluster = cluster;
    this.progressLine = progressLine;
    this.runLog = runLog;
    this.dice = dice;
    this.admin = new AdminClient(cluster, ADMIN_MILLIS_MAX);
    this.changes = new Changes(cluster, admin, runLog);
    this.initialCount = cluster.ids().size();
    this.nextId = cluster.ids().last() + 1;
  }

  /// One or two faults, a while of that, and all is mended.
  void round() throws IOException, InterruptedException, TimeoutException {
    int faults = dice.nextInt(3) == 0 ? 2 : 1;
    for (int i = 0; i < faults && !progressLine.isTroubled(); i++) {
      commit(Fault.draw(dice), Manner.MIXED);
      Waiting.pause(dice.nextInt(HOLD_MILLIS_MAX));
    }
    checkNoneExited();
    mend();
    if (dice.nextInt(2) == 0) awaitWhole();
    Waiting.pause(dice.nextInt(BREATH_MILLIS_MAX));
    checkNoneExited();
  }

  /// Whether a change of the membership may meet another fault.
  enum Manner {
    ALONE,
    MIXED
  }

  /// Does one thing. Servers may be down or stopped afterwards.
  void commit(Fault fault, Manner manner)
      throws IOException, InterruptedException, TimeoutException {
    switch (fault) {
      case KILL_ONE -> kill(fault, one());
      case KILL_LEADER -> kill(fault, leader());
      case KILL_SEVERAL -> kill(fault, several());
      case KILL_ALL -> kill(fault, cluster.awake());
      case PAUSE_ONE -> pause(fault, one());
      case PAUSE_LEADER -> pause(fault, leader());
      case TERMINATE -> terminate(fault);
      case WIPE -> wipe();
      case DAMAGE -> damage();
      case REPLACE, RESIZE -> change(fault, manner);
      case TRANSFER -> order(fault, "transfer");
      case SNAPSHOT -> snapshot();
    }
  }

  private void note(Fault fault, String what) {
    runLog.write(what);
    progressLine.fault(fault.kind(), what);
  }

  // ---- whom ----

  private SortedSet<Integer> one() {
    return some(1);
  }

  private SortedSet<Integer> several() {
    return some(2 + dice.nextInt(cluster.ids().size()));
  }

  private SortedSet<Integer> some(int count) {
    List<Integer> awake = new ArrayList<>(cluster.awake());
    Collections.shuffle(awake, dice);
    return new TreeSet<>(awake.subList(0, Math.min(count, awake.size())));
  }

  /// The leader, or any server if none names it soon.
  private SortedSet<Integer> leader() throws InterruptedException {
    try {
      int leader = Waiting.need("leader", LEADER_MILLIS_MAX, admin::leader).id();
      return new TreeSet<>(List.of(leader));
    } catch (TimeoutException e) {
      return one();
    }
  }

  // ---- processes ----

  private void kill(Fault fault, SortedSet<Integer> whom) throws InterruptedException {
    if (whom.isEmpty()) return;
    note(fault, "kill -9 of " + whom);
    killed.addAll(whom);
    cluster.kill(whom);
  }

  private void pause(Fault fault, SortedSet<Integer> whom)
      throws IOException, InterruptedException {
    if (whom.isEmpty()) return;
    note(fault, "stop of " + whom);
    for (int server : whom) cluster.pause(server);
  }

  private void terminate(Fault fault) throws InterruptedException, TimeoutException {
    for (int server : one()) {
      note(fault, "SIGTERM for " + server);
      killed.add(server);
      boolean listens = listens(server);
      long began = System.nanoTime();
      int code = cluster.terminate(server, END_MILLIS_MAX);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      runLog.write("server " + server + " ended with " + code + " after " + millis + " ms");
      // A process that is only about to become a server ends as any other does.
      if (code != 0 && listens)
        progressLine.trouble("server " + server + " ended with " + code + " after SIGTERM");
    }
  }

  private boolean listens(int server) {
    try (Socket socket = new Socket()) {
      socket.connect(cluster.clientAddress(server), CONNECT_MILLIS_MAX);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Starts what was killed, lets go on what was stopped.
  void mend() throws IOException, InterruptedException {
    if (cluster.awake().equals(cluster.ids())) return;
    for (int server : cluster.ids()) {
      if (!cluster.isUp(server)) cluster.start(server);
      else if (!cluster.awake().contains(server)) cluster.resume(server);
    }
    killed.clear();
    runLog.write("all run");
  }

  private void checkNoneExited() {
    SortedSet<Integer> fallen = cluster.ids();
    fallen.removeAll(cluster.up());
    fallen.removeAll(killed);
    for (int server : fallen)
      progressLine.trouble(
          "server " + server + " ended by itself; " + cluster.output(server) + " says why");
  }

  void awaitWhole() throws InterruptedException, TimeoutException {
    long began = System.nanoTime();
    AdminClient.MemberStatus leader = admin.awaitWhole(WHOLE_MILLIS_MAX);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    runLog.write(
        "all follow " + leader.id() + " in term " + leader.role().term() + ", " + millis + " ms");
  }

  // ---- disks and members ----

  private void wipe() throws IOException, InterruptedException, TimeoutException {
    mend();
    awaitWhole();
    for (int server : one()) {
      note(Fault.WIPE, "all that " + server + " has is gone");
      cluster.kill(server);
      cluster.wipe(server);
      cluster.start(server);
    }
    awaitWhole();
  }

  /// A flipped bit in the log of one that is down. It is among entries that all have had for long:
  /// one at the end may be what the log of a killed server ends in anyway.
  private void damage() throws IOException, InterruptedException, TimeoutException {
    mend();
    awaitWhole();
    for (int server : one()) {
      cluster.kill(server);
      Optional<String> where =
          Corruption.flipBit(cluster.dataDirectory(server).resolve("log"), dice);
      note(Fault.DAMAGE, "a flipped bit at " + server + ": " + where.orElse("nowhere"));
      cluster.start(server);
    }
    awaitWhole();
  }

  /// A member more, a member less, or another in its place; with dice, while a server is down.
  private void change(Fault fault, Manner manner)
      throws IOException, InterruptedException, TimeoutException {
    mend();
    awaitWhole();
    Change change = draw(fault);
    note(fault, change.toString());
    if (change.joins()) {
      changes.prepare(change);
      cluster.start(change.next());
    }
    changes.order(change, CHANGE_MILLIS_MAX);
    if (manner == Manner.MIXED && dice.nextInt(2) == 0) {
      commit(dice.nextBoolean() ? Fault.KILL_LEADER : Fault.PAUSE_LEADER, manner);
      Waiting.pause(dice.nextInt(HOLD_MILLIS_MAX));
      mend();
    }
    changes.awaitDone(change, CHANGE_MILLIS_MAX);
    if (change.leaves()) {
      cluster.discard(change.old());
      runLog.write("server " + change.old() + " is gone");
    }
    awaitWhole();
  }

  private Change draw(Fault fault) {
    if (fault == Fault.REPLACE) return new Change(one().first(), nextId++);
    return cluster.ids().size() > initialCount
        ? new Change(one().first(), Change.NONE)
        : new Change(Change.NONE, nextId++);
  }

  private void snapshot() throws InterruptedException {
    for (int server : one()) {
      note(Fault.SNAPSHOT, "a snapshot at " + server);
      try {
        runLog.write("snapshot: " + admin.json(server, "snapshot").canonical().toUtf8());
      } catch (IOException e) {
        runLog.write("snapshot: " + e.getMessage());
      }
    }
  }

  private void order(Fault fault, String line) {
    note(fault, line);
    try {
      runLog.write(line + ": " + admin.ofLeader(line).canonical().toUtf8());
    } catch (IOException e) {
      runLog.write(line + ": " + e.getMessage());
    }
  }
}
