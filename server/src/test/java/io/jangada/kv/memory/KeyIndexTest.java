package io.jangada.kv.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jangada.bytes.Bytes;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
  private final Slab cells = new Slab();

  private Node node(Bytes key) {
    Node node = new Node();
    cells.add(node, key, Bytes.EMPTY);
    return node;
  }

  @Test
  void itFindsWhatATreeFinds() {
    SplittableRandom dice = new SplittableRandom(31);
    KeyIndex index = new KeyIndex(7, cells);
    TreeMap<Bytes, Node> twin = new TreeMap<>();
    for (int step = 0; step < 200_000; step++) {
      Bytes key = Bytes.utf8("" + dice.nextInt(20_000));
      Node node = twin.get(key);
      assertThat(index.get(key)).isSameAs(node);
      if (node == null && dice.nextInt(100) < 70) {
        node = node(key);
        twin.put(key, node);
        index.add(node);
      } else if (node != null && dice.nextInt(100) < 30) {
        twin.remove(key);
        index.remove(node);
      }
      assertThat(index.size()).isEqualTo(twin.size());
    }
    assertThat(twin).hasSizeGreaterThan(5_000);
  }

  @Test
  void bucketsStayShortAsItGrows() {
    KeyIndex index = new KeyIndex(7, cells);
    for (int i = 0; i < 100_000; i++) {
      index.add(node(Bytes.utf8("key" + i)));
      assertThat(index.crowdAt(Bytes.utf8("key" + i))).as("of %d keys", i).isLessThan(12);
    }
    long crowds = 0;
    for (int i = 0; i < 100_000; i++) crowds += index.crowdAt(Bytes.utf8("key" + i));
    assertThat(crowds / 1_000).as("percent of one").isBetween(100L, 170L);
  }

  @Test
  void whereRoomIsMadeBeforeEachKeyIsTakenOnce() {
    for (int room : new int[] {0, 1, 1_000, 100_000}) {
      KeyIndex index = new KeyIndex(7, cells);
      index.reserve(room);
      assertThat(index.buckets()).isGreaterThanOrEqualTo(2 * room);
      for (int i = 0; i < 20_000; i++) {
        Bytes key = Bytes.utf8("key" + i);
        Node node = node(key);
        assertThat(index.addIfAbsent(node)).isTrue();
        assertThat(index.addIfAbsent(node(key))).isFalse();
        assertThat(index.get(key)).isSameAs(node);
      }
      assertThat(index.size()).isEqualTo(20_000);
      for (int i = 0; i < 20_000; i++) {
        Node node = index.get(Bytes.utf8("key" + i));
        index.remove(node);
      }
      assertThat(index.size()).isZero();
    }
  }

  @Test
  void roomIsBoundedWhateverIsAskedFor() {
    KeyIndex index = new KeyIndex(7, cells);
    index.reserve(Integer.MAX_VALUE);
    assertThat(index.buckets()).isBetween(1_000_000, 10_000_000);
    Node node = node(Bytes.utf8("key"));
    index.add(node);
    assertThat(index.get(Bytes.utf8("key"))).isSameAs(node);
    assertThatIllegalStateException().isThrownBy(() -> index.reserve(1));
  }

  @Test
  void keysThatCollideUnderOneSeedDoNotUnderAnother() {
    KeyIndex known = new KeyIndex(7, cells);
    KeyIndex other = new KeyIndex(8, cells);
    int chosen = 0;
    for (int i = 0; chosen < 200; i++) {
      Bytes key = Bytes.utf8("key" + i);
      if ((key.hash64(7, 7) & 1023) != 0) continue;
      known.add(node(key));
      other.add(node(key));
      chosen++;
    }
    Bytes first = Bytes.utf8("key0");
    for (int i = 1; (first.hash64(7, 7) & 1023) != 0; i++) first = Bytes.utf8("key" + i);
    assertThat(known.crowdAt(first)).isEqualTo(200);
    assertThat(other.crowdAt(first)).isLessThan(10);
  }
}
