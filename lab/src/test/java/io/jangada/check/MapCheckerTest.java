package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.check.Compare.Field;
import io.jangada.check.Compare.Relation;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Histories of a map made by hand, good and bad, one for each way in which a store can go wrong.
class MapCheckerTest {
  private static final MapResult DONE = new MapResult.Done();

  private static MapItem fresh(String key, String value, long revision) {
    return new MapItem(key, value, revision, revision, 1);
  }

  private static MapResult items(long count, boolean more, MapItem... items) {
    return new MapResult.Items(List.of(items), count, more);
  }

  private static MapOp.Transaction move(String from, String to, String value) {
    return new MapOp.Transaction(
        List.of(new Compare.Value(KeyRange.of(from), Relation.EQUAL, value)),
        List.of(MapOp.delete(from), new MapOp.Put(to, value)),
        List.of(MapOp.get(from)));
  }

  private static MapResult moved() {
    return new MapResult.Transacted(true, List.of(new MapResult.Deleted(1), DONE));
  }

  /// Three keys at revision 4.
  private static MapStory three() {
    return new MapStory().puts("a", "1", 2).puts("b", "2", 3).puts("c", "3", 4);
  }

  @Test
  void nothingAtAllIsExplained() {
    assertThat(new MapStory().revisions()).isEmpty();
  }

  @Test
  void oneAfterAnotherIsExplainedInThatOrder() {
    MapStory story =
        three()
            .lists(4, fresh("a", "1", 2), fresh("b", "2", 3), fresh("c", "3", 4))
            .does(move("b", "d", "2"), 5, moved())
            .does(new MapOp.Count(KeyRange.all()), 5, new MapResult.Counted(3))
            .does(move("b", "e", "2"), 5, new MapResult.Transacted(false, List.of(items(0, false))))
            .does(new MapOp.Add("a", 41), 6, new MapResult.Number(42))
            .does(new MapOp.Append("a", "!"), 7, DONE)
            .does(new MapOp.Add("a", 1), 7, new MapResult.Refused())
            .sees(7, new MapItem("a", "42!", 2, 7, 3))
            .does(new MapOp.Delete(new KeyRange("b", "d")), 8, new MapResult.Deleted(1))
            .does(MapOp.delete("x"), 8, new MapResult.Deleted(0))
            .lists(8, new MapItem("a", "42!", 2, 7, 3), fresh("d", "2", 5));
    assertThat(story.revisions())
        .extracting(MapEvent.Revision::number)
        .containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(story.revisions().get(3).events())
        .containsExactly(
            new MapEvent("b", null, fresh("b", "2", 3)),
            new MapEvent("d", fresh("d", "2", 5), null));
  }

  @Test
  void aPageIsTheFirstOrTheLastOfARange() {
    MapOp first = new MapOp.Range(KeyRange.all(), 2, false);
    MapOp last = new MapOp.Range(KeyRange.prefix("c"), 2, true);
    MapStory story =
        three()
            .does(first, 4, items(3, true, fresh("a", "1", 2), fresh("b", "2", 3)))
            .does(last, 4, items(1, false, fresh("c", "3", 4)));
    assertThat(story.revisions()).hasSize(3);
  }

  @Test
  void numbersThatAnAnswerDoesNotNameAreNotChecked() {
    MapStory story =
        three().does(MapOp.get("a"), 4, items(MapItem.NOT_NAMED, false, new MapItem("a", "1")));
    assertThat(story.revisions()).hasSize(3);
  }

  @Test
  void comparesHoldForEveryKeyOfARangeAndNothingHasNumbersOfZero() {
    MapStory story =
        three()
            .does(
                when(new Compare.Number(KeyRange.of("x"), Field.CREATED, Relation.EQUAL, 0)),
                4,
                yes())
            .does(when(new Compare.Value(KeyRange.of("x"), Relation.LESS, "9")), 4, no())
            .does(when(new Compare.Value(KeyRange.all(), Relation.LESS, "3")), 4, no())
            .does(when(new Compare.Value(KeyRange.all(), Relation.NOT_EQUAL, "4")), 4, yes())
            .does(
                when(new Compare.Number(KeyRange.of("b"), Field.MODIFIED, Relation.EQUAL, 3)),
                4,
                yes())
            .does(
                when(new Compare.Number(KeyRange.of("b"), Field.CHANGES, Relation.GREATER, 1)),
                4,
                no());
    assertThat(story.revisions()).hasSize(3);
  }

  private static MapOp when(Compare compare) {
    return new MapOp.Transaction(List.of(compare), List.of(), List.of());
  }

  private static MapResult yes() {
    return new MapResult.Transacted(true, List.of());
  }

  private static MapResult no() {
    return new MapResult.Transacted(false, List.of());
  }

