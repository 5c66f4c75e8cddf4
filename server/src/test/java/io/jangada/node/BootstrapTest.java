package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final List<Integer> THREE = List.of(1, 2, 3);

  private static PeerMessage.Bootstrap saying(Bootstrap one, int from) {
    return new PeerMessage.Bootstrap(from, 0, false, one.known());
  }

  private static PeerMessage.Bootstrap takingPart(int from, SortedMap<Integer, Long> founders) {
    return new PeerMessage.Bootstrap(from, 0, true, founders);
  }

  private static SortedMap<Integer, Long> founders(long first, long second, long third) {
    return new TreeMap<>(Map.of(1, first, 2, second, 3, third));
  }

  @Test
  @DisplayName("one member alone founds at once")
  void alone() {
    assertThat(new Bootstrap(7, 70, List.of(7)).outcome()).contains(new TreeMap<>(Map.of(7, 70L)));
  }

  @Test
  @DisplayName("nobody founds before all have said that they know all")
  void allMustMeet() {
    Bootstrap one = new Bootstrap(1, 10, THREE);
    Bootstrap two = new Bootstrap(2, 20, THREE);
    Bootstrap three = new Bootstrap(3, 30, THREE);
    assertThat(one.missing()).containsExactly(2, 3);
    assertThat(one.handle(saying(two, 2))).as("news to be told on").isTrue();
    assertThat(one.missing()).containsExactly(3);
    assertThat(one.handle(saying(three, 3))).isTrue();
    assertThat(one.handle(saying(three, 3))).as("no news").isFalse();
    assertThat(one.missing()).isEmpty();
    assertThat(one.outcome()).as("2 and 3 have not said that they know all").isEmpty();
    two.handle(saying(one, 1));
    two.handle(saying(three, 3));
    one.handle(saying(two, 2));
    assertThat(one.outcome()).isEmpty();
    three.handle(saying(one, 1));
    three.handle(saying(two, 2));
    one.handle(saying(three, 3));
    assertThat(one.outcome()).contains(founders(10, 20, 30));
  }

  @Test
  @DisplayName("one that is named by somebody who takes part is a founder, another is late")
  void named() {
    Bootstrap one = new Bootstrap(1, 10, THREE);
    one.handle(takingPart(2, founders(10, 20, 30)));
    assertThat(one.outcome()).contains(founders(10, 20, 30));
    assertThat(one.isLate()).isFalse();
    Bootstrap again = new Bootstrap(1, 11, THREE);
    again.handle(takingPart(2, founders(10, 20, 30)));
    again.handle(takingPart(3, Collections.emptySortedMap()));
    assertThat(again.outcome()).isEmpty();
    assertThat(again.isLate()).isTrue();
  }

  @Test
  @DisplayName("members that have other settings do not found a cluster together")
  void otherSettings() {
    Bootstrap one = new Bootstrap(1, 10, THREE);
    Bootstrap two = new Bootstrap(2, 20, List.of(1, 2));
    one.handle(saying(two, 2));
    two.handle(saying(one, 1));
    one.handle(saying(two, 2));
    two.handle(saying(one, 1));
    assertThat(one.outcome()).isEmpty();
    assertThat(two.outcome()).isEmpty();
    assertThat(one.differing()).containsExactly(2);
    assertThat(two.differing()).containsExactly(1);
    one.handle(takingPart(2, new TreeMap<>(Map.of(1, 10L, 2, 20L))));
    assertThat(one.outcome()).isEmpty();
    one.handle(saying(new Bootstrap(2, 21, THREE), 2));
    assertThat(one.differing()).as("its settings were put right").isEmpty();
    assertThat(one.handle(new PeerMessage.Bootstrap(9, 1, false, founders(1, 2, 3)))).isFalse();
  }

  /// Members that begin, meet, take part and lose their data at any time, over a network that
  /// loses, repeats and reorders.
  private static final class World {
    private static final class Member {
      Bootstrap founding;
      SortedMap<Integer, Long> founders;
      long bornAt;
      long activeAt;
      boolean formerTookPart;

      boolean isActive() {
        return founders != null;
      }
    }

    final SplittableRandom random;
    final int size;
    final int waitTicks;
    final SortedMap<Integer, Member> members = new TreeMap<>();
    final List<PeerMessage.Bootstrap> pool = new ArrayList<>();
    long now;
    long incarnations;

    World(long seed) {
      this(seed, Bootstrap.ALL);
    }

    World(long seed, int waitTicks) {
      this.waitTicks = waitTicks;
      random = new SplittableRandom(seed);
      size = random.nextInt(2, 6);
      for (int id = 1; id <= size; id++) members.put(id, new Member());
      for (int id = 1; id <= size; id++) begin(id);
    }

    void begin(int id) {
      Member member = members.get(id);
      member.formerTookPart |= member.isActive();
      member.founding = new Bootstrap(id, ++incarnations, List.copyOf(members.keySet()), waitTicks);
      member.founders = null;
      member.bornAt = now;
    }

    void act() {
      now++;
      int id = random.nextInt(1, size + 1);
      int dice = random.nextInt(100);
      if (dice < 30) say(id, random.nextInt(1, size + 1));
      else if (dice < 80 && !pool.isEmpty()) hear(random.nextInt(pool.size()));
      else if (dice < 90) takePart(id);
      else if (dice < 93) begin(id);
    }

    /// Something happens, but nobody loses its data unless a majority that took part is left.
    void ageAndKeepMajority() {
      now++;
      int id = random.nextInt(1, size + 1);
      int dice = random.nextInt(100);
      Member member = members.get(id);
      if (dice < 30) say(id, random.nextInt(1, size + 1));
      else if (dice < 75 && !pool.isEmpty()) hear(random.nextInt(pool.size()));
      else if (dice < 85) takePart(id);
      else if (dice < 93) member.founding.tick();
      else if (active() - (member.isActive() ? 1 : 0) > size / 2 && member.isActive()) begin(id);
    }

    /// Whether there can have been an election; before, who takes part is as good as new.
    private boolean isFounded() {
      return waitTicks == Bootstrap.ALL || active() > size / 2;
    }

    private long active() {
      return members.values().stream().filter(Member::isActive).count();
    }

    void say(int id, int to) {
      Member member = members.get(id);
      if (to == id || member.isActive() && isFounded()) return;
      pool.add(new PeerMessage.Bootstrap(id, to, false, member.founding.known()));
    }

    void hear(int at) {
      PeerMessage.Bootstrap said = random.nextInt(8) == 0 ? pool.get(at) : pool.remove(at);
      Member member = members.get(said.to());
      if (!member.isActive() || !isFounded()) member.founding.handle(said);
      else if (!said.takesPart())
        pool.add(new PeerMessage.Bootstrap(said.to(), said.from(), true, member.founders));
    }

    /// Some time after it is certain, as the disk would have it.
    void takePart(int id) {
      Member member = members.get(id);
      if (member.isActive() || member.founding.outcome().isEmpty()) return;
      member.founders = member.founding.outcome().get();
      member.activeAt = now;
      if (!member.formerTookPart) return;
      for (Member other : members.values())
        assertThat(other != member && other.isActive() && other.activeAt < member.bornAt)
            .as("member %d takes part anew beside one that knew its former data", id)
            .isFalse();
    }
  }

  @Test
  @DisplayName("whose data took part before never takes part again beside those who know of it")
  void neverAgain() {
    int complete = 0;
    int again = 0;
    for (long seed = 1; seed <= 3_000; seed++) {
      World world = new World(seed);
      for (int i = 0; i < 400; i++) world.act();
      boolean all = world.members.values().stream().allMatch(World.Member::isActive);
      if (all) complete++;
      again += (int) world.members.values().stream().filter(m -> m.formerTookPart).count();
    }
    assertThat(complete).as("worlds in which all take part").isGreaterThan(100);
    assertThat(again).as("members whose former data took part").isGreaterThan(1_000);
  }

  @Test
  @DisplayName("by majority: those who are there found the cluster, and fewer never do")
  void byMajority() {
    for (long seed = 1; seed <= 500; seed++) {
      World world = new World(seed, (int) (seed % 4));
      int there = world.random.nextInt(1, world.size + 1);
      for (int round = 0; round < 12; round++) {
        for (int from = 1; from <= there; from++)
          for (int to = 1; to <= there; to++) world.say(from, to);
        while (!world.pool.isEmpty()) world.hear(world.random.nextInt(world.pool.size()));
        for (int id = 1; id <= there; id++) world.members.get(id).founding.tick();
        for (int id = 1; id <= there; id++) world.takePart(id);
      }
      boolean enough = 2 * there > world.size;
      for (int id = 1; id <= there; id++)
        assertThat(world.members.get(id).isActive())
            .as("seed %d: %d of %d", seed, there, world.size)
            .isEqualTo(enough);
    }
  }

  @Test
  @DisplayName("by majority: a member whose data took part never founds again beside a majority")
  void byMajorityNeverAgain() {
    int again = 0;
    for (long seed = 1; seed <= 1_000; seed++) {
      World world = new World(seed, 2);
      for (int i = 0; i < 300; i++) {
        world.ageAndKeepMajority();
      }
      again += (int) world.members.values().stream().filter(m -> m.formerTookPart).count();
    }
    assertThat(again).as("members whose former data took part").isGreaterThan(300);
  }

  @Test
  @DisplayName("by majority: all that meet in time found it, without waiting for the time to end")
  void allInTime() {
    Bootstrap one = new Bootstrap(1, 10, THREE, 5);
    Bootstrap two = new Bootstrap(2, 20, THREE, 5);
    one.handle(saying(two, 2));
    two.handle(saying(one, 1));
    one.handle(saying(two, 2));
    for (int i = 0; i < 5; i++) one.tick();
    assertThat(one.outcome()).as("2 of 3 have met, and wait").isEmpty();
    assertThat(one.missingCount()).isZero();
    Bootstrap three = new Bootstrap(3, 30, THREE, 5);
    three.handle(saying(one, 1));
    three.handle(saying(two, 2));
    two.handle(saying(three, 3));
    one.handle(saying(three, 3));
    one.handle(saying(two, 2));
    assertThat(one.outcome()).contains(founders(10, 20, 30));
  }

  @Test
  @DisplayName(
      "by majority: one that came after its time is not a founder, and does not become one")
  void lateByMajority() {
    Bootstrap one = new Bootstrap(1, 10, THREE, 0);
    one.handle(takingPart(2, founders(0, 20, 30)));
    Bootstrap three = new Bootstrap(3, 31, THREE, 0);
    three.handle(saying(one, 1));
    one.handle(saying(three, 3));
    for (int i = 0; i < 9; i++) one.tick();
    assertThat(one.outcome()).isEmpty();
    assertThat(one.isLate()).isTrue();
  }

  @Test
  @DisplayName("as long as all are new and stay, they found the cluster, however messages come")
  void foundsInTheEnd() {
    for (long seed = 1; seed <= 300; seed++) {
      World world = new World(seed);
      for (int i = 0; i < 200; i++) {
        int id = world.random.nextInt(1, world.size + 1);
        world.say(id, world.random.nextInt(1, world.size + 1));
        if (world.random.nextInt(20) == 0
            && world.members.values().stream().noneMatch(World.Member::isActive)) world.begin(id);
      }
      for (int round = 0; round < 6; round++) {
        for (int from = 1; from <= world.size; from++)
          for (int to = 1; to <= world.size; to++) world.say(from, to);
        while (!world.pool.isEmpty()) world.hear(world.random.nextInt(world.pool.size()));
        for (int id = 1; id <= world.size; id++) world.takePart(id);
      }
      assertThat(world.members.values()).as("seed %d", seed).allMatch(World.Member::isActive);
    }
  }
}
