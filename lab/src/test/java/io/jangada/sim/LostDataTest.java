package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.RaftEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Members that lose their data, one story after another, each in several worlds.
class LostDataTest {
  private static final int WORLDS = 6;

  /// Runs the story in all worlds. Returns all lines of all of them.
  private static List<String> run(UnaryOperator<SwarmConfig> swarm, Consumer<Cluster> faults) {
    List<String> lines = new ArrayList<>();
    for (long seed = 1; seed <= WORLDS; seed++) {
      var report = Simulation.run(seed, swarm, new Simulation.Plan(faults, lines::add));
      assertThat(report.isGood()).as(report.toString()).isTrue();
    }
    return lines;
  }

  private static long count(List<String> lines, String part) {
    return lines.stream().filter(line -> line.contains(part)).count();
  }

  private static Member follower(Cluster cluster) {
    for (Member member : cluster.members()) if (member != cluster.leader()) return member;
    throw new IllegalStateException("nobody follows");
  }

  private static void wipe(Cluster cluster, Member member) {
    if (member.isUp()) member.kill(Member.Death.POWER, "dies");
    cluster.trace(member.id, "is wiped");
    member.wipe();
  }

  private static void at(Cluster cluster, long millis, Runnable what) {
    cluster.world().at(millis * Scheduler.MILLI, what);
  }

  @Test
  @DisplayName("A member is wiped twice, also while it catches up, and the leader killed meanwhile")
  void twice() {
    List<String> lines =
        run(
            swarm -> swarm.bootstrapping(3).snapshotting(),
            cluster -> {
              int[] wiped = {0, 0};
              at(
                  cluster,
                  1_500,
                  () -> {
                    Member victim = follower(cluster);
                    wiped[0] = victim.id;
                    wipe(cluster, victim);
                  });
              cluster.watch(
                  (event, _) -> {
                    if (!(event instanceof RaftEvent.Readmitting) || ++wiped[1] > 1) return;
                    cluster
                        .world()
                        .after(
                            3 * Scheduler.MILLI,
                            () -> {
                              wipe(cluster, cluster.member(wiped[0]));
                              if (cluster.leader() != null)
                                cluster.leader().kill(Member.Death.PROCESS, "is killed");
                            });
                  });
            });
    assertThat(count(lines, "is wiped")).isEqualTo(2 * WORLDS);
    assertThat(count(lines, "is killed")).isGreaterThanOrEqualTo(WORLDS / 2);
    assertThat(count(lines, "Readmitting")).isGreaterThanOrEqualTo(2 * WORLDS);
  }

  @Test
  @DisplayName("Two of five are wiped at once, one of them the leader")
  void two() {
    List<String> lines =
        run(
            swarm -> swarm.bootstrapping(5),
            cluster ->
                at(
                    cluster,
                    2_000,
                    () -> {
                      wipe(cluster, follower(cluster));
                      if (cluster.leader() != null) wipe(cluster, cluster.leader());
                    }));
    assertThat(count(lines, "is wiped")).isGreaterThan(WORLDS);
    assertThat(count(lines, "Readmitting")).isGreaterThanOrEqualTo(count(lines, "is wiped"));
  }

  @Test
  @DisplayName("Whoever takes part first is wiped before the others do: all found the cluster anew")
  void founding() {
    List<String> lines =
        run(
            swarm -> swarm.bootstrapping(3),
            cluster -> {
              boolean[] wiped = {false};
              cluster.watch(
                  (event, member) -> {
                    if (!(event instanceof RaftEvent.Readmitted) || wiped[0]) return;
                    wiped[0] = true;
                    cluster.world().after(0, () -> wipe(cluster, cluster.member(member)));
                  });
            });
    assertThat(count(lines, "is wiped")).isEqualTo(WORLDS);
    assertThat(count(lines, "Readmitted")).isGreaterThanOrEqualTo(4 * WORLDS);
  }

  @Test
  @DisplayName("A bit flips in a follower's log: it is taken in anew with what is left")
  void log() {
    List<String> lines =
        run(
            swarm -> swarm.bootstrapping(3),
            cluster ->
                at(
                    cluster,
                    2_000,
                    () -> {
                      Member victim = follower(cluster);
                      victim.kill(Member.Death.PROCESS, "dies");
                      victim.rot("log", new SplittableRandom(victim.id));
                    }));
    assertThat(count(lines, "DataLost[what=the log is damaged")).isGreaterThan(WORLDS / 2);
    assertThat(count(lines, "Readmitting")).isGreaterThan(WORLDS / 2);
  }

  @Test
  @DisplayName("The last file of a follower's log goes away: it is taken in anew with what is left")
  void lastSegment() {
    List<String> lines =
        run(
            odds -> odds.bootstrapping(3),
            cluster ->
                at(
                    cluster,
                    2_000,
                    () -> {
                      Member victim = follower(cluster);
                      victim.kill(Member.Death.POWER, "dies");
                      cluster.trace(victim.id, "has lost " + victim.loseLastSegment());
                    }));
    assertThat(count(lines, "has lost log/")).isEqualTo(WORLDS);
    assertThat(count(lines, "DataLost[what=the log is damaged")).isEqualTo(WORLDS);
    assertThat(count(lines, "the file is missing")).isGreaterThan(WORLDS / 2);
    assertThat(count(lines, "Readmitting")).isGreaterThanOrEqualTo(WORLDS);
  }

  @Test
  @DisplayName("A snapshot rots that a wiped member is to be sent: it gets another one")
  void snapshot() {
    List<String> lines =
        run(
            swarm -> swarm.bootstrapping(3).snapshotting(),
            cluster -> {
              at(cluster, 2_000, () -> wipe(cluster, follower(cluster)));
              cluster.watch(
                  (event, member) -> {
                    if (event instanceof RaftEvent.InstallStarted)
                      cluster.member(member).rot("snapshot", new SplittableRandom(member));
                  });
            });
    assertThat(count(lines, "SnapshotLost")).isGreaterThanOrEqualTo(WORLDS / 2);
    assertThat(count(lines, "installed=true")).isGreaterThanOrEqualTo(WORLDS);
  }
}
