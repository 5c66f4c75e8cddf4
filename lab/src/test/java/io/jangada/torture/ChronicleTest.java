package io.jangada.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Checker;
import io.jangada.check.Result;
import io.jangada.check.Verdict;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a run remembers of its clients, and that it notices when they were told nonsense.
class ChronicleTest {
  private static final long MILLIS_MAX = 60_000;

  @TempDir private Path folder;
  private final Pulse pulse = new Pulse();

  private static Wish set(Epoch epoch, String value, long exptime) {
    return new Wish(Wish.Verb.SET, epoch.key(0), value, 0, exptime);
  }

  private static Wish getm(Epoch epoch) {
    return new Wish(Wish.Verb.GETM, epoch.key(0), "", 0, 0);
  }

  private static void ask(Epoch epoch, Wish wish, Result result) {
    epoch.begin(1, wish).end(new Said.Done(result));
  }

  private static Verdict verdict(Epoch epoch) {
    return new Checker().check(epoch.history());
  }

  @Test
  void goodEpochsAreCountedAndNothingIsWritten() throws Exception {
    Chronicle chronicle = new Chronicle(folder, pulse);
    Epoch first = chronicle.current();
    ask(first, set(first, "a", 0), new Result.Written(3));
    Epoch.Note late = first.begin(2, getm(first));
    chronicle.rotate();
    assertThat(first.begin(1, getm(first))).isNull();
    Epoch second = chronicle.current();
    assertThat(second.key(0)).isNotEqualTo(first.key(0));
    ask(second, getm(second), new Result.Absent());
    late.end(new Said.Done(new Result.Found("a", 3)));
    chronicle.end(MILLIS_MAX);
    assertThat(pulse.troubles()).isEmpty();
    assertThat(chronicle.good()).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anAnswerThatCannotBeIsTroubleAndIsDrawn() throws Exception {
    Chronicle chronicle = new Chronicle(folder, pulse);
    Epoch epoch = chronicle.current();
    ask(epoch, set(epoch, "a", 0), new Result.Written(3));
    ask(epoch, getm(epoch), new Result.Absent());
    chronicle.end(MILLIS_MAX);
    assertThat(pulse.isTroubled()).isTrue();
    assertThat(pulse.troubles().getFirst()).contains("not linearizable", "history-1.html");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files)
          .extracting(path -> path.getFileName().toString())
          .containsExactlyInAnyOrder("history-1.html", "history-1.txt");
    }
    assertThat(Files.readString(folder.resolve("history-1.txt"))).contains("create \"a\"");
  }

  @Test
  void aWriteOfUnknownOutcomeMayBeThereOrNot() {
    for (Result seen : List.of(new Result.Absent(), new Result.Found("a", 7))) {
      Epoch epoch = new Epoch(1, 100);
      epoch.begin(1, set(epoch, "a", 0)).end(new Said.Unknown());
      ask(epoch, getm(epoch), seen);
      assertThat(verdict(epoch)).isInstanceOf(Verdict.Linearizable.class);
    }
  }

  @Test
  void aWriteThatWasNotDoneMustNotBeThere() {
    Epoch epoch = new Epoch(1, 100);
    epoch.begin(1, set(epoch, "a", 0)).end(new Said.No());
    ask(epoch, getm(epoch), new Result.Found("a", 7));
    assertThat(verdict(epoch)).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void nothingMayExpireEarly() {
    Epoch epoch = new Epoch(1, 100);
    ask(epoch, set(epoch, "a", 100), new Result.Written(3));
    ask(epoch, getm(epoch), new Result.Absent());
    assertThat(verdict(epoch)).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void whatIsDueMayBeGoneAndMayBeThereStill() throws InterruptedException {
    Epoch epoch = new Epoch(1, 100);
    ask(epoch, set(epoch, "a", 1), new Result.Written(3));
    ask(epoch, getm(epoch), new Result.Found("a", 3));
    Waiting.pause(1_000);
    ask(epoch, getm(epoch), new Result.Found("a", 3));
    ask(epoch, getm(epoch), new Result.Absent());
    assertThat(verdict(epoch)).isInstanceOf(Verdict.Linearizable.class);
    ask(epoch, getm(epoch), new Result.Found("a", 3));
    assertThat(verdict(epoch)).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void theVersionThatWasSeenLastIsTheOneToCompareWith() {
    Epoch epoch = new Epoch(1, 100);
    assertThat(epoch.versionOf(epoch.key(0))).isZero();
    ask(epoch, set(epoch, "a", 0), new Result.Written(3));
    ask(epoch, getm(epoch), new Result.Found("a"));
    assertThat(epoch.versionOf(epoch.key(0))).isEqualTo(3);
    ask(epoch, getm(epoch), new Result.Found("b", 9));
    assertThat(epoch.versionOf(epoch.key(0))).isEqualTo(9);
  }

  @Test
  void anEpochHoldsNoMoreThanItMay() {
    Epoch epoch = new Epoch(1, 2);
    assertThat(epoch.begin(1, getm(epoch))).isNotNull();
    assertThat(epoch.begin(1, getm(epoch))).isNotNull();
    assertThat(epoch.isFull()).isTrue();
    assertThat(epoch.begin(1, getm(epoch))).isNull();
  }

  @Test
  void theDiaryIsAFile() throws IOException {
    try (Diary diary = new Diary(folder, null)) {
      diary.tell("kill -9 of [2]");
    }
    assertThat(Files.readString(folder.resolve("torture.log"))).contains("s  kill -9 of [2]");
  }
}