  @Test
  void nestedComparesAreMadeBeforeTheFirstStepWhereThatIsSaid() {
    MapOp nested = when(new Compare.Value(KeyRange.of("a"), Relation.EQUAL, "1"));
    List<MapOp> steps = List.of(new MapOp.Put("a", "2"), nested);
    MapOp ahead = new MapOp.Transaction(List.of(), steps, List.of(), true);
    MapOp stepByStep = new MapOp.Transaction(List.of(), steps, List.of());
    MapResult holds = new MapResult.Transacted(true, List.of(DONE, yes()));
    MapResult fails = new MapResult.Transacted(true, List.of(DONE, no()));
    assertThat(three().does(ahead, 5, holds).revisions()).hasSize(4);
    assertThat(three().does(stepByStep, 5, fails).revisions()).hasSize(4);
    assertThat(three().does(ahead, 5, fails).why()).contains("took its other list");
    assertThat(three().does(stepByStep, 5, holds).why()).contains("took its first list");
  }

  @Test
  void whatOverlapsMayBeInEitherOrder() {
    MapStory story =
        new MapStory().asks(1, new MapOp.Put("a", "1")).asks(2, new MapOp.Put("a", "2"));
    story
        .seesNothing(1, "a")
        .hears(1, 3, DONE)
        .hears(2, 2, DONE)
        .sees(3, new MapItem("a", "1", 2, 3, 2));
    assertThat(story.revisions()).hasSize(2);
  }

  @Test
  void anOperationOfUnknownOutcomeTakesTheRevisionThatIsOpen() {
    MapStory story = new MapStory();
    story.givesUp(1, new MapOp.Put("a", "1")).givesUp(2, new MapOp.Put("b", "1"));
    story.givesUp(3, new MapOp.Put("b", "2")).puts("c", "3", 3);
    story.sees(3, fresh("b", "1", 2)).seesNothing(3, "a");
    assertThat(story.revisions().getFirst().by().process()).isEqualTo(2);
  }

  @Test
  void aWrongGuessIsTakenBack() {
    // Nothing tells of revision 2 but that a key is gone at 5, and that only one deletion is left.
    MapStory story = new MapStory().puts("a", "1", 2).puts("b", "2", 3);
    story.givesUp(1, MapOp.delete("a")).givesUp(2, MapOp.delete("b"));
    story.puts("c", "3", 5).puts("b", "4", 6);
    story.does(new MapOp.Count(KeyRange.all()), 6, new MapResult.Counted(2));
    assertThat(story.revisions().get(2).by().process()).isEqualTo(1);
  }

  @Test
  void aRevisionOfOthersIsTakenForGrantedOnlyIfTheyAreAllowed() {
    MapStory story = new MapStory().puts("a", "1", 2).puts("b", "2", 7);
    assertThat(story.verdict(MapChecker.Others.ELSEWHERE)).isInstanceOf(MapVerdict.Explained.class);
    assertThat(story.why())
        .isEqualTo(
            "4 revisions were taken by no answered operation (from 3 on: 3, 4, 5, 6),"
                + " and only 0 have an unknown outcome");
  }

  @Test
  void othersDoNotChangeKeysOfTheHistory() {
    MapStory story = new MapStory().puts("a", "1", 2).sees(3, new MapItem("a", "9", 2, 3, 2));
    assertThat(story.verdict(MapChecker.Others.ELSEWHERE).toString())
        .contains(
            "none of unknown outcome fits;"
                + " get a by p0 at revision 3 saw a=9 (created 2, modified 3, changes 2)");
  }

  @Test
  void aStaleReadMayBeOfAnyStateThatWas() {
    MapStory story = new MapStory().puts("a", "1", 2).puts("a", "2", 3);
    story.does(new MapOp.Stale(MapOp.get("a")), 2, items(1, false, fresh("a", "1", 2)));
    assertThat(story.revisions()).hasSize(2);
    story.does(new MapOp.Stale(MapOp.get("a")), 2, items(1, false, fresh("a", "2", 2)));
    assertThat(story.why()).startsWith("stale get a by p0 at revision 2 saw a=2 (");
  }

  @Test
  void aLostWriteIsCaught() {
    assertThat(three().seesNothing(4, "a").why())
        .isEqualTo(
            "get a by p0 at revision 4 saw nothing in place 1,"
                + " where the map held a=1 (created 2, modified 2, changes 1)");
  }

  @Test
  void twoWritesWithOneRevisionAreCaught() {
    MapStory story =
        new MapStory().asks(1, new MapOp.Put("a", "1")).asks(2, new MapOp.Put("b", "1"));
    assertThat(story.hears(1, 2, DONE).hears(2, 2, DONE).why())
        .isEqualTo(
            "put b 1 by p2 at revision 2 has the revision of another:"
                + " put a 1 by p1 at revision 2");
  }

