package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Partial partitions of five members. Where a member can talk to enough others to make a quorum, a
/// leader must come to be, and stay. (Cloudflare's outage of 2020 was a partial partition.)
class PartialPartitionsTest {
  private static final List<Integer> IDS = List.of(1, 2, 3, 4, 5);

  private static RaftCluster ledByFirst(SplittableRandom random) {
    RaftCluster cluster = new RaftCluster(IDS, config -> config, _ -> random.split());
    cluster.start();
    cluster.runToLeader(200);
    if (cluster.leader() != 1) cluster.transfer(cluster.leader(), 1);
    cluster.run(10);
    assertThat(cluster.leader()).isEqualTo(1);
    return cluster;
  }

  private static boolean isTwoWay(RaftCluster cluster, int a, int b) {
    return !cluster.cut.contains(RaftCluster.link(a, b))
        && !cluster.cut.contains(RaftCluster.link(b, a));
  }

  /// A leader that has its quorum, or none.
  private static int workingLeader(RaftCluster cluster) {
    int leader = cluster.leader();
    return leader != Membership.NONE && cluster.node(leader).isEstablished()
        ? leader
        : Membership.NONE;
  }

  private static void aLeaderComesAndStays(RaftCluster cluster) {
    cluster.run(100);
    int leader = workingLeader(cluster);
    assertThat(leader).as("leader with %s", cluster.cut).isNotEqualTo(Membership.NONE);
    long term = cluster.node(leader).term();
    cluster.run(60);
    assertThat(cluster.leader()).as("leader later with %s", cluster.cut).isEqualTo(leader);
    assertThat(cluster.node(leader).term()).as("its term with %s", cluster.cut).isEqualTo(term);
    long before = cluster.node(leader).commit();
    cluster.propose(leader, "x");
    cluster.run(10);
    assertThat(cluster.node(leader).commit()).isEqualTo(before + 1);
  }

  /// Each of the 1024 ways in which five members can be linked or not.
  @Test
  void wheneverSomebodyReachesAQuorumThereIsALeader() {
    for (int links = 0; links < 1 << 10; links++) {
      SplittableRandom random = new SplittableRandom(links);
      RaftCluster cluster = ledByFirst(random);
      int[] degree = new int[6];
      int bit = 0;
      for (int a = 1; a <= 5; a++)
        for (int b = a + 1; b <= 5; b++) {
          if ((links >> bit++ & 1) == 1) {
            degree[a]++;
            degree[b]++;
          } else cluster.cutBoth(a, b);
        }
      boolean possible = false;
      for (int id : IDS) possible |= degree[id] >= 2;
      if (possible) aLeaderComesAndStays(cluster);
      else {
        cluster.run(100);
        assertThat(workingLeader(cluster)).as("nobody can lead").isEqualTo(Membership.NONE);
      }
      if (links % 8 > 0) continue;
      cluster.heal();
      cluster.run(100);
      assertThat(cluster.node(3).leader()).isEqualTo(cluster.leader()).isNotEqualTo(-1);
    }
  }

  /// Links cut one way at random; where three members have whole links between them, these make a
  /// quorum that can talk.
  @Test
  void oneWayLinksDoNotKeepAQuorumFromALeader() {
    int[] tried = {0};
    Seeds.each(
        400,
        random -> {
          RaftCluster cluster = ledByFirst(random);
          for (int a : IDS)
            for (int b : IDS)
              if (a != b && random.nextInt(10) < 3) cluster.cut.add(RaftCluster.link(a, b));
          if (!hasWholeTriple(cluster)) return;
          tried[0]++;
          aLeaderComesAndStays(cluster);
        });
    assertThat(tried[0]).as("schedules with a quorum that can talk").isGreaterThan(100);
  }

  private static boolean hasWholeTriple(RaftCluster cluster) {
    List<List<Integer>> triples = new ArrayList<>();
    for (int a : IDS)
      for (int b : IDS)
        for (int c : IDS)
          if (a < b
              && b < c
              && isTwoWay(cluster, a, b)
              && isTwoWay(cluster, b, c)
              && isTwoWay(cluster, a, c)) triples.add(List.of(a, b, c));
    return !triples.isEmpty();
  }
}
