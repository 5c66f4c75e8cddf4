package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Histories made by hand, good and bad, one for each way in which a store can go wrong.
class CheckerTest {

  @Test
  void nothingAtAllIsLinearizable() {
    assertThat(new Story().verdict()).isInstanceOf(Verdict.Linearizable.class);
  }

  @Test
  void oneAfterAnotherIsLinearizableInThatOrder() {
    Story story =
        new Story()
            .findsNothing(1)
            .writes(1, "a")
            .reads(2, "a")
            .does(2, new Op.Cas("a", "b"), new RecordedResult.Written())
            .does(1, new Op.Cas("a", "c"), new RecordedResult.Mismatch())
            .does(1, new Op.Create("d"), new RecordedResult.Exists())
            .does(1, new Op.Delete(), new RecordedResult.Deleted())
            .does(2, new Op.Delete(), new RecordedResult.Absent())
            .does(2, new Op.Cas("a", "b"), new RecordedResult.Absent())
            .does(2, new Op.CasOrCreate("a", "b"), new RecordedResult.Written())
            .does(1, new Op.DeleteIfValue("c"), new RecordedResult.Mismatch())
            .does(1, new Op.DeleteIfValue("b"), new RecordedResult.Deleted())
            .does(1, new Op.Create("e"), new RecordedResult.Written())
            .reads(1, "e");
    assertThat(order(story)).isEqualTo(story.history().operations());
  }

  @Test
  void readsDuringAWriteMaySeeEitherSideOfIt() {
    Story story = new Story().writes(1, "a").asks(1, new Op.Write("b"));
    story.reads(2, "a").reads(2, "b").hears(1, new RecordedResult.Written()).reads(2, "b");
    assertThat(story.verdict()).isInstanceOf(Verdict.Linearizable.class);
  }

  @Test
  void readsThatGoBackAreCaught() {
    Story story = new Story().writes(1, "a").asks(1, new Op.Write("b"));
    story.reads(2, "b").reads(3, "a").hears(1, new RecordedResult.Written());
    assertThat(story.why()).isEqualTo("read by p3 saw a, the only possible value was b");
  }

  @Test
  void aStaleReadIsCaught() {
    assertThat(new Story().writes(1, "a").writes(1, "b").reads(2, "a").why())
        .isEqualTo("read by p2 saw a, the only possible value was b");
  }

  @Test
  void aReadOfNothingAfterAWriteIsCaught() {
    assertThat(new Story().writes(1, "a").findsNothing(2).why())
        .isEqualTo("read by p2 found nothing there, the only possible value was a");
  }

  @Test
  void aValueThatNobodyWroteIsCaught() {
    assertThat(new Story().writes(1, "4").reads(3, "1").why())
        .isEqualTo("read by p3 saw 1, the only possible value was 4; nothing ever wrote 1");
  }

  @Test
  void aValueFromTheFutureIsCaught() {
    assertThat(new Story().reads(3, "1").writes(1, "1").why())
        .isEqualTo(
            "read by p3 saw 1, the only possible value was absent; nothing had asked to write 1 by"
                + " then");
  }

  @Test
  void aFailedWriteThatCanBeSeenIsCaught() {
    Story story = new Story().writes(1, "a").asks(2, new Op.Write("b")).isRefused(2);
    assertThat(story.reads(3, "b").why())
        .isEqualTo(
            "read by p3 saw b, the only possible value was a; b is what failed: write b by p2"
                + " certainly failed");
  }

  @Test
  void allPossibleValuesAreNamed() {
    Story story = new Story().writes(1, "4").asks(1, new Op.Delete()).asks(2, new Op.Write("5"));
    assertThat(story.reads(3, "1").hears(1, new RecordedResult.Deleted()).why())
        .startsWith("read by p3 saw 1, possible values were 4 or ")
        .contains("absent");
  }

  @Test
  void aLostUpdateIsCaught() {
    // Both read 1 and both were told that they made 2 of it.
    Story story = new Story().writes(1, "1").asks(1, new Op.Cas("1", "2"));
    story
        .does(2, new Op.Cas("1", "2"), new RecordedResult.Written())
        .hears(1, new RecordedResult.Written());
    assertThat(story.why())
        .isEqualTo("cas 1 to 2 by p1 took effect, the only possible value was 2");
  }

