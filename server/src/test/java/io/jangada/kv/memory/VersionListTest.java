package io.jangada.kv.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VersionListTest {
  private static final class Item extends ListNode<Item> {
    Item(long version) {
      this.version = version;
    }
  }

  private final Set<Item> gone = new HashSet<>();
  private final VersionList<Item> chain = new VersionList<>(gone::add);
  private final List<Item> live = new ArrayList<>();
  private long version;
  private int appended;

  @Test
  void aReadingSeesTheMomentItWasOpenedWhateverHappens() {
    SplittableRandom dice = new SplittableRandom(17);
    for (int round = 0; round < 500; round++) {
      change(dice, dice.nextInt(30));
      List<Long> moment = versions();
      List<Long> seen = new ArrayList<>();
      chain.open(version);
      boolean abandoned = dice.nextInt(4) == 0;
      for (int steps = dice.nextInt(40); !abandoned || steps > 0; steps--) {
        change(dice, dice.nextInt(4));
        if (!chain.read(item -> seen.add(shown(item).version))) break;
      }
      chain.close();
      if (abandoned) assertThat(seen).isEqualTo(moment.subList(0, seen.size()));
      else assertThat(seen).isEqualTo(moment);
      if (!abandoned) assertThat(chain.supersededCount()).isZero();
    }
    assertThat(live).hasSizeGreaterThan(5);
    chain.sweep(Integer.MAX_VALUE);
    assertThat(gone.size()).as("all that were retired").isEqualTo(appended - live.size());
  }

  @Test
  void versionsOnlyGrow() {
    chain.append(new Item(3));
    assertThatThrownBy(() -> chain.append(new Item(3))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sweepingFreesWhatAnAbandonedReadingLeft() {
    for (int i = 0; i < 100; i++) append();
    chain.open(version);
    for (Item item : live) chain.retire(item);
    chain.read(this::shown);
    assertThat(chain.supersededCount()).isEqualTo(99);
    chain.sweep(10);
    assertThat(chain.supersededCount()).as("not while it is read").isEqualTo(99);
    chain.close();
    chain.sweep(10);
    assertThat(chain.supersededCount()).isEqualTo(89);
    for (int i = 0; i < 9; i++) chain.sweep(10);
    assertThat(chain.supersededCount()).isZero();
    assertThat(chain.oldest()).isNull();
    append();
    assertThat(chain.oldest()).isSameAs(live.getLast());
  }

  @Test
  void sweepingGoesOnWhenWhatItHasReachedIsRetired() {
    for (int i = 0; i < 10; i++) append();
    chain.open(version);
    chain.retire(live.get(5));
    chain.retire(live.get(9));
    chain.read(this::shown);
    chain.close();
    chain.retire(live.get(1));
    chain.retire(live.get(4));
    assertThat(chain.supersededCount()).as("nothing new is kept after closing").isEqualTo(2);
    for (int i = 0; i < 10; i++) chain.sweep(1);
    assertThat(chain.supersededCount()).isZero();
  }

  private Item shown(Item item) {
    assertThat(gone).doesNotContain(item);
    return item;
  }

  private void change(SplittableRandom dice, int times) {
    for (int i = 0; i < times; i++) {
      if (live.size() < 30 ? dice.nextInt(3) > 0 : dice.nextInt(3) == 0) append();
      else if (!live.isEmpty()) chain.retire(live.remove(dice.nextInt(live.size())));
      assertThat(chain.oldest()).isSameAs(live.isEmpty() ? null : live.getFirst());
      chain.sweep(dice.nextInt(3));
    }
  }

  private void append() {
    version += 2;
    appended++;
    Item item = new Item(version);
    chain.append(item);
    live.add(item);
  }

  private List<Long> versions() {
    return live.stream().map(item -> item.version).toList();
  }
}
