package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.Membership;
import io.jangada.server.Plan.Completion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Wishes about the membership, and what they come to.
class PlannerTest {
  private static final Address NEW = new Address("other", 9059, 9009);

  private final Addresses addresses =
      new Addresses(
          new ServerConfig(
              Path.of("config.json"),
              List.of(entry(0), entry(1), entry(2), entry(3)),
              new Settings(Map.of())));

  private static ServerConfig.Entry entry(int id) {
    return new ServerConfig.Entry(id, "host", new ServerConfig.Ports(9000 + id, 9050 + id));
  }

  private static Address place(int id) {
    return new Address("host", 9050 + id, 9000 + id);
  }

  private Planner planner(Membership now, Integer... alive) {
    addresses.inForce(now);
    return new Planner(now, Set.of(alive), addresses);
  }

  private static Membership of(
      List<Integer> voters, List<Integer> learners, List<Integer> joining) {
    return new Membership(voters, List.of(), learners, joining);
  }

  private static Membership target(Plan plan) {
    assertThat(plan).isInstanceOf(Plan.Change.class);
    return ((Plan.Change) plan).target();
  }

  private static String refusal(Plan plan) {
    assertThat(plan).isInstanceOf(Plan.Refusal.class);
    return ((Plan.Refusal) plan).why();
  }

  @Test
  void aNewServerJoinsAsALearnerAndBringsItsAddress() {
    Membership target = target(planner(Membership.of(0, 1, 2), 0, 1, 2).add(9, NEW));
    assertThat(target.voters()).containsExactly(0, 1, 2);
    assertThat(target.learners()).containsExactly(9);
    assertThat(target.joining()).containsExactly(9);
    assertThat(target.addresses()).isEqualTo(new TreeMap<>(Map.of(9, "other:9059:9009")));
    assertThat(target(planner(Membership.of(0, 1), 0, 1).addLearner(9, NEW)).joining()).isEmpty();
  }

  @Test
  void aServerIsAddedOnce() {
    Planner planner = planner(Membership.of(0, 1, 2), 0, 1, 2);
    assertThat(planner.add(1, place(1)))
        .isInstanceOfSatisfying(
            Plan.Nothing.class,
            plan -> assertThat(plan.completion()).isEqualTo(Completion.COMPLETE));
    assertThat(refusal(planner.add(1, NEW))).contains("server 1", "host:9051:9001", "remove");
  }

  @Test
  void noTwoServersAreAtOnePlaceAndNoneContradictsTheConfiguration() {
    Planner planner = planner(Membership.of(0, 1, 2), 0, 1, 2);
    assertThat(refusal(planner.add(9, new Address("host", 9051, 1))))
        .contains("server 1", "host:9051:9001");
    assertThat(refusal(planner.add(3, NEW)))
        .contains("server 3", "host:9053:9003", "other:9059:9009");
    assertThat(planner.add(3, place(3))).isInstanceOf(Plan.Change.class);
  }

  @Test
  void aLearnerThatAnswersIsPromoted() {
    Membership now = of(List.of(0, 1), List.of(2, 3), List.of(3));
    assertThat(target(planner(now, 0, 1, 2).promote(2)).joining()).containsExactly(2, 3);
    assertThat(refusal(planner(now, 0, 1).promote(2))).contains("server 2", "host:9052:9002");
    assertThat(planner(now, 0, 1).promote(3)).isInstanceOf(Plan.Nothing.class);
    assertThat(planner(now, 0, 1).promote(1)).isInstanceOf(Plan.Nothing.class);
    assertThat(refusal(planner(now, 0, 1).promote(7))).contains("server 7", "0, 1, 2, 3");
  }

  @Test
  void aServerIsRemovedWhenThoseThatStayCanGoOn() {
    Membership three = Membership.of(0, 1, 2);
    assertThat(target(planner(three, 0, 1, 2).remove(2)).voters()).containsExactly(0, 1);
    assertThat(target(planner(three, 0, 1).remove(2)).voters()).containsExactly(0, 1);
    assertThat(refusal(planner(three, 0, 1).remove(1)))
        .contains("server 1", "0, 2", "majority is 2");
    assertThat(refusal(planner(three, 0).remove(7))).contains("server 7", "0, 1, 2");
  }

  @Test
  void theLastVoterStays() {
    Membership one = of(List.of(0), List.of(1), List.of());
    assertThat(refusal(planner(one, 0, 1).remove(0))).contains("last voter");
    Membership rest = target(planner(one, 0).remove(1));
    assertThat(rest.learners()).isEmpty();
  }

  @Test
  void aServerIsReplacedStepByStep() {
    Membership three = Membership.of(0, 1, 2);
    Plan.Change first = (Plan.Change) planner(three, 0, 1).replace(2, 9, NEW);
    assertThat(first.completion()).isEqualTo(Completion.PARTIAL);
    assertThat(first.target().joining()).containsExactly(9);
    assertThat(first.target().voters()).containsExactly(0, 1, 2);

    assertThat(planner(first.target(), 0, 1, 9).replace(2, 9, NEW))
        .isInstanceOfSatisfying(
            Plan.Nothing.class,
            plan -> assertThat(plan.completion()).isEqualTo(Completion.PARTIAL));

    Plan.Change last = (Plan.Change) planner(Membership.of(0, 1, 2, 9), 0, 1, 9).replace(2, 9, NEW);
    assertThat(last.completion()).isEqualTo(Completion.COMPLETE);
    assertThat(last.target().voters()).containsExactly(0, 1, 9);

    assertThat(planner(Membership.of(0, 1, 9), 0, 1, 9).replace(2, 9, NEW))
        .isInstanceOfSatisfying(
            Plan.Nothing.class,
            plan -> assertThat(plan.completion()).isEqualTo(Completion.COMPLETE));
  }

  @Test
  void nothingIsChangedInTheMiddleOfAChange() {
    Membership joint = Membership.of(0, 1, 2).jointTo(Membership.of(0, 1));
    Planner planner = planner(joint, 0, 1, 2);
    assertThat(refusal(planner.add(9, NEW))).contains("under way");
    assertThat(refusal(planner.remove(1))).contains("under way");
    assertThat(planner.replace(2, 9, NEW)).isInstanceOf(Plan.Nothing.class);
  }
}