  @Test
  void aLostWriteIsCaught() {
    Story story =
        new Story().writes(1, "a").does(1, new Op.Create("b"), new RecordedResult.Written());
    assertThat(story.why()).isEqualTo("create b by p1 took effect, the only possible value was a");
  }

  @Test
  void aMismatchThatWasNoneIsCaught() {
    Story story =
        new Story().writes(1, "a").does(2, new Op.Cas("a", "b"), new RecordedResult.Mismatch());
    assertThat(story.why())
        .isEqualTo("cas a to b by p2 found something else there, the only possible value was a");
  }

  @Test
  void anUnknownWriteMayNeverHappen() {
    Story story = new Story().writes(1, "a").asks(2, new Op.Write("b")).givesUp(2);
    Verdict verdict = story.reads(3, "a").reads(3, "a").verdict();
    assertThat(verdict).isInstanceOf(Verdict.Linearizable.class);
    assertThat(order(story)).extracting(RecordedOp::id).containsExactly(0, 2, 3);
  }

  @Test
  void anUnknownWriteMayTakeEffectLate() {
    Story story = new Story().writes(1, "a").asks(2, new Op.Write("b")).givesUp(2);
    story.reads(3, "a").writes(1, "c").reads(3, "c").reads(3, "b");
    assertThat(order(story)).extracting(RecordedOp::id).containsExactly(0, 2, 3, 4, 1, 5);
  }

  @Test
  void anUnknownWriteHappensOnce() {
    Story story = new Story().asks(2, new Op.Write("b")).givesUp(2).reads(3, "b");
    assertThat(story.writes(1, "a").reads(3, "b").why())
        .isEqualTo("read by p3 saw b, the only possible value was a");
  }

  @Test
  void twoUnknownWritesOfOneValueHappenTwiceAndNoMore() {
    Story story = new Story().asks(2, new Op.Write("b")).givesUp(2);
    story.asks(2, new Op.Write("b")).givesUp(2).reads(3, "b");
    story.does(1, new Op.Delete(), new RecordedResult.Deleted()).reads(3, "b");
    assertThat(story.verdict()).isInstanceOf(Verdict.Linearizable.class);
    story.does(1, new Op.Delete(), new RecordedResult.Deleted()).reads(3, "b");
    assertThat(story.why()).startsWith("read by p3 saw b, the only possible value was absent");
  }

