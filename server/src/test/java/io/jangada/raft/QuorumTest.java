package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// [Quorum] against a twin that tries every set of members.
class QuorumTest {
  private static final int IDS = 7;

  private static Membership membership(SplittableRandom random) {
    List<Integer> voters = some(random);
    List<Integer> outgoing = random.nextBoolean() ? List.of() : some(random);
    return new Membership(voters, outgoing, List.of(), List.of());
  }

  private static List<Integer> some(SplittableRandom random) {
    List<Integer> members = new ArrayList<>();
    while (members.isEmpty())
      for (int id = 0; id < IDS; id++) if (random.nextInt(3) > 0) members.add(id);
    return members;
  }

  private static boolean in(int set, int member) {
    return (set >> member & 1) == 1;
  }

  @Test
  void reachedIsTheBestThatSomeQuorumHasWhole() {
    Seeds.each(
        3000,
        random -> {
          Membership membership = membership(random);
          long[] values = random.longs(IDS, 0, 6).toArray();
          long best = Long.MIN_VALUE;
          for (int set = 0; set < 1 << IDS; set++) {
            int chosen = set;
            if (!Quorums.isQuorum(membership, m -> in(chosen, m))) continue;
            long least = Long.MAX_VALUE;
            for (int m = 0; m < IDS; m++)
              if (in(set, m) && membership.isVoter(m)) least = Math.min(least, values[m]);
            best = Math.max(best, least);
          }
          assertThat(Quorum.reached(membership, m -> values[m]))
              .as("%s %s", membership, Arrays.toString(values))
              .isEqualTo(best);
        });
  }

  @Test
  void aQuorumIsAMajorityOfEachGroup() {
    Seeds.each(
        200,
        random -> {
          Membership membership = membership(random);
          for (int set = 0; set < 1 << IDS; set++) {
            int chosen = set;
            assertThat(Quorum.isQuorum(membership, m -> in(chosen, m)))
                .as("%s %s", membership, Integer.toBinaryString(set))
                .isEqualTo(Quorums.isQuorum(membership, m -> in(chosen, m)));
          }
        });
  }

  @Test
  void anElectionIsLostOnceNoAnswerOfTheOthersCouldWinIt() {
    Seeds.each(
        3000,
        random -> {
          Membership membership = membership(random);
          int yes = random.nextInt(1 << IDS);
          int no = random.nextInt(1 << IDS) & ~yes;
          boolean winnable = false;
          for (int more = 0; more < 1 << IDS; more++) {
            int granted = yes | more & ~no;
            winnable |= Quorums.isQuorum(membership, m -> in(granted, m));
          }
          Quorum.Outcome expected =
              Quorums.isQuorum(membership, m -> in(yes, m))
                  ? Quorum.Outcome.WON
                  : winnable ? Quorum.Outcome.PENDING : Quorum.Outcome.LOST;
          assertThat(Quorum.vote(membership, m -> in(yes, m), m -> in(no, m))).isEqualTo(expected);
        });
  }

  @Test
  void anyTwoQuorumsOfNeighbouringMembershipsMeet() {
    Seeds.each(
        300,
        random -> {
          Membership old = Membership.of(some(random));
          Membership joint = old.jointTo(Membership.of(some(random)));
          for (Membership next : List.of(old, joint, joint.settled()))
            for (int a = 0; a < 1 << IDS; a++) {
              int first = a;
              if (!Quorum.isQuorum(joint, m -> in(first, m))) continue;
              int rest = ~a;
              assertThat(Quorum.isQuorum(next, m -> in(rest, m)))
                  .as("%s and %s, set %s", joint, next, Integer.toBinaryString(a))
                  .isFalse();
            }
        });
  }
}