  @Test
  void aRangeThatMixesTwoRevisionsIsCaught() {
    // One transaction changed both keys; the range saw half of it.
    MapOp both =
        new MapOp.Transaction(
            List.of(), List.of(new MapOp.Put("a", "5"), new MapOp.Put("c", "5")), List.of());
    MapStory story =
        three()
            .does(both, 5, new MapResult.Transacted(true, List.of(DONE, DONE)))
            .lists(5, fresh("a", "1", 2), fresh("b", "2", 3), new MapItem("c", "5", 4, 5, 2));
    assertThat(story.why())
        .contains("saw a=1 (created 2, modified 2, changes 1) in place 1")
        .endsWith("where the map held a=5 (created 2, modified 5, changes 2)");
  }

  @Test
  void aCountOffByOneIsCaught() {
    assertThat(three().does(new MapOp.Count(KeyRange.all()), 4, new MapResult.Counted(2)).why())
        .isEqualTo("count [\"\", end) by p0 at revision 4 counted 2 keys, where the map held 3");
    MapOp page = new MapOp.Range(KeyRange.all(), 1, false);
    assertThat(three().does(page, 4, items(4, true, fresh("a", "1", 2))).why())
        .endsWith("counted 4 keys, where the map held 3");
    MapOp delete = new MapOp.Delete(KeyRange.all());
    assertThat(three().does(delete, 5, new MapResult.Deleted(2)).why())
        .endsWith("took away 2 keys, where the map held 3 of them");
  }

  @Test
  void moreAtAPagesEdgeIsCaught() {
    MapOp two = new MapOp.Range(new KeyRange("a", "c"), 2, false);
    assertThat(three().does(two, 4, items(2, true, fresh("a", "1", 2), fresh("b", "2", 3))).why())
        .isEqualTo(
            "range [a, c) limit 2 by p0 at revision 4 was told that there is more,"
                + " where there was none");
    MapOp one = new MapOp.Range(new KeyRange("a", "c"), 1, false);
    assertThat(three().does(one, 4, items(2, false, fresh("a", "1", 2))).why())
        .endsWith("was told that this is all, where there was more");
  }

  @Test
  void aTransactionThatIsHalfDoneIsCaught() {
    MapStory story = three().does(move("b", "d", "2"), 5, moved());
    story.does(MapOp.get("d"), 5, items(1, false, fresh("d", "2", 5)));
    assertThat(story.sees(5, fresh("b", "2", 3)).why())
        .isEqualTo(
            "get b by p0 at revision 5 saw b=2 (created 3, modified 3, changes 1) in place 1,"
                + " where the map held nothing");
    // The same where its outcome is unknown.
    MapStory unknown = three().givesUp(1, move("b", "d", "2")).sees(5, fresh("d", "2", 5));
    assertThat(unknown.sees(5, fresh("b", "2", 3)).why()).contains("none of unknown outcome fits");
  }

  @Test
  void aCompareOfAnOlderStateIsCaught() {
    MapStory story = three().puts("b", "9", 5).does(move("b", "d", "2"), 6, moved());
    assertThat(story.why())
        .endsWith("at revision 6 took its first list, where a compare did not hold");
  }

  @Test
  void anAdditionDoneTwiceIsCaught() {
    MapStory story = new MapStory().does(new MapOp.Add("n", 1), 2, new MapResult.Number(1));
    assertThat(story.does(new MapOp.Add("n", 1), 3, new MapResult.Number(3)).why())
        .isEqualTo("add n 1 by p0 at revision 3 came to 3, where the map came to 2");
    // A retry that was done once more has a revision of its own.
    MapStory retried = new MapStory().does(new MapOp.Add("n", 1), 2, new MapResult.Number(1));
    assertThat(retried.sees(3, new MapItem("n", "2", 2, 3, 2)).why())
        .startsWith("1 revisions were taken by no answered operation (from 3 on: 3)");
  }

  @Test
  void anUnknownOperationThatTookEffectTwiceIsCaught() {
    MapStory story = new MapStory().givesUp(1, new MapOp.Add("n", 1));
    story.givesUp(2, new MapOp.Put("other", "1")).sees(2, fresh("n", "1", 2));
    story.sees(3, new MapItem("n", "2", 2, 3, 2));
    assertThat(story.violated().revision()).isEqualTo(3);
    assertThat(story.why())
        .startsWith(
            "no operation took it, and none of unknown outcome fits;"
                + " get n by p0 at revision 3 saw n=2 (");
    assertThat(story.violated().last()).extracting(MapHistory.Call::process).containsExactly(1);
  }

  @Test
  void aStaleReadThatIsCalledFreshIsCaught() {
    MapStory story = new MapStory().puts("a", "1", 2).puts("a", "2", 3);
    assertThat(story.sees(2, fresh("a", "1", 2)).why())
        .isEqualTo(
            "get a by p0 at revision 2 is out of time:"
                + " what ended before it was asked for is put a 2 by p0 at revision 3");
  }

