package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ForwardedRequestsTest {
  private static final long RETRY = 8 * HandRequests.MILLI;
  private static final long DEADLINE = 6 * RETRY;
  private static final Operation READ = new Operation.Get(Bytes.utf8("k"));
  private static final Operation WRITE = write(1);
  private static final Outcome DONE = new Outcome.Done(new Result.Written(9));
  private static final Outcome UNKNOWN = new Outcome.Unknown();

  private final HandRequests requests = requests(1L << 40);
  private final List<Outcome> told = requests.told;

  private static HandRequests requests(long bootId) {
    return new HandRequests(bootId, HandRequests.settings(5, 10_000, 8));
  }

  private static Operation write(int bytes) {
    Bytes value = Bytes.wrap(new byte[bytes]);
    return new Operation.Write(Bytes.utf8("k"), value, 0, new Condition.Always());
  }

  private Event.Submit ask(Operation operation) {
    return new Event.Submit(operation, null, told::add);
  }

  private void answer(PeerMessage.Request request, Outcome outcome, long now) {
    requests.answer(request.number(), outcome, now);
  }

  private void expire(long now, int leader) {
    requests.waiting.expire(now, leader, requests.kv);
  }

  private PeerMessage.Request onlyDue(long now) {
    List<PeerMessage.Request> due = requests.due(now);
    assertThat(due).hasSize(1);
    return due.getFirst();
  }

  @Test
  @DisplayName("a request is due at once, and again when no answer came for the retry time")
  void resends() {
    requests.queue(ask(WRITE), 100, DEADLINE);
    PeerMessage.Request first = onlyDue(100);
    assertThat(requests.due(100)).isEmpty();
    assertThat(requests.due(100 + RETRY - 1)).isEmpty();

    PeerMessage.Request second = onlyDue(100 + RETRY);
    assertThat(second.number()).isNotEqualTo(first.number());
    assertThat(second.requestId()).as("one request, however often sent").isNotNull();
    assertThat(second.requestId()).isEqualTo(first.requestId());
    assertThat(second.operation()).isEqualTo(WRITE);

    answer(first, DONE, 2 * RETRY);
    assertThat(told).containsExactly(DONE);
    answer(second, DONE, 2 * RETRY);
    assertThat(told).as("nobody is told twice").hasSize(1);
    assertThat(requests.due(100 + 10 * RETRY)).isEmpty();
    assertThat(requests.waiting.awaitingLeader()).isZero();
  }

  @Test
  @DisplayName("a write keeps the id that it came with; a read needs none")
  void requestIds() {
    RequestId own = new RequestId.Named(Bytes.utf8("client"), Bytes.utf8("r1"));
    requests.queue(new Event.Submit(WRITE, own, told::add), 0, DEADLINE);
    requests.queue(ask(READ), 0, DEADLINE);
    requests.queue(ask(WRITE), 0, DEADLINE);
    requests.queue(ask(WRITE), 0, DEADLINE);

    List<PeerMessage.Request> due = requests.due(0);
    assertThat(due.get(0).requestId()).isEqualTo(own);
    assertThat(due.get(1).requestId()).isNull();
    assertThat(due.get(2).requestId()).isNotNull().isNotEqualTo(due.get(3).requestId());
  }

  @Test
  @DisplayName("a write that is applied here is done, though its answer was lost")
  void answerLost() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    requests.queue(ask(WRITE), 0, DEADLINE);
    RequestId first = requests.due(0).getFirst().requestId();
    Result done = requests.kv.apply(1, new Envelope(first, 0, (Operation.Command) WRITE));
    expire(DEADLINE, 3);
    assertThat(told).containsExactly(new Outcome.Done(done), UNKNOWN);
  }

  @Test
  @DisplayName(
      "a write whose answer was lost and is too large to be remembered has no known outcome")
  void largeAnswerLost() {
    Operation.Command large = (Operation.Command) write(KvLimits.ANSWER_BYTES_MAX + 1);
    requests.kv.apply(1, new Envelope(null, 0, large));
    Operation.Command show =
        new Operation.Put(
            Bytes.utf8("k"),
            new Change.Rewrite(),
            new Lifetime.Same(),
            new Condition.Always(),
            true);
    requests.queue(ask(show), 0, DEADLINE);
    Envelope sent = new Envelope(onlyDue(0).requestId(), 0, show);
    assertThat(requests.kv.apply(2, sent)).isInstanceOf(Result.Changed.class);
    long revision = requests.kv.revision();
    assertThat(requests.kv.apply(3, sent)).isEqualTo(new Result.Forgotten());
    assertThat(requests.kv.revision()).as("done once").isEqualTo(revision);
    assertThat(requests.kv.sessionMemoryBytes()).isLessThan(KvLimits.ANSWER_BYTES_MAX);
    expire(DEADLINE, 3);
    assertThat(told).containsExactly(UNKNOWN);

    RequestId own = new RequestId.Named(Bytes.utf8("client"), Bytes.utf8("r1"));
    requests.queue(new Event.Submit(show, own, told::add), 0, DEADLINE);
    answer(onlyDue(0), new Outcome.Done(new Result.Forgotten()), 1);
    assertThat(told).as("of an id of its own").contains(new Outcome.Done(new Result.Forgotten()));
  }

  @Test
  @DisplayName("a new leader gets everything at once, in the order in which it came")
  void leaderChanged() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    requests.queue(ask(READ), 10, DEADLINE);
    requests.due(10);
    requests.queue(ask(WRITE), 20, DEADLINE);
    assertThat(requests.due(20)).hasSize(1);

    requests.waiting.leaderChanged(30);
    assertThat(requests.due(30))
        .extracting(PeerMessage.Request::operation)
        .containsExactly(WRITE, READ, WRITE);
  }

  @Test
  @DisplayName("a refusal has it sent again soon, and clears the doubt about its own sending only")
  void refusal() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    PeerMessage.Request first = onlyDue(0);
    answer(first, new Outcome.NotLeader(3), 10);
    assertThat(requests.due(10 + RETRY / 8 - 1)).isEmpty();
    PeerMessage.Request second = onlyDue(10 + RETRY / 8);
    PeerMessage.Request third = onlyDue(10 + RETRY / 8 + RETRY);
    answer(third, new Outcome.NotLeader(3), 3 * RETRY);
    assertThat(told).isEmpty();

    expire(DEADLINE, 3);
    assertThat(told).as("the second is still about").containsExactly(UNKNOWN);
    answer(second, DONE, DEADLINE + 1);
    assertThat(told).hasSize(1);
  }

  @Test
  @DisplayName("out of memory ends it, unless another sending is in doubt")
  void noMemory() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    answer(onlyDue(0), new Outcome.NoMemory(), 10);
    assertThat(told).containsExactly(new Outcome.NoMemory());
    requests.queue(ask(WRITE), 20, DEADLINE);
    onlyDue(20);
    answer(onlyDue(20 + RETRY), new Outcome.NoMemory(), 2 * RETRY);
    expire(DEADLINE, 3);
    assertThat(told).containsExactly(new Outcome.NoMemory(), UNKNOWN);
  }

  @Test
  @DisplayName("a write that was refused wherever it was sent had no effect")
  void refusedEverywhere() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    PeerMessage.Request first = onlyDue(0);
    PeerMessage.Request second = onlyDue(RETRY);
    answer(second, new Outcome.NotLeader(3), 3 * RETRY);
    answer(first, new Outcome.NotLeader(3), 3 * RETRY + 1);

    expire(DEADLINE - 1, 3);
    assertThat(told).isEmpty();
    expire(DEADLINE, 3);
    assertThat(told).containsExactly(new Outcome.NotLeader(3));
  }

  @Test
  @DisplayName("a leader that was busy may take a late copy: the doubt remains")
  void busy() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    answer(onlyDue(0), new Outcome.Busy("full"), 10);
    onlyDue(10 + RETRY / 8);
    assertThat(told).isEmpty();
    expire(DEADLINE, 3);
    assertThat(told).containsExactly(UNKNOWN);
  }

  @Test
  @DisplayName("nor is the doubt about an earlier sending cleared by a leader that is busy at last")
  void busyAtLast() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    onlyDue(0);
    answer(onlyDue(RETRY), new Outcome.Busy("full"), RETRY + 10);
    expire(DEADLINE, 3);
    assertThat(told).containsExactly(UNKNOWN);
    told.clear();

    requests.queue(ask(WRITE), 0, 2 * DEADLINE);
    answer(onlyDue(0), new Outcome.Busy("full"), 10);
    requests.lead().getFirst().submit().reply().accept(new Outcome.NotLeader(3));
    assertThat(told).as("served here, and lost").containsExactly(UNKNOWN);
  }

  @Test
  @DisplayName("a leader that does not know how it ended is asked again, under the same id")
  void unknown() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    PeerMessage.Request first = onlyDue(0);
    answer(first, UNKNOWN, 10);
    assertThat(told).isEmpty();
    PeerMessage.Request second = onlyDue(RETRY);
    assertThat(second.requestId()).isEqualTo(first.requestId());
    answer(second, DONE, RETRY);
    assertThat(told).containsExactly(DONE);
  }

  @Test
  @DisplayName("at the deadline a read, or a write that never left, had no effect")
  void deadlineWithoutDoubt() {
    requests.queue(ask(READ), 0, DEADLINE);
    onlyDue(0);
    requests.queue(ask(WRITE), 0, DEADLINE);
    expire(DEADLINE, 2);
    assertThat(told).containsExactly(new Outcome.NotLeader(2), new Outcome.NotLeader(2));
    assertThat(requests.waiting.awaitingLeader()).isZero();
  }

  @Test
  @DisplayName("a refusal for good is passed on")
  void refused() {
    Outcome refused = new Outcome.Refused("makes no sense");
    requests.queue(ask(WRITE), 0, DEADLINE);
    answer(onlyDue(0), refused, 10);
    assertThat(told).containsExactly(refused);
  }

  @Test
  @DisplayName("who becomes leader serves what waited, in order, within its deadline")
  void take() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    PeerMessage.Request sent = onlyDue(0);
    requests.queue(ask(READ), 0, DEADLINE + 1);

    List<HandRequests.Served> taken = requests.lead();
    assertThat(taken)
        .extracting(HandRequests.Served::deadlineNanos)
        .containsExactly(DEADLINE, DEADLINE + 1);
    assertThat(taken.get(0).submit().operation()).isEqualTo(WRITE);
    assertThat(taken.get(0).submit().requestId()).isEqualTo(sent.requestId());
    assertThat(taken.get(1).submit().operation()).isEqualTo(READ);
    assertThat(requests.waiting.awaitingLeader()).isZero();
    answer(sent, DONE, 10);
    assertThat(told).as("it is answered where it is served now").isEmpty();
  }

  @Test
  @DisplayName("what was sent before, and is refused here, may still happen there")
  void takeKeepsDoubt() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    requests.queue(ask(READ), 0, DEADLINE);
    requests.due(0);
    requests.queue(ask(WRITE), 0, DEADLINE);

    Outcome refusal = new Outcome.NotLeader(2);
    requests.lead().forEach(served -> served.submit().reply().accept(refusal));
    assertThat(told).containsExactly(UNKNOWN, refusal, refusal);
  }

  @Test
  @DisplayName("an answer to an earlier life of this member answers nothing in this one")
  void earlierLife() {
    HandRequests earlier = requests(7_000_000);
    earlier.queue(ask(WRITE), 0, DEADLINE);
    long number = earlier.due(0).getFirst().number();

    requests.queue(ask(WRITE), 0, DEADLINE);
    onlyDue(0);
    requests.answer(number, DONE, 10);
    requests.answer(number + 1, new Outcome.NotLeader(1), 10);
    assertThat(told).isEmpty();
    expire(DEADLINE, 1);
    assertThat(told).containsExactly(UNKNOWN);
  }

  @Test
  @DisplayName("so many may wait, and so many bytes, and then there is room again")
  void bounds() {
    for (int i = 0; i < 5; i++) requests.queue(ask(READ), 0, DEADLINE);
    requests.queue(ask(READ), 0, DEADLINE);
    assertThat(told).singleElement().isInstanceOf(Outcome.Busy.class);
    told.clear();
    answer(requests.due(0).getFirst(), DONE, 0);
    requests.queue(ask(READ), 0, DEADLINE);
    assertThat(told).containsExactly(DONE);

    requests.lead();
    told.clear();
    requests.queue(ask(write(20_000)), 0, DEADLINE);
    assertThat(told).isEmpty();
    requests.queue(ask(READ), 0, DEADLINE);
    assertThat(told).singleElement().isInstanceOf(Outcome.Busy.class);
    expire(DEADLINE, 1);
    told.clear();
    requests.queue(ask(READ), 0, DEADLINE);
    assertThat(told).isEmpty();
  }

  @Test
  @DisplayName("much that is due is spread over messages")
  void spread() {
    var large = new HandRequests(1, HandRequests.settings(10, 100 << 20, 8));
    int third = 400_000;
    for (int i = 0; i < 5; i++) large.queue(ask(write(third)), 0, DEADLINE);
    large.queue(ask(write(9 * third)), 0, DEADLINE);
    List<Integer> sizes = new ArrayList<>();
    for (PeerMessage message : large.follow(0))
      sizes.add(((PeerMessage.Forward) message).requests().size());
    assertThat(sizes).containsExactly(2, 2, 1, 1);
  }

  @Test
  @DisplayName("when the replica stops, what may have reached a leader is in doubt")
  void abandon() {
    requests.queue(ask(WRITE), 0, DEADLINE);
    requests.due(0);
    requests.queue(ask(WRITE), 0, DEADLINE);
    requests.waiting.abandon();
    assertThat(told).containsExactly(UNKNOWN, new Outcome.NotLeader(Membership.NONE));
    assertThat(requests.waiting.awaitingLeader()).isZero();
  }
}
