package io.jangada.node.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The tree of ranges, against a list that is looked through.
class RangeTreeTest {
  private final RangeTree<KeyRange> tree = new RangeTree<>();

  private static Bytes key(Random random) {
    byte[] key = new byte[random.nextInt(3)];
    for (int i = 0; i < key.length; i++) key[i] = (byte) (0x7e + random.nextInt(4));
    return Bytes.wrap(key);
  }

  private static KeyRange range(Random random) {
    return new KeyRange(key(random), random.nextInt(5) == 0 ? null : key(random));
  }

  private List<KeyRange> found(Bytes key) {
    List<KeyRange> found = new ArrayList<>();
    tree.forEach(key, found::add);
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  @DisplayName("it finds the ranges that contain a key, whatever came and went before")
  void twin(long seed) {
    Random random = new Random(seed);
    Set<KeyRange> dull = new LinkedHashSet<>();
    for (int step = 0; step < 5_000; step++) {
      KeyRange range = range(random);
      assertThat(tree.get(range)).isEqualTo(dull.contains(range) ? range : null);
      // It grows to most of what is possible and shrinks again, by turns.
      boolean grows = random.nextInt(10) < (step / 500 % 2 == 0 ? 8 : 2);
      if (grows && dull.add(range)) tree.add(range, range);
      else if (!grows && dull.remove(range)) tree.remove(range);
      assertThat(tree.size()).isEqualTo(dull.size());
      Bytes key = key(random);
      assertThat(found(key))
          .as("seed %d, step %d", seed, step)
          .containsExactlyInAnyOrderElementsOf(
              dull.stream().filter(one -> one.contains(key)).toList());
    }
  }

  @Test
  @DisplayName("ranges that come in order do not make it deep")
  void balanced() {
    int count = 100_000;
    for (int i = 0; i < count; i++) {
      KeyRange keys = KeyRange.prefix(Bytes.utf8("%06d".formatted(i)));
      tree.add(keys, keys);
    }
    assertThat(tree.height()).isLessThan(25);
    assertThat(found(Bytes.utf8("031415/x"))).hasSize(1);
    for (int i = 0; i < count - 1; i++)
      tree.remove(KeyRange.prefix(Bytes.utf8("%06d".formatted(i))));
    assertThat(tree.height()).isEqualTo(1);
    assertThat(found(Bytes.utf8("099999"))).hasSize(1);
  }

  @Test
  @DisplayName("a range is there once")
  void once() {
    tree.add(KeyRange.ALL, KeyRange.ALL);
    assertThatThrownBy(() -> tree.add(KeyRange.ALL, KeyRange.ALL))
        .isInstanceOf(IllegalStateException.class);
    tree.remove(KeyRange.ALL);
    assertThatThrownBy(() -> tree.remove(KeyRange.ALL)).isInstanceOf(IllegalStateException.class);
  }
}
