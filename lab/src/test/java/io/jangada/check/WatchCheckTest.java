package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Watch.Delivery;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What watchers were told, right and wrong.
class WatchCheckTest {
  private static final MapItem A2 = new MapItem("a", "1", 2, 2, 1);
  private static final MapItem B3 = new MapItem("b", "2", 3, 3, 1);
  private static final MapItem A4 = new MapItem("a", "5", 2, 4, 2);
  private static final MapItem B4 = new MapItem("b", "5", 3, 4, 2);
  private static final MapItem A6 = new MapItem("a", "7", 2, 6, 3);

  private static final Delivery AT_2 = told(2, new MapEvent("a", A2, null));
  private static final Delivery AT_3 = told(3, new MapEvent("b", B3, null));
  private static final Delivery AT_4 =
      told(4, new MapEvent("a", A4, A2), new MapEvent("b", B4, B3));
  private static final Delivery AT_5 = told(5, new MapEvent("b", null, B4));
  private static final Delivery AT_6 = told(6, new MapEvent("a", A6, A4));

  private static Delivery told(long revision, MapEvent... events) {
    return new Delivery.Batch(revision, List.of(events));
  }

  /// Five revisions; 4 is a transaction and 5 a deletion.
  private static MapStory story() {
    MapOp both =
        new MapOp.Transaction(
            List.of(), List.of(new MapOp.Put("a", "5"), new MapOp.Put("b", "5")), List.of());
    MapResult done = new MapResult.Done();
    return new MapStory()
        .puts("a", "1", 2)
        .puts("b", "2", 3)
        .does(both, 4, new MapResult.Transacted(true, List.of(done, done)))
        .deletes("b", 5)
        .puts("a", "7", 6);
  }

  private static Watch watch(KeyRange keys, long from, Delivery... deliveries) {
    return new Watch("w", keys, from, true, List.of(deliveries));
  }

  private static String why(Watch watch) {
    MapVerdict.Violated wrong = WatchCheck.check(story().revisions(), watch);
    return wrong == null ? "all right" : wrong.revision() + ": " + wrong.why();
  }

  private static String why(Delivery... deliveries) {
    return why(watch(KeyRange.all(), 1, deliveries));
  }

  @Test
  void allFromTheRevisionAskedForIsRight() {
    assertThat(why(AT_2, AT_3, AT_4, AT_5, AT_6)).isEqualTo("all right");
    assertThat(why(watch(KeyRange.all(), 4, AT_4, AT_5))).isEqualTo("all right");
    assertThat(why(watch(KeyRange.of("b"), 1, AT_3, told(4, new MapEvent("b", B4, B3)), AT_5)))
        .isEqualTo("all right");
    assertThat(why(watch(KeyRange.of("b"), 6, new Delivery.Progress(6)))).isEqualTo("all right");
    assertThat(why()).isEqualTo("all right");
  }

  @Test
  void formerItemsCountOnlyWhereTheyWereAskedFor() {
    Watch watch =
        new Watch("w", KeyRange.of("a"), 6, false, List.of(told(6, new MapEvent("a", A6, null))));
    assertThat(why(watch)).isEqualTo("all right");
    assertThat(why(watch(KeyRange.of("a"), 6, told(6, new MapEvent("a", A6, A2)))))
        .contains("with the former item a=1")
        .contains("which was a=5");
  }

  @Test
  void aGapIsCaught() {
    assertThat(why(AT_2, AT_4))
        .isEqualTo(
            "3: watcher w of [\"\", end) from 1 did not get b=2 (created 3, modified 3, changes 1)"
                + " of put b 2 by p0 at revision 3");
    assertThat(why(AT_3)).startsWith("2: ");
    assertThat(why(AT_2, new Delivery.Progress(3))).startsWith("3: ").contains("did not get b=2");
  }

  @Test
  void aLostDeletionIsCaught() {
    assertThat(why(AT_2, AT_3, AT_4, AT_6)).startsWith("5: ").contains("did not get b deleted");
  }

  @Test
  void anEventTwiceIsCaught() {
    assertThat(why(AT_2, AT_2)).endsWith("was told of it twice");
    assertThat(why(AT_2, new Delivery.Progress(3), AT_3)).startsWith("3: ");
  }

  @Test
  void anotherOrderIsCaught() {
    assertThat(why(AT_3, AT_2)).contains("did not get a=1");
    assertThat(why(AT_2, AT_3, AT_4, AT_3)).endsWith("was told of it after 4");
    assertThat(
            why(
                watch(
                    KeyRange.all(),
                    4,
                    told(4, new MapEvent("b", B4, B3), new MapEvent("a", A4, A2)))))
        .contains("got b=5 (created 3, modified 4, changes 2) where the event was a=5");
  }

  @Test
  void aRevisionThatIsSplitIsCaught() {
    assertThat(
            why(
                watch(
                    KeyRange.all(),
                    4,
                    told(4, new MapEvent("a", A4, A2)),
                    told(4, new MapEvent("b", B4, B3)))))
        .isEqualTo("4: watcher w of [\"\", end) from 4 got 1 of its 2 events at once");
  }

  @Test
  void whatIsOutsideOfTheWatchIsCaught() {
    assertThat(why(watch(KeyRange.of("a"), 1, AT_2, AT_3)))
        .contains("got b=2 (created 3, modified 3, changes 1), which is none of its events");
    assertThat(why(watch(KeyRange.all(), 3, AT_2))).endsWith("began later");
  }

  @Test
  void anEventOfNoRevisionIsCaught() {
    assertThat(why(watch(KeyRange.all(), 7, told(9, new MapEvent("a", A6, A4)))))
        .startsWith("9: ")
        .endsWith("which is none of its events");
  }

  @Test
  void compactionIsToldOfOnlyWhereItOvertook() {
    assertThat(why(AT_2, new Delivery.Compacted(5))).isEqualTo("all right");
    assertThat(why(AT_2, AT_3, new Delivery.Compacted(3)))
        .endsWith("was overtaken by no compaction, it had got all to 3");
    assertThat(why(AT_2, new Delivery.Compacted(5), AT_6))
        .endsWith("was told more after it was told of compaction");
  }

  @Test
  void watchersTellWhichOperationOfUnknownOutcomeTookARevision() {
    MapStory story = new MapStory().givesUp(1, new MapOp.Put("a", "1"));
    story.givesUp(2, new MapOp.Put("a", "2")).puts("a", "3", 3);
    MapItem seen = new MapItem("a", "1", 2, 2, 1);
    story.watched(watch(KeyRange.of("a"), 2, told(2, new MapEvent("a", seen, null))));
    assertThat(story.revisions().getFirst().by().process()).isEqualTo(1);
  }

  @Test
  void aWrongWatcherIsToldFromAWrongHistory() {
    Delivery ofA = told(4, new MapEvent("a", A4, A2));
    MapStory story = story().watched(watch(KeyRange.of("a"), 2, AT_2, ofA));
    assertThat(story.verdict()).isInstanceOf(MapVerdict.Explained.class);
    MapStory lost = story().watched(watch(KeyRange.all(), 2, AT_2, AT_4));
    assertThat(lost.why()).contains("did not get b=2");
  }
}
