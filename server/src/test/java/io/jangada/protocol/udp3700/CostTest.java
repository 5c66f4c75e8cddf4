package io.jangada.protocol.udp3700;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.RaftConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What requests cost in datagrams between five replicas, in a medium that takes no time: half are
/// puts, and they come evenly, as the simulator's.
class CostTest {
  /// What Raft sends that puts everything through its log: an AppendEntries to each follower, and
  /// its reply.
  private static final double PLAIN = 8;

  private static final int SECONDS = 30;
  private static final int LIGHT = 17;
  private static final int HEAVY = 200;

  private Setup setup;
  private double loss;

  /// Of the last run: the puts among its requests, and the ticks of 10 ms that half of them took at
  /// most.
  private int puts;

  private long medianTicks;

  @BeforeEach
  void usually() {
    setup = Setup.USUAL;
    loss = 0;
  }

  /// Datagrams for each request, where all are answered.
  private double cost(int perSecond) {
    Table table = new Table(setup, "0000", "0001", "0002", "0003", "0004");
    table.millis(3_000);
    Random random = new Random(5);
    table.lose(one -> !one.isReply() && random.nextDouble() < loss);
    table.sent.clear();
    int requests = SECONDS * perSecond;
    int asked = 0;
    SortedMap<String, Long> open = new TreeMap<>();
    List<Long> ticks = new ArrayList<>();
    int looked = 0;
    for (int millis = 10; millis <= SECONDS * 1_000; millis += 10) {
      for (; asked < (long) millis * perSecond / 1_000; asked++) {
        String to = table.leader();
        boolean put = random.nextBoolean();
        if (put) open.put("m" + asked, millis / 10L);
        table.give(put ? Table.put(to, "m" + asked, "k", "v") : Table.get(to, "m" + asked, "k"));
        table.settle();
      }
      for (; looked < table.sent.size(); looked++) {
        Long asking = open.remove(table.sent.get(looked).text("MID"));
        if (asking != null) ticks.add(millis / 10L - asking);
      }
      table.millis(10);
    }
    puts = ticks.size() + open.size();
    medianTicks = ticks.stream().sorted().toList().get(ticks.size() / 2);
    long charged = table.charged();
    table.millis(2_000);
    assertThat(table.sent.stream().filter(one -> one.text("type").equals("ok"))).hasSize(requests);
    double each = (double) charged / requests;
    System.out.println(
        setup + " at " + perSecond + "/s, loss " + loss + ": " + each + ", median " + medianTicks);
    return each;
  }

  @Test
  @DisplayName("a few requests cost less than four tenths of what plain Raft sends")
  void light() {
    assertThat(cost(LIGHT)).isLessThan(PLAIN * 0.4);
  }

  @Test
  @DisplayName("many requests share datagrams, but not more than half of what a put needs")
  void heavy() {
    double cost = cost(HEAVY);
    assertThat(cost).isLessThan(PLAIN / 5);
    assertThat(cost * SECONDS * HEAVY).isGreaterThan(0.5 * 5 * puts);
  }

  @Test
  @DisplayName("half of the puts need no second sending where many datagrams are lost")
  void soonInSpiteOfLoss() {
    setup = setup.withTraffic(setup.traffic().withLostTicks(0));
    loss = 0.15;
    double without = cost(LIGHT);
    assertThat(medianTicks).isPositive();
    setup = Setup.USUAL;
    assertThat(cost(LIGHT)).isLessThan(1.5 * without);
    assertThat(medianTicks).isZero();
  }

  @Test
  @DisplayName("nothing is spent on losses where there are none")
  void nothingLost() {
    double with = cost(LIGHT);
    setup = setup.withTraffic(setup.traffic().withLostTicks(0));
    assertThat(cost(LIGHT)).isEqualTo(with);
  }

  @Test
  @DisplayName("what is lost is sent again without much ado")
  void loss() {
    loss = 0.1;
    assertThat(cost(LIGHT)).isLessThan(PLAIN * 0.6);
    loss = 0.2;
    assertThat(cost(LIGHT)).isLessThan(PLAIN * 0.7);
  }

  @Test
  @DisplayName("leases cost less than rounds")
  void leasesAgainstRounds() {
    double leases = cost(LIGHT);
    setup = setup.withLeaseTicks(0);
    assertThat(leases).isLessThan(cost(LIGHT) * 0.7);
  }

  @Test
  @DisplayName("the yardstick is what it says")
  void plain() {
    setup = setup.withLeaseTicks(0).withTraffic(RaftConfig.TrafficPolicy.NONE);
    assertThat(cost(LIGHT)).isBetween(PLAIN, PLAIN * 1.1);
  }
}
