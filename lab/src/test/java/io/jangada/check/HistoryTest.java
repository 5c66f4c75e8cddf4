package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HistoryTest {

  private final History.Recorder recorder = new History.Recorder();

  @Test
  void remembersWhatHappenedInOrder() {
    int write = recorder.invoke(3, "x", new Op.Write("1"), 100);
    int read = recorder.invoke(4, "x", new Op.Read(), 100);
    int lost = recorder.invoke(5, "y", new Op.Delete(), 105);
    recorder.complete(write, new RecordedResult.Written(7), 110);
    recorder.fail(read, 120);
    History history = recorder.history();
    assertThat(history.operations())
        .extracting(RecordedOp::ending)
        .containsExactly(
            new Ending.Ok(new RecordedResult.Written(7), 110, 3),
            new Ending.Failed(120, 4),
            new Ending.Unknown());
    assertThat(history.byKey().keySet()).containsExactly("x", "y");
    recorder.unknown(lost);
    assertThat(history.operations().get(lost))
        .hasToString("delete by p5 ended with an unknown outcome");
  }

  @Test
  void aHistoryTakenEarlyDoesNotChange() {
    int write = recorder.invoke(1, "x", new Op.Write("1"), 0);
    History early = recorder.history();
    recorder.complete(write, new RecordedResult.Written(), 1);
    assertThat(early.operations().getFirst().ending()).isEqualTo(new Ending.Unknown());
  }

  @Test
  void refusesWhatCannotBe() {
    int read = recorder.invoke(1, "x", new Op.Read(), 10);
    assertThatThrownBy(() -> recorder.complete(read, new RecordedResult.Exists(), 11))
        .hasMessage("Read[] cannot end in Exists[]");
    assertThatThrownBy(() -> recorder.complete(read, new RecordedResult.Absent(), 9))
        .hasMessage("time goes back from 10 to 9");
    assertThatThrownBy(() -> recorder.fail(1, 11)).hasMessage("there is no operation 1");
    assertThatThrownBy(() -> recorder.invoke(-1, "x", new Op.Read(), 11))
        .hasMessage("process -1 is negative");
    assertThatThrownBy(() -> new RecordedResult.Written(-2))
        .hasMessageContaining("version -2 is not");
    assertThatThrownBy(() -> new Op.CasVersion(-1, "x")).hasMessageContaining("version -1 is not");
    assertThatThrownBy(() -> new Op.Write(null)).hasMessage("value");
    recorder.complete(read, new RecordedResult.Absent(), 11);
    assertThatThrownBy(() -> recorder.unknown(read)).hasMessage("operation 0 has ended already");
    assertThat(recorder.history().operations()).hasSize(1);
  }

  @Test
  void isBounded() {
    String tooLong = "x".repeat(History.TEXT_MAX + 1);
    assertThatThrownBy(() -> recorder.invoke(1, tooLong, new Op.Read(), 0))
        .hasMessageContaining("65537 characters, the most is 65536");
    assertThatThrownBy(() -> recorder.invoke(1, "x", new Op.Write(tooLong), 0))
        .hasMessageContaining("the most is 65536");
    for (int i = 0; i < History.OPERATIONS_MAX; i++) {
      recorder.invoke(1, "x", new Op.Read(), i);
    }
    assertThatThrownBy(() -> recorder.invoke(1, "x", new Op.Read(), History.OPERATIONS_MAX))
        .hasMessage("a history takes 200000 operations");
    assertThat(recorder.size()).isEqualTo(History.OPERATIONS_MAX);
  }

  @Test
  void boundsAllCharactersTogether() {
    String long64k = "x".repeat(History.TEXT_MAX);
    int fit = History.CHARACTERS_MAX / (2 * History.TEXT_MAX);
    for (int i = 0; i < fit; i++) {
      recorder.invoke(1, long64k, new Op.Write(long64k), 0);
    }
    assertThatThrownBy(() -> recorder.invoke(1, "x", new Op.Read(), 0))
        .hasMessage("a history takes 67108864 characters");
  }
}
