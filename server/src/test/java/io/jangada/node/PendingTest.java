package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PendingTest {
  private static final Operation.Get READ = new Operation.Get(Bytes.utf8("k"));

  private final Pending pending = new Pending(new ReplicaStats());
  private final List<String> told = new ArrayList<>();

  private Consumer<Outcome> tell(String who) {
    return outcome -> told.add(who + ": " + outcome);
  }

  private static Entry entry(long index, long term) {
    return new Entry(index, term, Entry.Kind.COMMAND, Bytes.EMPTY);
  }

  private static Result written(long index) {
    return new Result.Written(index);
  }

  private static Outcome done(long index) {
    return new Outcome.Done(written(index));
  }

  @Test
  @DisplayName("a write is answered when the entry at its index and of its term is applied")
  void done() {
    long ticket = pending.add(null, tell("write"), 100);
    pending.placed(ticket, new EntryId(7, 2));

    pending.applied(entry(6, 2), written(6), 1);
    assertThat(told).isEmpty();
    pending.applied(entry(7, 2), written(7), 1);
    assertThat(told).containsExactly("write: " + done(7));
    assertThat(pending.size()).isZero();
  }

  @Test
  @DisplayName("another term's entry in its place means that the write was cut: no effect, ever")
  void cut() {
    long ticket = pending.add(null, tell("write"), 100);
    pending.placed(ticket, new EntryId(7, 2));

    pending.applied(entry(7, 3), written(7), 5);
    assertThat(told).containsExactly("write: NotLeader[leader=5]");
    assertThat(pending.size()).isZero();
  }

  @Test
  @DisplayName("two leaderships of one member may wait at the same index: each is told its own end")
  void samePlaceTwice() {
    pending.placed(pending.add(null, tell("of term 2"), 100), new EntryId(7, 2));
    pending.placed(pending.add(null, tell("of term 4"), 200), new EntryId(7, 4));

    pending.applied(entry(7, 4), written(7), 1);
    assertThat(told).containsExactly("of term 2: NotLeader[leader=1]", "of term 4: " + done(7));
  }

  @Test
  @DisplayName("a snapshot that jumps over a write's place leaves its end unknown")
  void jumped() {
    pending.placed(pending.add(null, tell("at 7"), 100), new EntryId(7, 2));
    pending.placed(pending.add(null, tell("at 8"), 100), new EntryId(8, 2));
    pending.placed(pending.add(null, tell("at 9"), 100), new EntryId(9, 2));
    pending.add(READ, tell("read"), 100);

    pending.jumped(8);
    assertThat(told).containsExactly("at 7: Unknown[]", "at 8: Unknown[]");
    pending.applied(entry(9, 2), written(9), 1);
    assertThat(told).last().isEqualTo("at 9: " + done(9));
    assertThat(pending.size()).isEqualTo(1);
  }

  @Test
  @DisplayName("what waited too long: a write in the log is in doubt, anything else had no effect")
  void expiry() {
    pending.add(READ, tell("read"), 100);
    pending.placed(pending.add(null, tell("write"), 100), new EntryId(7, 2));
    pending.placed(pending.add(null, tell("later"), 101), new EntryId(8, 2));

    pending.expire(99, 3);
    assertThat(told).isEmpty();
    pending.expire(100, 3);
    assertThat(told).containsExactly("read: NotLeader[leader=3]", "write: Unknown[]");
    pending.applied(entry(7, 2), written(7), 3);
    assertThat(told).as("nobody is told twice").hasSize(2);
    pending.expire(101, 3);
    assertThat(told).last().isEqualTo("later: Unknown[]");
    assertThat(pending.size()).isZero();
  }

  @Test
  @DisplayName(
      "an old write further up the log expires in time, though a young one stands below it")
  void expiryGoesByAge() {
    pending.placed(pending.add(null, tell("old"), 100), new EntryId(20, 1));
    pending.placed(pending.add(null, tell("young"), 500), new EntryId(16, 3));

    pending.expire(100, 1);
    assertThat(told).containsExactly("old: Unknown[]");
  }

  @Test
  @DisplayName("deadlines hold where the clock's numbers overflow")
  void overflow() {
    pending.add(READ, tell("read"), Long.MIN_VALUE + 5);

    pending.expire(Long.MAX_VALUE - 5, 1);
    assertThat(told).isEmpty();
    pending.expire(Long.MIN_VALUE + 5, 1);
    assertThat(told).hasSize(1);
  }

  @Test
  @DisplayName("a request is answered once, whoever is first")
  void once() {
    long ticket = pending.add(READ, tell("read"), 100);
    assertThat(pending.read(ticket)).isEqualTo(READ);

    pending.answer(ticket, new Outcome.Busy("full"));
    pending.answer(ticket, new Outcome.Unknown());
    pending.placed(ticket, new EntryId(3, 1));
    pending.applied(entry(3, 1), written(3), 1);
    pending.expire(100, 1);
    assertThat(told).containsExactly("read: Busy[reason=full]");
    assertThat(pending.read(ticket)).isNull();
  }

  @Test
  @DisplayName("when the replica stops, whoever waits is told that nobody knows")
  void abandon() {
    pending.add(READ, tell("read"), 100);
    pending.placed(pending.add(null, tell("write"), 100), new EntryId(7, 2));

    pending.abandon();
    assertThat(told).containsExactly("read: Unknown[]", "write: Unknown[]");
    pending.expire(1_000, Membership.NONE);
    pending.jumped(100);
    assertThat(told).hasSize(2);
  }
}
