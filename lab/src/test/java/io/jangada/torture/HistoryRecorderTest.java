package io.jangada.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Checker;
import io.jangada.check.RecordedResult;
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
class HistoryRecorderTest {
  private static final long MILLIS_MAX = 60_000;

  @TempDir private Path folder;
  private final ProgressLine progressLine = new ProgressLine();

  private static ClientOp set(Round epoch, String value, long exptime) {
    return new ClientOp(ClientOp.Verb.SET, epoch.key(0), value, 0, exptime);
  }

  private static ClientOp getm(Round epoch) {
    return new ClientOp(ClientOp.Verb.GETM, epoch.key(0), "", 0, 0);
  }

  private static void ask(Round epoch, ClientOp clientOp, RecordedResult result) {
    epoch.begin(1, clientOp).end(new OpResult.Done(result));
  }

  private static Verdict verdict(Round epoch) {
    return new Checker().check(epoch.history());
  }

  @Test
  void goodEpochsAreCountedAndNothingIsWritten() throws Exception {
    HistoryRecorder chronicle = new HistoryRecorder(folder, progressLine);
    Round first = chronicle.current();
    ask(first, set(first, "a", 0), new RecordedResult.Written(3));
    Round.Note late = first.begin(2, getm(first));
    chronicle.rotate();
    assertThat(first.begin(1, getm(first))).isNull();
    Round second = chronicle.current();
    assertThat(second.key(0)).isNotEqualTo(first.key(0));
    ask(second, getm(second), new RecordedResult.Absent());
    late.end(new OpResult.Done(new RecordedResult.Found("a", 3)));
    chronicle.end(MILLIS_MAX);
    assertThat(progressLine.troubles()).isEmpty();
    assertThat(chronicle.good()).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anAnswerThatCannotBeIsTroubleAndIsDrawn() throws Exception {
    HistoryRecorder chronicle = new HistoryRecorder(folder, progressLine);
    Round epoch = chronicle.current();
    ask(epoch, set(epoch, "a", 0), new RecordedResult.Written(3));
    ask(epoch, getm(epoch), new RecordedResult.Absent());
    chronicle.end(MILLIS_MAX);
    assertThat(progressLine.isTroubled()).isTrue();
    assertThat(progressLine.troubles().getFirst()).contains("not linearizable", "history-1.html");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files)
          .extracting(path -> path.getFileName().toString())
          .containsExactlyInAnyOrder("history-1.html", "history-1.txt");
    }
    assertThat(Files.readString(folder.resolve("history-1.txt"))).contains("create \"a\"");
  }

  @Test
  void aWriteOfUnknownOutcomeMayBeThereOrNot() {
    for (RecordedResult seen :
        List.of(new RecordedResult.Absent(), new RecordedResult.Found("a", 7))) {
      Round epoch = new Round(1, 100);
      epoch.begin(1, set(epoch, "a", 0)).end(new OpResult.Unknown());
      ask(epoch, getm(epoch), seen);
      assertThat(verdict(epoch)).isInstanceOf(Verdict.Linearizable.class);
    }
  }

  @Test
  void aWriteThatWasNotDoneMustNotBeThere() {
    Round epoch = new Round(1, 100);
    epoch.begin(1, set(epoch, "a", 0)).end(new OpResult.No());
    ask(epoch, getm(epoch), new RecordedResult.Found("a", 7));
    assertThat(verdict(epoch)).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void nothingMayExpireEarly() {
    Round epoch = new Round(1, 100);
    ask(epoch, set(epoch, "a", 100), new RecordedResult.Written(3));
    ask(epoch, getm(epoch), new RecordedResult.Absent());
    assertThat(verdict(epoch)).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void whatIsDueMayBeGoneAndMayBeThereStill() throws InterruptedException {
    Round epoch = new Round(1, 100);
    ask(epoch, set(epoch, "a", 1), new RecordedResult.Written(3));
    ask(epoch, getm(epoch), new RecordedResult.Found("a", 3));
    Waiting.pause(1_000);
    ask(epoch, getm(epoch), new RecordedResult.Found("a", 3));
    ask(epoch, getm(epoch), new RecordedResult.Absent());
    assertThat(verdict(epoch)).isInstanceOf(Verdict.Linearizable.class);
    ask(epoch, getm(epoch), new RecordedResult.Found("a", 3));
    assertThat(verdict(epoch)).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void theVersionThatWasSeenLastIsTheOneToCompareWith() {
    Round epoch = new Round(1, 100);
    assertThat(epoch.versionOf(epoch.key(0))).isZero();
    ask(epoch, set(epoch, "a", 0), new RecordedResult.Written(3));
    ask(epoch, getm(epoch), new RecordedResult.Found("a"));
    assertThat(epoch.versionOf(epoch.key(0))).isEqualTo(3);
    ask(epoch, getm(epoch), new RecordedResult.Found("b", 9));
    assertThat(epoch.versionOf(epoch.key(0))).isEqualTo(9);
  }

  @Test
  void anEpochHoldsNoMoreThanItMay() {
    Round epoch = new Round(1, 2);
    assertThat(epoch.begin(1, getm(epoch))).isNotNull();
    assertThat(epoch.begin(1, getm(epoch))).isNotNull();
    assertThat(epoch.begin(1, getm(epoch))).isNull();
  }

  @Test
  void theDiaryIsAFile() throws IOException {
    try (RunLog runLog = new RunLog(folder, null)) {
      runLog.write("kill -9 of [2]");
    }
    assertThat(Files.readString(folder.resolve("torture.log"))).contains("s  kill -9 of [2]");
  }
}
