package io.jangada.kv.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jangada.bytes.Bytes;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
  private final NodeTable nodes = new NodeTable();
  private final Slab cells = new Slab(nodes);

  private int node(Bytes key) {
    int node = nodes.add();
    cells.add(node, key, Bytes.EMPTY);
    return node;
  }

  @Test
  void itFindsWhatATreeFinds() {
    SplittableRandom dice = new SplittableRandom(31);
    KeyIndex index = new KeyIndex(7, nodes, cells);
    TreeMap<Bytes, Integer> twin = new TreeMap<>();
    for (int step = 0; step < 200_000; step++) {
      Bytes key = Bytes.utf8("" + dice.nextInt(20_000));
      int node = twin.getOrDefault(key, NodeTable.NONE);
      assertThat(index.get(key)).isEqualTo(node);
      if (node == NodeTable.NONE && dice.nextInt(100) < 70) {
        node = node(key);
        twin.put(key, node);
        index.add(node, index.hashOf(key));
      } else if (node != NodeTable.NONE && dice.nextInt(100) < 30) {
        twin.remove(key);
        index.remove(node);
      }
      assertThat(index.size()).isEqualTo(twin.size());
    }
    assertThat(twin).hasSizeGreaterThan(5_000);
  }

  @Test
  void bucketsStayShortAsItGrows() {
    KeyIndex index = new KeyIndex(7, nodes, cells);
    for (int i = 0; i < 100_000; i++) {
      Bytes key = Bytes.utf8("key" + i);
      index.add(node(key), index.hashOf(key));
      assertThat(index.crowdAt(Bytes.utf8("key" + i))).as("of %d keys", i).isLessThan(12);
    }
    long crowds = 0;
    for (int i = 0; i < 100_000; i++) crowds += index.crowdAt(Bytes.utf8("key" + i));
    assertThat(crowds / 1_000).as("percent of one").isBetween(100L, 170L);
  }

  @Test
  void whereRoomIsMadeBeforeEachKeyIsTakenOnce() {
    for (int room : new int[] {0, 1, 1_000, 100_000}) {
      KeyIndex index = new KeyIndex(7, nodes, cells);
      index.reserve(room);
      assertThat(index.buckets()).isGreaterThanOrEqualTo(2 * room);
      for (int i = 0; i < 20_000; i++) {
        Bytes key = Bytes.utf8("key" + i);
        int node = node(key);
        index.add(node, index.hashOf(key));
        assertThat(index.get(key)).isEqualTo(node);
      }
      assertThat(index.size()).isEqualTo(20_000);
      for (int i = 0; i < 20_000; i++) {
        int node = index.get(Bytes.utf8("key" + i));
        index.remove(node);
      }
      assertThat(index.size()).isZero();
    }
  }

  @Test
  void roomIsBoundedWhateverIsAskedFor() {
    KeyIndex index = new KeyIndex(7, nodes, cells);
    index.reserve(Integer.MAX_VALUE);
    assertThat(index.buckets()).isBetween(1_000_000, 10_000_000);
    Bytes key = Bytes.utf8("key");
    int node = node(key);
    index.add(node, index.hashOf(key));
    assertThat(index.get(key)).isEqualTo(node);
    assertThatIllegalStateException().isThrownBy(() -> index.reserve(1));
  }

  @Test
  void keysThatCollideUnderOneSeedDoNotUnderAnother() {
    KeyIndex known = new KeyIndex(7, nodes, cells);
    KeyIndex other = new KeyIndex(8, nodes, cells);
    int chosen = 0;
    for (int i = 0; chosen < 200; i++) {
      Bytes key = Bytes.utf8("key" + i);
      if ((key.hash64(7, 7) & 1023) != 0) continue;
      // They are in buckets by links of their nodes: each index has its own.
      known.add(node(key), known.hashOf(key));
      other.add(node(key), other.hashOf(key));
      chosen++;
    }
    Bytes first = Bytes.utf8("key0");
    for (int i = 1; (first.hash64(7, 7) & 1023) != 0; i++) first = Bytes.utf8("key" + i);
    assertThat(known.crowdAt(first)).isEqualTo(200);
    assertThat(other.crowdAt(first)).isLessThan(10);
  }
}
