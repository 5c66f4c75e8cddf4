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

class SubmittedRequestsTest {
  private static final Operation.Get READ = new Operation.Get(Bytes.utf8("k"));

  private final HandRequests requests = new HandRequests(1, HandRequests.settings(5, 5_000, 500));
  private final WaitingRequests waiting = requests.waiting;
  private final List<String> told = new ArrayList<>();

  private Consumer<Outcome> tell(String who) {
    return outcome -> told.add(who + ": " + outcome);
  }

  private long read(String who, long deadline) {
    return waiting.submit(new WaitingRequest.Reading(null, READ), tell(who), deadline);
  }

  private void expire(long now, int leader) {
    waiting.expire(now, leader, requests.kv);
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
    long ticket = waiting.submit(null, tell("write"), 100);
    waiting.placed(ticket, new EntryId(7, 2));

    waiting.applied(entry(6, 2), written(6), 1);
    assertThat(told).isEmpty();
    waiting.applied(entry(7, 2), written(7), 1);
    assertThat(told).containsExactly("write: " + done(7));
    assertThat(waiting.submitted()).isZero();
  }

  @Test
  @DisplayName("another term's entry in its place means that the write was cut: no effect, ever")
  void cut() {
    long ticket = waiting.submit(null, tell("write"), 100);
    waiting.placed(ticket, new EntryId(7, 2));

    waiting.applied(entry(7, 3), written(7), 5);
    assertThat(told).containsExactly("write: NotLeader[leader=5]");
    assertThat(waiting.submitted()).isZero();
  }

  @Test
  @DisplayName("two leaderships of one member may wait at the same index: each is told its own end")
  void samePlaceTwice() {
    waiting.placed(waiting.submit(null, tell("of term 2"), 100), new EntryId(7, 2));
    waiting.placed(waiting.submit(null, tell("of term 4"), 200), new EntryId(7, 4));

    waiting.applied(entry(7, 4), written(7), 1);
    assertThat(told).containsExactly("of term 2: NotLeader[leader=1]", "of term 4: " + done(7));
  }

  @Test
  @DisplayName("a snapshot that jumps over a write's place leaves its end unknown")
  void jumped() {
    waiting.placed(waiting.submit(null, tell("at 7"), 100), new EntryId(7, 2));
    waiting.placed(waiting.submit(null, tell("at 8"), 100), new EntryId(8, 2));
    waiting.placed(waiting.submit(null, tell("at 9"), 100), new EntryId(9, 2));
    read("read", 100);

    waiting.jumped(8);
    assertThat(told).containsExactly("at 7: Unknown[]", "at 8: Unknown[]");
    waiting.applied(entry(9, 2), written(9), 1);
    assertThat(told).last().isEqualTo("at 9: " + done(9));
    assertThat(waiting.submitted()).isEqualTo(1);
  }

  @Test
  @DisplayName("what waited too long: a write in the log is in doubt, anything else had no effect")
  void expiry() {
    read("read", 100);
    waiting.placed(waiting.submit(null, tell("write"), 100), new EntryId(7, 2));
    waiting.placed(waiting.submit(null, tell("later"), 101), new EntryId(8, 2));

    expire(99, 3);
    assertThat(told).isEmpty();
    expire(100, 3);
    assertThat(told).containsExactly("read: NotLeader[leader=3]", "write: Unknown[]");
    waiting.applied(entry(7, 2), written(7), 3);
    assertThat(told).as("nobody is told twice").hasSize(2);
    expire(101, 3);
    assertThat(told).last().isEqualTo("later: Unknown[]");
    assertThat(waiting.submitted()).isZero();
  }

  @Test
  @DisplayName(
      "an old write further up the log expires in time, though a young one stands below it")
  void expiryGoesByAge() {
    waiting.placed(waiting.submit(null, tell("old"), 100), new EntryId(20, 1));
    waiting.placed(waiting.submit(null, tell("young"), 500), new EntryId(16, 3));

    expire(100, 1);
    assertThat(told).containsExactly("old: Unknown[]");
  }

  @Test
  @DisplayName("deadlines hold where the clock's numbers overflow")
  void overflow() {
    read("read", Long.MIN_VALUE + 5);

    expire(Long.MAX_VALUE - 5, 1);
    assertThat(told).isEmpty();
    expire(Long.MIN_VALUE + 5, 1);
    assertThat(told).hasSize(1);
  }

  @Test
  @DisplayName("a request is answered once, whoever is first")
  void once() {
    long ticket = read("read", 100);
    assertThat(waiting.read(ticket).read()).isEqualTo(READ);

    waiting.answer(ticket, new Outcome.Busy("full"));
    waiting.answer(ticket, new Outcome.Unknown());
    waiting.placed(ticket, new EntryId(3, 1));
    waiting.applied(entry(3, 1), written(3), 1);
    expire(100, 1);
    assertThat(told).containsExactly("read: Busy[reason=full]");
    assertThat(waiting.read(ticket)).isNull();
  }

  @Test
  @DisplayName("when the replica stops, whoever waits is told that nobody knows")
  void abandon() {
    read("read", 100);
    waiting.placed(waiting.submit(null, tell("write"), 100), new EntryId(7, 2));

    waiting.abandon();
    assertThat(told).containsExactly("read: Unknown[]", "write: Unknown[]");
    expire(1_000, Membership.NONE);
    waiting.jumped(100);
    assertThat(told).hasSize(2);
  }

  private List<Long> joined(String... who) {
    List<Long> tickets = new ArrayList<>();
    for (String one : who) tickets.add(waiting.submit(null, tell(one), 100 * (tickets.size() + 1)));
    assertThat(waiting.join(tickets)).isEqualTo(tickets.getFirst());
    return tickets;
  }

  @Test
  @DisplayName("those that stand in one entry are placed together, and each is answered once")
  void joined() {
    List<Long> tickets = joined("first", "second", "third");
    waiting.placed(tickets.getFirst(), new EntryId(7, 2));
    expire(200, 5);
    assertThat(told).containsExactly("first: Unknown[]", "second: Unknown[]");
    waiting.applied(entry(7, 2), written(7), 1);
    assertThat(told.subList(2, told.size())).containsExactly("third: " + done(7));
    assertThat(waiting.submitted()).isZero();
  }

  @Test
  @DisplayName("those that stand in one entry are dropped together")
  void joinedDropped() {
    List<Long> tickets = joined("first", "second");
    assertThat(waiting.requeue(tickets.getFirst(), 0)).isFalse();
    waiting.answer(tickets.getFirst(), new Outcome.NotLeader(2));
    assertThat(told).containsExactly("first: NotLeader[leader=2]", "second: NotLeader[leader=2]");
    assertThat(tickets).noneMatch(waiting::isSubmitted);
  }

  @Test
  @DisplayName("those that stand in one entry go apart once it is placed")
  void joinedApart() {
    List<Long> tickets = joined("first", "second");
    waiting.placed(tickets.getFirst(), new EntryId(7, 2));
    waiting.answer(tickets.getFirst(), new Outcome.Unknown());
    assertThat(told).containsExactly("first: Unknown[]");
    waiting.applied(entry(7, 3), written(7), 4);
    assertThat(told.getLast()).isEqualTo("second: NotLeader[leader=4]");
  }
}
