package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CommitQuestionsTest {
  private static final long PATIENCE = CommitQuestions.PATIENCE_NANOS;
  private static final long LOST = 50 * PATIENCE;
  private static final long NEVER = Long.MAX_VALUE;

  private final CommitQuestions questions = new CommitQuestions(LOST);

  @Test
  @DisplayName("the leader is asked when the commit index stands still, and once more")
  void twice() {
    assertThat(questions.look(7, 7, 0)).isFalse();
    assertThat(questions.nextNanos(NEVER)).isEqualTo(NEVER);
    assertThat(questions.look(7, 8, 10)).isFalse();
    assertThat(questions.nextNanos(NEVER)).isEqualTo(10 + PATIENCE);
    assertThat(questions.look(7, 9, 10 + PATIENCE)).isTrue();
    questions.submitted(1, 10 + PATIENCE);
    assertThat(questions.look(7, 9, 10 + PATIENCE)).isFalse();
    long answered = 20 + PATIENCE;
    questions.answered(2, answered);
    assertThat(questions.nextNanos(NEVER)).isEqualTo(10 + PATIENCE + LOST);
    questions.answered(1, answered);
    assertThat(questions.nextNanos(NEVER)).isEqualTo(answered + PATIENCE);
    assertThat(questions.look(7, 9, answered + PATIENCE)).isTrue();
    questions.submitted(3, answered + PATIENCE);
    assertThat(questions.look(7, 9, answered + 1_000 * LOST)).isFalse();
    assertThat(questions.nextNanos(NEVER)).isEqualTo(NEVER);
  }

  @Test
  @DisplayName("every commit that comes by itself begins the wait anew")
  void moves() {
    assertThat(questions.look(1, 2, 0)).isFalse();
    assertThat(questions.look(2, 4, PATIENCE)).isFalse();
    assertThat(questions.look(3, 4, 2 * PATIENCE)).isFalse();
    questions.stop();
    assertThat(questions.nextNanos(NEVER)).isEqualTo(NEVER);
    assertThat(questions.look(3, 4, 9 * PATIENCE)).isFalse();
    assertThat(questions.look(3, 4, 10 * PATIENCE)).isTrue();
  }
}
