package io.jangada.kv;

import static io.jangada.kv.Scribe.ABSENT;
import static io.jangada.kv.Scribe.ALWAYS;
import static io.jangada.kv.Scribe.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final KvLimits LIMITS =
      new KvLimits(100, 100, new KvLimits.State(3, 4, 8, 1_000, 100));
  private static final Result FORGOTTEN = new Result.Forgotten();

  private final Scribe scribe = new Scribe(LIMITS);

  @Test
  void aRequestSentAgainIsDoneOnceAndGetsTheFirstAnswer() {
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Written(1));
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Written(1));
    assertThat(scribe.get("a")).isEqualTo(found("ann1", 1));
    scribe.delete("a", ALWAYS);
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Written(1));
    assertThat(scribe.get("a")).isEqualTo(new Result.NotFound());
  }

  @Test
  void aRefusalIsAnAnswerTooAndStays() {
    scribe.set("a", "0");
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Exists(1));
    scribe.delete("a", ALWAYS);
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Exists(1));
    assertThat(scribe.get("a")).isEqualTo(new Result.NotFound());
  }

  @Test
  void requestsOfDifferentClientsAndKindsAreDifferent() {
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Written(1));
    assertThat(create("bob", 1, "a")).isEqualTo(new Result.Exists(1));
    assertThat(createNamed("ann", "1", "a")).isEqualTo(new Result.Exists(1));
    assertThat(scribe.store.sessionCount()).isEqualTo(2);
    assertThat(scribe.store.answerCount()).isEqualTo(3);
  }

  @Test
  void numbersMayComeInAnyOrderWithinTheWindow() {
    assertThat(create("ann", 3, "c")).isEqualTo(new Result.Written(1));
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Written(2));
    assertThat(create("ann", 2, "b")).isEqualTo(new Result.Written(3));
    assertThat(create("ann", 3, "c")).isEqualTo(new Result.Written(1));
  }

  @Test
  void aNumberNoGreaterThanAForgottenOneIsNeverDoneAgain() {
    for (int i = 1; i <= 5; i++) create("ann", 10 * i, "k" + i);
    assertThat(create("ann", 10, "k1")).isEqualTo(FORGOTTEN);
    assertThat(create("ann", 7, "new")).as("perhaps done, perhaps not").isEqualTo(FORGOTTEN);
    assertThat(scribe.get("new")).isEqualTo(new Result.NotFound());
    assertThat(create("ann", 11, "new")).isEqualTo(new Result.Written(8));
    // Forgotten is said again as often as one asks, and takes no place among the answers.
    assertThat(create("ann", 50, "k5")).isEqualTo(new Result.Written(5));
    assertThat(scribe.store.answerCount()).isEqualTo(4);
  }

  @Test
  void theHighestForgottenNumberCountsNotTheLast() {
    for (int number : new int[] {9, 2, 3, 4, 5, 10}) create("ann", number, "k" + number);
    // 9 and then 2 were forgotten.
    assertThat(create("ann", 8, "new")).isEqualTo(FORGOTTEN);
    assertThat(create("ann", 3, "k3")).as("remembered").isEqualTo(new Result.Written(3));
  }

  @Test
  void aClientWhoseRequestsUnderWayLieCloseTogetherIsNeverToldForgotten() {
    SplittableRandom dice = new SplittableRandom(23);
    Scribe scribe = new Scribe();
    TreeSet<Long> underWay = new TreeSet<>();
    long sent = 0;
    for (int step = 0; step < 50_000; step++) {
      // A number is lost, done, or done and asked again; the lowest one waits for as long as it
      // may.
      if (underWay.isEmpty() || sent < underWay.getFirst() + 63) underWay.add(++sent);
      if (dice.nextInt(4) == 0) continue;
      long number = dice.nextInt(10) == 0 ? underWay.getFirst() : underWay.getLast();
      Result result = scribe.run(id("ann", number), write("k", "v"));
      assertThat(result).isNotEqualTo(FORGOTTEN);
      if (dice.nextInt(3) > 0) underWay.remove(number);
    }
    assertThat(sent).isGreaterThan(5_000);
  }

  @Test
  void aNameThatIsForgottenIsTakenForNew() {
    for (int i = 1; i <= 5; i++) createNamed("ann", "r" + i, "k" + i);
    scribe.delete("k1", ALWAYS);
    assertThat(createNamed("ann", "r2", "k2")).isEqualTo(new Result.Written(2));
    assertThat(createNamed("ann", "r1", "k1")).isEqualTo(new Result.Written(8));
  }

  @Test
  void aSessionEndsWhenItWasNotUsedForLong() {
    create("ann", 1, "a");
    scribe.now = 999;
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Written(1));
    scribe.now = 1_998;
    assertThat(create("ann", 1, "a")).as("every use counts").isEqualTo(new Result.Written(1));
    scribe.now = 2_998;
    scribe.set("b", "1");
    assertThat(scribe.store.sessionCount()).isZero();
    assertThat(scribe.store.answerCount()).isZero();
    assertThat(create("ann", 1, "a")).as("taken for new").isEqualTo(new Result.Exists(1));
  }

  @Test
  void idleSessionsEndAFewAtATimeButNoneIsUsedAgain() {
    Scribe many = new Scribe();
    for (int i = 0; i < 100; i++) many.run(id("client" + i, 1), write("k" + i, "1"));
    many.now = LIMITS.state().idleMillisMax() + many.store.limits().state().idleMillisMax();
    assertThat(many.run(id("client99", 1), write("k99", "2"))).isEqualTo(new Result.Exists(100));
    assertThat(many.store.sessionCount()).isBetween(50, 99);
    for (int i = 0; i < 10; i++) many.expire();
    assertThat(many.store.sessionCount()).isEqualTo(1);
  }

  @Test
  void ofTooManySessionsTheLeastRecentlyUsedEnds() {
    create("ann", 1, "a");
    create("bob", 1, "b");
    create("cyd", 1, "c");
    create("ann", 1, "a");
    create("dan", 1, "d");
    assertThat(scribe.store.sessionCount()).isEqualTo(3);
    assertThat(create("ann", 1, "a")).isEqualTo(new Result.Written(1));
    assertThat(create("bob", 1, "b")).as("bob was forgotten").isEqualTo(new Result.Exists(2));
  }

  @Test
  void ofTooManyAnswersTheLeastRecentlyUsedSessionEnds() {
    for (int i = 1; i <= 3; i++) create("ann", i, "a" + i);
    for (int i = 1; i <= 3; i++) create("bob", i, "b" + i);
    for (int i = 1; i <= 2; i++) create("cyd", i, "c" + i);
    assertThat(scribe.store.answerCount()).isEqualTo(8);
    create("cyd", 3, "c3");
    assertThat(scribe.store.answerCount()).isEqualTo(6);
    assertThat(create("bob", 1, "b1")).isEqualTo(new Result.Written(4));
    assertThat(create("ann", 1, "a1")).as("ann was forgotten").isEqualTo(new Result.Exists(1));
  }

  @Test
  void aCommandWithoutAnIdIsDoneEachTime() {
    scribe.write("a", "1", 0, ALWAYS);
    scribe.write("a", "1", 0, ALWAYS);
    assertThat(scribe.get("a")).isEqualTo(found("1", 2));
    assertThat(scribe.store.sessionCount()).isZero();
  }

  private Result create(String client, long number, String key) {
    return scribe.run(id(client, number), write(key, client + number));
  }

  private Result createNamed(String client, String name, String key) {
    return scribe.run(
        new RequestId.Named(Bytes.utf8(client), Bytes.utf8(name)), write(key, client + name));
  }

  private static RequestId id(String client, long number) {
    return new RequestId.Numbered(Bytes.utf8(client), number);
  }

  private static Operation.Write write(String key, String value) {
    return new Operation.Write(Bytes.utf8(key), Bytes.utf8(value), 0, ABSENT);
  }
}
