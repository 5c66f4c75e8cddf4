package io.jangada.kv.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrderedIndexTest {
  /// Keys that are hard to tell apart, each in its way.
  enum Keys {
    RANDOM(dice -> bytes(dice, 16, 256)),
    SHORT(dice -> bytes(dice, dice.nextInt(3), 256)),
    /// Many of them are prefixes of others, and end where others go on with 0.
    ZEROS(dice -> bytes(dice, dice.nextInt(24), 2)),
    /// Many of them end with zeros: what is left without these comes just before.
    ONE_LENGTH(dice -> bytes(dice, 7, 3)),
    HIGH(dice -> bytes(dice, dice.nextInt(20), -2)),
    ONE_PREFIX(dice -> Bytes.utf8("/registry/pods/default/" + dice.nextInt(100_000))),
    MANY_PREFIXES(dice -> Bytes.utf8(prefix(dice) + "/" + dice.nextInt(3_000))),
    EQUAL_WORDS(dice -> Bytes.utf8("x".repeat(dice.nextInt(40)) + dice.nextInt(1_000))),
    MIXED(
        dice ->
            switch (dice.nextInt(5)) {
              case 0 -> RANDOM.draw(dice);
              case 1 -> ZEROS.draw(dice);
              case 2 -> ONE_PREFIX.draw(dice);
              case 3 -> EQUAL_WORDS.draw(dice);
              default -> MANY_PREFIXES.draw(dice);
            });

    private final java.util.function.Function<SplittableRandom, Bytes> drawing;

    Keys(java.util.function.Function<SplittableRandom, Bytes> drawing) {
      this.drawing = drawing;
    }

    Bytes draw(SplittableRandom dice) {
      return drawing.apply(dice);
    }

    private static String prefix(SplittableRandom dice) {
      return "/registry/" + "abcdefghijklmnop".substring(0, dice.nextInt(16));
    }

    /// @param kinds of bytes: from 0 up, or from 255 down if it is less than 0
    private static Bytes bytes(SplittableRandom dice, int length, int kinds) {
      byte[] key = new byte[length];
      for (int i = 0; i < length; i++)
        key[i] = (byte) (kinds < 0 ? dice.nextInt(kinds, 0) : dice.nextInt(kinds));
      return Bytes.wrap(key);
    }
  }

  private final IndexedKeys keys = new IndexedKeys();
  private final OrderedIndex index = keys.index;

  @ParameterizedTest
  @EnumSource
  void itKnowsWhatASlowTwinKnows(Keys kind) {
    SplittableRandom dice = new SplittableRandom(kind.ordinal() + 1);
    int most = 0;
    for (int step = 0; step < 60_000; step++) {
      // It grows to some thousand keys, then shrinks to nothing, and again.
      boolean grows = dice.nextInt(100) < (step / 15_000 % 2 == 0 ? 85 : 10);
      Bytes key = kind.draw(dice);
      if (grows) addOrSetLive(key, dice.nextBoolean());
      else removeNear(key);
      most = Math.max(most, index.size());
      if (step % 50 == 0) compare(kind.draw(dice), kind.draw(dice));
      if (step % 50 == 25) compare(near(kind.draw(dice), dice), near(kind.draw(dice), dice));
      if (step % 1_000 == 999) PageRules.check(index);
    }
    assertThat(most).isGreaterThan(500);
    while (!keys.twin.isEmpty()) removeNear(kind.draw(dice));
    PageRules.check(index);
    assertThat(index.memoryBytes()).isLessThan(1_000);
  }

  @ParameterizedTest
  @EnumSource
  void keysThatAreAddedTogetherAreAddedAsIfOneByOne(Keys kind) {
    SplittableRandom dice = new SplittableRandom(kind.ordinal() + 1);
    for (int round = 0; round < 500; round++) {
      TreeSet<Bytes> drawn = new TreeSet<>();
      for (int i = dice.nextInt(64); i >= 0; i--) drawn.add(kind.draw(dice));
      drawn.removeAll(keys.twin.keySet());
      List<Bytes> added = new ArrayList<>(drawn);
      if (round % 3 == 1) Collections.reverse(added);
      if (round % 3 == 2) Collections.shuffle(added, new Random(round));
      keys.addAll(added);
      if (round % 50 == 49) PageRules.check(index);
      if (round % 5 == 4 && !keys.twin.isEmpty()) removeNear(kind.draw(dice));
    }
    compare(kind.draw(dice), kind.draw(dice));
    compare(Bytes.EMPTY, null);
  }

  @Test
  void anEmptyOneHasNothing() {
    assertThat(index.size()).isZero();
    assertThat(index.count(Bytes.EMPTY, null)).isZero();
    assertThat(index.scan(Bytes.EMPTY, null, false, _ -> false)).isTrue();
    assertThat(index.scan(Bytes.EMPTY, null, true, _ -> false)).isTrue();
  }

  @Test
  void theEndOfARangeIsNotInItAndTheBeginningIs() {
    for (int i = 0; i < 10_000; i++) keys.add(number(2 * i));
    for (int i = 0; i < 10_000; i += 37) {
      compare(number(2 * i), number(2 * i + 200));
      compare(number(2 * i + 1), number(2 * i + 201));
      compare(number(2 * i), number(2 * i));
    }
    compare(number(300), number(200));
    compare(Bytes.EMPTY, Bytes.EMPTY);
  }

  @Test
  void aScanStopsWhenItsVisitorSaysSo() {
    for (int i = 0; i < 1_000; i++) keys.add(number(i));
    for (boolean descending : new boolean[] {false, true}) {
      List<Integer> seen = new ArrayList<>();
      boolean all =
          index.scan(
              number(100),
              number(900),
              descending,
              node -> {
                seen.add(node);
                return seen.size() < 150;
              });
      assertThat(all).isFalse();
      assertThat(seen).hasSize(150).isEqualTo(inTwin(100, 900, descending).subList(0, 150));
    }
  }

  @Test
  void aKeyThatIsNotLiveIsVisitedAndNotCounted() {
    for (int i = 0; i < 1_000; i++) keys.add(number(i));
    for (int i = 0; i < 1_000; i += 3) keys.setLive(number(i), false);
    assertThat(index.size()).isEqualTo(1_000);
    assertThat(index.count(Bytes.EMPTY, null)).isEqualTo(666);
    keys.setLive(number(0), false);
    keys.setLive(number(1), true);
    assertThat(index.count(Bytes.EMPTY, null)).as("what was said again").isEqualTo(666);
    compare(number(100), number(500));
    for (int i = 0; i < 1_000; i += 2) keys.remove(number(i));
    PageRules.check(index);
    compare(number(100), number(500));
    for (int i = 3; i < 1_000; i += 6) keys.setLive(number(i), true);
    assertThat(index.count(Bytes.EMPTY, null)).isEqualTo(500);
  }

  @Test
  void whatIsNotThereIsNotTakenOut() {
    keys.add(number(1));
    assertThatThrownBy(() -> index.remove(7, number(2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> index.setLive(7, number(1), false))
        .isInstanceOf(IllegalArgumentException.class);
    compare(number(0), number(3));
  }

  @Test
  void keysThatComeInTheirOrderFillThePages() {
    assertThat(bytesPerKey(i -> number(i))).as("ascending").isLessThan(17);
    assertThat(bytesPerKey(i -> number(100_000 - i))).as("descending").isLessThan(17);
    assertThat(bytesPerKey(i -> Bytes.utf8("%d/%06d".formatted(i % 10, i / 10))))
        .as("in ten sequences by turns")
        .isLessThan(17);
  }

  @Test
  void keysThatComeAtRandomTakeLittleMore() {
    SplittableRandom dice = new SplittableRandom(1);
    assertThat(bytesPerKey(_ -> Keys.RANDOM.draw(dice))).isLessThan(24);
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) numbers.add(i);
    Collections.shuffle(numbers, new Random(1));
    assertThat(bytesPerKey(i -> number(numbers.get(i)))).isLessThan(24);
  }

  @Test
  void memoryOfKeysThatAreRemovedIsGivenBack() {
    SplittableRandom dice = new SplittableRandom(2);
    for (int i = 0; i < 100_000; i++) keys.add(Keys.RANDOM.draw(dice));
    long full = index.memoryBytes();
    List<Bytes> removed = new ArrayList<>(keys.twin.keySet());
    Collections.shuffle(removed, new Random(2));
    removed.subList(0, 90_000).forEach(keys::remove);
    PageRules.check(index);
    assertThat(index.memoryBytes()).isLessThan(full / 5);
    compare(Bytes.EMPTY, null);
    removed.subList(90_000, 100_000).forEach(keys::remove);
    assertThat(index.memoryBytes()).isLessThan(1_000);
  }

  private static double bytesPerKey(IntFunction<Bytes> key) {
    IndexedKeys keys = new IndexedKeys();
    for (int i = 0; i < 100_000; i++) keys.add(key.apply(i));
    PageRules.check(keys.index);
    return keys.index.memoryBytes() / 100_000.0;
  }

  private static Bytes number(int number) {
    return Bytes.utf8("user:%08d".formatted(number));
  }

  private void addOrSetLive(Bytes key, boolean live) {
    if (keys.twin.containsKey(key)) keys.setLive(key, live);
    else keys.add(key);
  }

  /// The key with some of its bytes cut off, or with zeros behind it.
  private static Bytes near(Bytes key, SplittableRandom dice) {
    byte[] near = new byte[dice.nextInt(key.length() + 3)];
    key.slice(0, Math.min(near.length, key.length())).copyTo(near, 0);
    return Bytes.wrap(near);
  }

  /// Removes the key, or the one behind it, or the last.
  private void removeNear(Bytes key) {
    Bytes there = keys.twin.ceilingKey(key);
    if (there == null && !keys.twin.isEmpty()) there = keys.twin.lastKey();
    if (there != null) keys.remove(there);
  }

  private List<Integer> inTwin(int from, int to, boolean descending) {
    List<Integer> nodes = new ArrayList<>(keys.twin.subMap(number(from), number(to)).values());
    if (descending) Collections.reverse(nodes);
    return nodes;
  }

  /// Compares what index and twin say about a range, and about those that are open at its ends.
  private void compare(Bytes from, Bytes to) {
    compareOne(from, to);
    compareOne(from, null);
    if (to != null) compareOne(Bytes.EMPTY, to);
  }

  private void compareOne(Bytes from, Bytes to) {
    NavigableMap<Bytes, Integer> range = keys.twin.tailMap(from, true);
    if (to != null && to.compareTo(from) < 0) range = Collections.emptyNavigableMap();
    else if (to != null) range = range.headMap(to, false);
    List<Integer> nodes = new ArrayList<>(range.values());
    assertThat(index.count(from, to))
        .as("count from %s to %s", from, to)
        .isEqualTo(nodes.stream().filter(node -> node > 0).count());
    nodes.replaceAll(Math::abs);
    assertThat(scanned(from, to, false)).as("from %s to %s", from, to).isEqualTo(nodes);
    Collections.reverse(nodes);
    assertThat(scanned(from, to, true)).as("from %s down to %s", to, from).isEqualTo(nodes);
  }

  private List<Integer> scanned(Bytes from, Bytes to, boolean descending) {
    List<Integer> nodes = new ArrayList<>();
    assertThat(index.scan(from, to, descending, nodes::add)).isTrue();
    return nodes;
  }
}
