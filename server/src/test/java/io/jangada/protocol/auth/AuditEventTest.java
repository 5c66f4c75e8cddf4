package io.jangada.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is kept of a request for the audit trail.
class AuditEventTest {
  private static final Bytes SECRET = Bytes.utf8("tell-no-one");

  private static KeyRange key(String name) {
    return KeyRange.of(Bytes.utf8(name));
  }

  private static Operation.Write write(String name) {
    return new Operation.Write(Bytes.utf8(name), SECRET, 0, new Condition.Always());
  }

  private static List<String> keysOf(Operation operation) {
    List<String> keys = new ArrayList<>();
    for (AuditKeys each : AuditEvent.What.of(operation).keys())
      keys.add(each.form() + " " + each.from().shown().toUtf8());
    return keys;
  }

  @Test
  void aTransactionNamesWhatItComparesAndBothItsBranches() {
    Operation.Transaction inner =
        new Operation.Transaction(List.of(), List.of(write("deep")), List.of());
    Operation transaction =
        new Operation.Transaction(
            List.of(new Compare.Value(key("if"), Compare.Relation.EQUAL, SECRET)),
            List.of(write("then"), inner),
            List.of(
                new Operation.Get(Bytes.utf8("else")),
                new Operation.DeleteRange(KeyRange.prefix(Bytes.utf8("all/")), true)));
    assertThat(keysOf(transaction))
        .containsExactly("KEY if", "KEY then", "KEY deep", "KEY else", "PREFIX all/");
    assertThat(AuditEvent.What.of(transaction).toString()).doesNotContain("tell-no-one");
  }

  @Test
  void aRangeNamesItsEnds() {
    AuditKeys.Part a = AuditKeys.Part.of(Bytes.utf8("a"));
    AuditKeys.Part b = AuditKeys.Part.of(Bytes.utf8("bb"));
    assertThat(AuditKeys.of(new KeyRange(Bytes.utf8("a"), Bytes.utf8("bb"))))
        .isEqualTo(new AuditKeys(AuditKeys.Form.RANGE, a, b));
    assertThat(AuditKeys.of(new KeyRange(Bytes.utf8("a"), null)))
        .isEqualTo(new AuditKeys(AuditKeys.Form.RANGE, a, null));
    assertThat(AuditKeys.of(KeyRange.ALL).form()).isEqualTo(AuditKeys.Form.PREFIX);
  }

  @Test
  void ofManyKeysSomeAreKeptAndTheRestIsCounted() {
    List<Operation.Step> steps = new ArrayList<>();
    for (int i = 0; i < 100; i++) steps.add(write("k" + i));
    AuditEvent.What what =
        AuditEvent.What.of(new Operation.Transaction(List.of(), steps, List.of()));
    assertThat(what.keys()).hasSize(32);
    assertThat(what.keysLeftOut()).isEqualTo(68);
  }

  @Test
  void longKeysTakeABoundedPartOfMemory() {
    Bytes large = Bytes.wrap(new byte[64 << 10]);
    List<Operation.Step> steps =
        Collections.nCopies(100, new Operation.Write(large, SECRET, 0, new Condition.Always()));
    AuditEvent.What what =
        AuditEvent.What.of(new Operation.Transaction(List.of(), steps, List.of()));
    AuditKeys.Part first = what.keys().getFirst().from();
    assertThat(first.shown().length()).isEqualTo(1 << 10);
    assertThat(first.shown().compact()).as("holds no more than it shows").isSameAs(first.shown());
    assertThat(first.length()).isEqualTo(64 << 10);
    assertThat(what.keys()).hasSizeLessThan(10);
    AuditEvent event =
        new AuditEvent(
            AuditEvent.Kind.COMMAND,
            new AuditEvent.Who("u".repeat(10_000), null, "c".repeat(10_000)),
            what,
            AuditEnd.refused("r".repeat(10_000)));
    assertThat(event.sizeBytes()).isBetween(8 << 10, 14 << 10);
  }

  @Test
  void wordsAreBounded() {
    List<String> words = new ArrayList<>(Collections.nCopies(40, "w".repeat(1_000)));
    AuditEvent.What what = AuditEvent.What.ofWords("admin", words);
    assertThat(what.words()).hasSize(17);
    assertThat(what.words()).allMatch(word -> word.length() <= 257);
    assertThat(what.words().getLast()).isEqualTo("…");
  }

  @Test
  void theEndSaysWhetherItHadAnEffect() {
    assertThat(AuditEnd.of(new Outcome.Done(new Result.Written(7)))).isEqualTo(AuditEnd.done(7));
    assertThat(AuditEnd.of(new Outcome.Unknown()).kind()).isEqualTo(AuditEnd.Kind.UNKNOWN);
    assertThat(AuditEnd.of(new Outcome.Busy("full"))).isEqualTo(AuditEnd.busy("full"));
    assertThat(AuditEnd.of(new Outcome.Done(new Result.Exists(3))).kind())
        .isEqualTo(AuditEnd.Kind.REFUSED);
    assertThat(AuditEnd.of(new Outcome.Done(new Result.Refused(Result.Reason.KEY_TOO_LONG))))
        .isEqualTo(AuditEnd.refused("key too long"));
    assertThat(AuditEnd.of(new Outcome.NotLeader(2)).reason()).contains("server 2");
  }
}