  @Test
  void aWriteBehindWhatWasSeenIsCaught() {
    MapStory story = new MapStory().asks(1, new MapOp.Put("a", "1")).seesNothing(2, "a");
    story.asks(2, new MapOp.Put("b", "2")).hears(2, 2, DONE).hears(1, 3, DONE);
    assertThat(story.why()).startsWith("put b 2 by p2 at revision 2 is out of time");
  }

  @Test
  void anUnknownOperationSeenBeforeItWasAskedForIsCaught() {
    MapStory story = new MapStory().sees(2, fresh("a", "1", 2)).givesUp(1, new MapOp.Put("a", "1"));
    assertThat(story.why()).contains("none of unknown outcome fits");
  }

  @Test
  void aFailedWriteThatIsSeenIsCaught() {
    MapStory story = new MapStory().asks(1, new MapOp.Put("a", "1")).isRefused(1);
    assertThat(story.sees(2, fresh("a", "1", 2)).verdict()).isInstanceOf(MapVerdict.Violated.class);
  }

  @Test
  void aWrongCreationAfterDeleteAndPutIsCaught() {
    MapStory story = new MapStory().puts("a", "1", 2).deletes("a", 3).puts("a", "2", 4);
    assertThat(story.sees(4, new MapItem("a", "2", 2, 4, 1)).why())
        .endsWith("where a=2 (created 4, modified 4, changes 1) was left");
  }

  @Test
  void aWrongNumberOfChangesIsCaught() {
    MapStory story = new MapStory().puts("a", "1", 2).puts("a", "2", 3);
    assertThat(story.sees(3, new MapItem("a", "2", 2, 3, 1)).why())
        .endsWith("where a=2 (created 2, modified 3, changes 2) was left");
  }

  @Test
  void aWrongDescendingOrderIsCaught() {
    MapOp last = new MapOp.Range(KeyRange.all(), 2, true);
    assertThat(three().does(last, 4, items(3, true, fresh("b", "2", 3), fresh("c", "3", 4))).why())
        .startsWith("range [\"\", end) limit 2 descending by p0 at revision 4 saw b=2")
        .contains("in place 1, where the map held c=3");
  }

  @Test
  void aDeletedKeyThatComesBackIsCaught() {
    MapStory story = three().deletes("b", 5).puts("d", "4", 6);
    assertThat(story.sees(6, fresh("b", "2", 3)).why()).endsWith("where the map held nothing");
  }

  @Test
  void aReadOfARevisionThatHasNotBeenIsCaught() {
    assertThat(three().does(MapOp.get("a"), 9, items(1, false, fresh("a", "1", 2))).why())
        .startsWith("5 revisions were taken by no answered operation (from 5 on: 5, 6, 7, 8, 9)");
  }

  @Test
  void aTransactionOfWhichAStepIsRefusedLeavesNothingBehind() {
    MapOp both =
        new MapOp.Transaction(
            List.of(), List.of(new MapOp.Put("b", "1"), new MapOp.Add("a", 1)), List.of());
    MapStory story = new MapStory().puts("a", "word", 2).does(both, 2, new MapResult.Refused());
    assertThat(story.lists(2, fresh("a", "word", 2)).revisions()).hasSize(1);
    assertThat(story.sees(2, fresh("b", "1", 2)).why()).contains("saw b=1");
  }

  @Test
  void aRefusalWithoutReasonIsCaught() {
    assertThat(new MapStory().does(new MapOp.Add("n", 1), 1, new MapResult.Refused()).why())
        .endsWith("was refused, where nothing stood against it");
    assertThat(
            new MapStory()
                .puts("n", "" + Long.MAX_VALUE, 2)
                .does(new MapOp.Add("n", 1), 3, new MapResult.Number(Long.MIN_VALUE))
                .why())
        .endsWith("was done, where the map had to refuse it");
  }

  @Test
  void aHistoryTakesNoAnswerThatCannotBe() {
    assertThatThrownBy(() -> new MapStory().does(MapOp.get("a"), 1, DONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MapStory().does(move("a", "b", "1"), 1, no()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatGoesBeyondTheLimitsIsUndecided() {
    MapHistory.Recorder recorder = new MapHistory.Recorder(1);
    for (int i = 0; i < 100; i++) recorder.invoke(i, new MapOp.Put("k" + i, "1"), i);
    int put = recorder.invoke(0, new MapOp.Put("a", "1"), 200);
    recorder.complete(put, 90, DONE, 201);
    MapChecker checker = new MapChecker(new MapChecker.Limits(1000, 1000), MapChecker.Others.NONE);
    assertThat(checker.check(recorder.history())).isInstanceOf(MapVerdict.Undecided.class);
  }
}