  @Test
  void anUnknownWriteIsNotSeenBeforeItIsAskedFor() {
    Story story = new Story().writes(1, "a").reads(3, "b");
    assertThat(story.asks(2, new Op.Write("b")).givesUp(2).verdict())
        .isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void anUnknownCasAppliedTwiceIsCaught() {
    Story story = new Story().writes(1, "1").asks(2, new Op.Cas("1", "2")).givesUp(2).reads(3, "2");
    story.writes(1, "1").reads(3, "2");
    assertThat(story.why()).isEqualTo("read by p3 saw 2, the only possible value was 1");
  }

  @Test
  void anUnknownWriteMayHideAnotherAndBeHiddenItself() {
    // Only write 0, then cas: the unknown write of 0 must not be taken to do the same as well.
    Story story = new Story().asks(0, new Op.Write("0")).givesUp(0);
    story.asks(1, new Op.CasOrCreate("0", "2")).asks(0, new Op.Write("0"));
    story.hears(1, new RecordedResult.Written()).hears(0, new RecordedResult.Written());
    story.reads(1, "2").does(0, new Op.Cas("2", "2"), new RecordedResult.Written()).reads(1, "2");
    assertThat(story.verdict()).isInstanceOf(Verdict.Linearizable.class);
  }

  @Test
  void whatMustHaveHappenedIsBlamedWithWhoSawIt() {
    Story story = new Story().writes(1, "1").asks(2, new Op.Cas("3", "4")).givesUp(2);
    story.writes(1, "3").writes(1, "5").asks(3, new Op.Write("3")).reads(4, "4");
    story.hears(3, new RecordedResult.Written());
    assertThat(story.verdict()).isInstanceOf(Verdict.Linearizable.class);
    Story worse = new Story().writes(1, "1").asks(2, new Op.Cas("3", "4")).givesUp(2);
    worse.reads(4, "4").writes(1, "3");
    assertThat(worse.why())
        .startsWith("cas 3 to 4 by p2 ")
        .contains("must have taken effect: read by p4 saw 4,", "the only possible value was 1");
  }

  @Test
  void aValueMayComeBackAndBeReadAgain() {
    Story story = new Story().writes(1, "a").writes(1, "b").writes(1, "a").reads(2, "a");
    assertThat(story.verdict()).isInstanceOf(Verdict.Linearizable.class);
  }

  @Test
  void concurrentWritesHideEachOther() {
    Story story = new Story();
    for (int p = 0; p < 40; p++) {
      story.asks(p, new Op.Write("v" + p));
    }
    for (int p = 0; p < 40; p++) {
      story.hears(p, new RecordedResult.Written());
    }
    assertThat(story.reads(50, "v7").verdict()).isInstanceOf(Verdict.Linearizable.class);
    assertThat(story.reads(50, "v8").why())
        .isEqualTo("read by p50 saw v8, the only possible value was v7");
  }

  @Test
  void versionsThatRepeatAreCaught() {
    Story story = new Story().does(1, new Op.Write("a"), new RecordedResult.Written(3));
    story.does(2, new Op.Write("b"), new RecordedResult.Written(3));
    assertThat(story.why())
        .isEqualTo(
            "write b by p2 took effect at version 3, the only possible value was a at version 3");
  }

  @Test
  void versionsGrowAcrossDeletions() {
    Story story = new Story().does(1, new Op.Write("a"), new RecordedResult.Written(3));
    story.does(1, new Op.Delete(), new RecordedResult.Deleted(4));
    Story again = new Story().does(1, new Op.Write("a"), new RecordedResult.Written(3));
    again.does(1, new Op.Delete(), new RecordedResult.Deleted());
    assertThat(again.does(1, new Op.Create("b"), new RecordedResult.Written(4)).verdict())
        .isInstanceOf(Verdict.Linearizable.class);
    assertThat(story.does(1, new Op.Create("b"), new RecordedResult.Written(4)).why())
        .isEqualTo(
            "create b by p1 took effect at version 4, the only possible value was absent with all"
                + " versions below 5 used up");
  }

  @Test
  void aVersionLeavesNoRoomForAWriteThatMustBeBetween() {
    Story story =
        new Story().does(1, new Op.Write("a"), new RecordedResult.Written(3)).writes(1, "b");
    story.does(1, new Op.Write("c"), new RecordedResult.Written(4));
    assertThat(story.why())
        .isEqualTo(
            "write c by p1 took effect at version 4, the only possible value was b at version 4 or"
                + " later");
  }

  @Test
  void aReadNamesTheVersionOfTheWriteItSaw() {
    Story story = new Story().does(1, new Op.Write("a"), new RecordedResult.Written(3));
    assertThat(story.does(2, new Op.Read(), new RecordedResult.Found("a", 4)).why())
        .isEqualTo("read by p2 saw a at version 4, the only possible value was a at version 3");
  }

  @Test
  void equalValuesOfDifferentVersionsAreToldApart() {
    // The value came back to a, but a conditional write on the old version was accepted.
    Story story =
        new Story().does(1, new Op.Write("a"), new RecordedResult.Written(3)).writes(1, "b");
    story.writes(1, "a").does(2, new Op.CasVersion(3, "c"), new RecordedResult.Written());
    assertThat(story.why())
        .isEqualTo(
            "cas version 3 to c by p2 took effect, the only possible value was a at version 5 or"
                + " later");
  }

  @Test
  void aMismatchRulesAVersionOut() {
    Story story = new Story().writes(1, "a");
    story.does(2, new Op.CasVersion(3, "c"), new RecordedResult.Mismatch());
    story.does(2, new Op.DeleteIfVersion(0), new RecordedResult.Mismatch());
    assertThat(story.does(2, new Op.Read(), new RecordedResult.Found("a", 3)).why())
        .isEqualTo(
            "read by p2 saw a at version 3, the only possible value was a at version 1 or later but"
                + " not 3");
  }

  @Test
  void aWriteThatHidesAnotherMustHaveAVersionForIt() {
    // Nothing is between 3 and 4, so b must come after both; then it cannot have been hidden.
    Story story = new Story().does(1, new Op.Write("a"), new RecordedResult.Written(3));
    story.asks(2, new Op.Write("b")).asks(3, new Op.Write("c"));
    story.hears(2, new RecordedResult.Written()).hears(3, new RecordedResult.Written());
    story.does(1, new Op.Read(), new RecordedResult.Found("c", 4));
    assertThat(story.verdict()).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void keysAreCheckedEachByItself() {
    History.Recorder recorder = new History.Recorder();
    int write = recorder.invoke(1, "good", new Op.Write("a"), 0);
    recorder.complete(write, new RecordedResult.Written(), 1);
    int read = recorder.invoke(2, "bad", new Op.Read(), 2);
    recorder.complete(read, new RecordedResult.Found("a"), 3);
    Verdict verdict = new Checker().check(recorder.history());
    assertThat(verdict).isInstanceOf(Verdict.NotLinearizable.class);
    Verdict.NotLinearizable bad = (Verdict.NotLinearizable) verdict;
    assertThat(bad.key()).isEqualTo("bad");
    assertThat(bad.stuck().id()).isEqualTo(read);
    assertThat(bad).hasToString("not linearizable, key bad: " + bad.why());
  }

  @Test
  void theLongestOrderAndWaysTriedAreTold() {
    Story story = new Story().writes(1, "a").asks(1, new Op.Write("b")).asks(2, new Op.Write("c"));
    story
        .hears(1, new RecordedResult.Written())
        .reads(3, "a")
        .hears(2, new RecordedResult.Written());
    Verdict.NotLinearizable bad = (Verdict.NotLinearizable) story.verdict();
    assertThat(bad.stuck().process()).isEqualTo(3);
    assertThat(bad.longest()).isNotEmpty().doesNotContain(bad.stuck());
    assertThat(bad.attempts()).isNotEmpty().allMatch(a -> !a.state().equals("a"));
  }

  @Test
  void limitsEndInAnUndecidedAndNeverInAVerdict() {
    RandomHistory.Shape shape = new RandomHistory.Shape(300, 20, 1, 3, 100, 0, 0);
    History history = RandomHistory.draw(shape, new SplittableRandom(1));
    assertThat(new Checker(new Checker.Limits(50, 1_000_000)).check(history))
        .hasToString("undecided, key k0: tried 50 placements");
    assertThat(new Checker(new Checker.Limits(1_000_000, 10)).check(history))
        .hasToString("undecided, key k0: met 10 partial orders");
    assertThatThrownBy(() -> new Checker.Limits(0, 1)).hasMessageContaining("at least 1");
  }

  @Test
  void aFailureOutweighsAnUndecidedKey() {
    RandomHistory.Shape shape = new RandomHistory.Shape(300, 20, 1, 3, 100, 0, 0);
    History hard = RandomHistory.draw(shape, new SplittableRandom(1));
    String text =
        HistoryText.write(hard)
            .replace(
                "end 300\n", "300 invoke 99999 p1 \"y\" read\n300 ok 99999 found \"z\"\nend 301");
    History both = HistoryTextTest.good(text);
    assertThat(new Checker(new Checker.Limits(50, 1_000_000)).check(both))
        .isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void equalHistoriesGetEqualVerdicts() {
    for (int seed = 0; seed < 30; seed++) {
      RandomHistory.Shape shape = new RandomHistory.Shape(200, 6, 2, 4, 50, 20, seed % 3 * 5);
      History first = spoilt(shape, seed);
      History second = spoilt(shape, seed);
      assertThat(HistoryPage.draw(first, new Checker().check(first)))
          .as("seed %d", seed)
          .isEqualTo(HistoryPage.draw(second, new Checker().check(second)));
    }
  }

  private static History spoilt(RandomHistory.Shape shape, long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    return RandomHistory.spoilt(RandomHistory.draw(shape, dice), dice);
  }

  private static List<RecordedOp> order(Story story) {
    return ((Verdict.Linearizable) story.verdict()).orders().getFirst().operations();
  }
}
