package io.jangada.kv;

import static io.jangada.kv.Scribe.ABSENT;
import static io.jangada.kv.Scribe.ALWAYS;
import static io.jangada.kv.Scribe.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import org.junit.jupiter.api.Test;

class KvStoreTest {
  private static final Result NOT_FOUND = new Result.NotFound();

  private final Scribe scribe = new Scribe();

  @Test
  void whatIsWrittenIsReadAndItsVersionIsTheLogIndex() {
    assertThat(scribe.get("a")).isEqualTo(NOT_FOUND);
    assertThat(scribe.set("a", "1")).isEqualTo(new Result.Written(1));
    assertThat(scribe.set("b", "2")).isEqualTo(new Result.Written(2));
    assertThat(scribe.set("a", "3")).isEqualTo(new Result.Written(3));
    assertThat(scribe.get("a")).isEqualTo(found("3", 3));
    assertThat(scribe.get("b")).isEqualTo(found("2", 2));
    assertThat(scribe.store.size()).isEqualTo(2);
    assertThat(scribe.store.sizeBytes()).isEqualTo(4);
  }

  @Test
  void anEmptyKeyAndAnEmptyValueAreAsGoodAsAny() {
    scribe.set("", "");
    assertThat(scribe.get("")).isEqualTo(found("", 1));
  }

  @Test
  void absentWritesOnlyWhereNothingIs() {
    assertThat(scribe.write("a", "1", 0, ABSENT)).isEqualTo(new Result.Written(1));
    assertThat(scribe.write("a", "2", 0, ABSENT)).isEqualTo(new Result.Exists(1));
    assertThat(scribe.get("a")).isEqualTo(found("1", 1));
  }

  @Test
  void versionWritesOnlyOverThatVersion() {
    assertThat(scribe.write("a", "1", 0, new Condition.Version(0))).isEqualTo(NOT_FOUND);
    scribe.set("a", "1");
    assertThat(scribe.write("a", "2", 0, new Condition.Version(1)))
        .isEqualTo(new Result.Mismatch(2));
    assertThat(scribe.write("a", "2", 0, new Condition.Version(2)))
        .isEqualTo(new Result.Written(4));
    assertThat(scribe.get("a")).isEqualTo(found("2", 4));
  }

  @Test
  void valueWritesOnlyOverThatValue() {
    Condition one = new Condition.Value(Bytes.utf8("1"));
    assertThat(scribe.write("a", "2", 0, one)).isEqualTo(NOT_FOUND);
    scribe.set("a", "1");
    assertThat(scribe.write("a", "2", 0, one)).isEqualTo(new Result.Written(3));
    assertThat(scribe.write("a", "3", 0, one)).isEqualTo(new Result.Mismatch(3));
    assertThat(scribe.get("a")).isEqualTo(found("2", 3));
  }

  @Test
  void absentOrValueCreatesToo() {
    Condition one = new Condition.AbsentOrValue(Bytes.utf8("1"));
    assertThat(scribe.write("a", "1", 0, one)).isEqualTo(new Result.Written(1));
    assertThat(scribe.write("a", "2", 0, one)).isEqualTo(new Result.Written(2));
    assertThat(scribe.write("a", "3", 0, one)).isEqualTo(new Result.Mismatch(2));
  }

  @Test
  void deleteTakesTheSameGuards() {
    scribe.set("a", "1");
    assertThat(scribe.delete("a", ABSENT)).isEqualTo(new Result.Exists(1));
    assertThat(scribe.delete("a", new Condition.Version(9))).isEqualTo(new Result.Mismatch(1));
    assertThat(scribe.delete("a", new Condition.Value(Bytes.utf8("x"))))
        .isEqualTo(new Result.Mismatch(1));
    assertThat(scribe.delete("a", new Condition.AbsentOrValue(Bytes.utf8("x"))))
        .isEqualTo(new Result.Mismatch(1));
    assertThat(scribe.delete("a", new Condition.Version(1))).isEqualTo(new Result.Deleted(6));
    assertThat(scribe.get("a")).isEqualTo(NOT_FOUND);
    assertThat(scribe.delete("a", ALWAYS)).isEqualTo(NOT_FOUND);
    assertThat(scribe.delete("a", ABSENT)).isEqualTo(NOT_FOUND);
    assertThat(scribe.store.size()).isZero();
    assertThat(scribe.store.sizeBytes()).isZero();
  }

  @Test
  void versionsGrowThroughDeletions() {
    scribe.set("a", "1");
    scribe.delete("a", ALWAYS);
    assertThat(scribe.write("a", "1", 0, ABSENT)).isEqualTo(new Result.Written(3));
  }

  @Test
  void bytesThatAreNoCommandAreAnsweredAndChangeNothing() {
    scribe.set("a", "1");
    Result result = scribe.store.apply(2, Bytes.utf8("no command"));
    assertThat(result).isEqualTo(new Result.Refused(Result.Reason.MALFORMED));
    assertThat(scribe.store.appliedIndex()).isEqualTo(2);
    assertThat(scribe.get("a")).isEqualTo(found("1", 1));
  }

  @Test
  void theLogIsAppliedInOrderAndOnce() {
    scribe.set("a", "1");
    scribe.store.advance(7);
    assertThat(scribe.store.appliedIndex()).isEqualTo(7);
    assertThatThrownBy(() -> scribe.store.advance(7)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> scribe.set("a", "2")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theIndexFindsEveryKeyWhileItGrowsAndShrinks() {
    int keys = 20_000;
    for (int i = 0; i < keys; i++) scribe.set("key" + i, "" + i);
    for (int i = 0; i < keys; i += 2) scribe.delete("key" + i, ALWAYS);
    assertThat(scribe.store.size()).isEqualTo(keys / 2);
    for (int i = 0; i < keys; i++) {
      Result expected = i % 2 == 0 ? NOT_FOUND : found("" + i, i + 1);
      assertThat(scribe.get("key" + i)).isEqualTo(expected);
    }
  }
}
