package io.jangada.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The last check before a verdict of linearizable lets no wrong order through.
class LinearizationTest {

  private final List<RecordedOp> operations =
      new Story()
          .writes(1, "a")
          .asks(2, new Op.Write("b"))
          .givesUp(2)
          .reads(3, "a")
          .asks(1, new Op.Write("a"))
          .reads(3, "b")
          .hears(1, new RecordedResult.Written())
          .asks(4, new Op.Delete())
          .isRefused(4)
          .history()
          .operations();

  @Test
  void aRightOrderPasses() {
    assertThat(verified(0, 2, 1, 4, 3)).isTrue();
    assertThat(verified(0, 2, 3, 1, 4)).isTrue();
  }

  @Test
  void anAnsweredOperationMayNotBeMissing() {
    assertThat(verified(0, 2, 1, 4)).isFalse();
  }

  @Test
  void everyAnswerMustBeRight() {
    assertThat(verified(0, 1, 2, 4, 3)).isFalse();
  }

  @Test
  void nothingHappensTwice() {
    assertThat(verified(0, 2, 1, 4, 1, 3)).isFalse();
  }

  @Test
  void nothingComesBeforeWhatEndedFirst() {
    // The answers would be right, but write 3 was asked for only after read 2 had ended.
    assertThat(verified(0, 3, 2, 1, 4)).isFalse();
  }

  private boolean verified(int... ids) {
    return Linearization.verified(
        operations, java.util.Arrays.stream(ids).mapToObj(operations::get).toList());
  }
}
