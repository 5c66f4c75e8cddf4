package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Requests in whatever state they wait, and when they go from one to another.
class WaitingRequestsTest {
  private static final Operation.Get READ = new Operation.Get(Bytes.utf8("k"));
  private static final Operation WRITE =
      new Operation.Write(Bytes.utf8("k"), Bytes.utf8("v"), 0, new Condition.Always());

  private final HandRequests requests =
      new HandRequests(1L << 40, HandRequests.settings(5, 5_000, 500));
  private final WaitingRequests waiting = requests.waiting;
  private final List<String> told = new ArrayList<>();

  private Consumer<Outcome> tell(String who) {
    return outcome -> told.add(who + ": " + outcome);
  }

  private void queue(HandRequests where, String who, Operation operation, long deadline) {
    where.queue(new Event.Submit(operation, null, tell(who)), 0, deadline);
  }

  private long submitRead(String who, long deadline) {
    return waiting.submit(new WaitingRequest.Reading(null, READ), tell(who), deadline);
  }

  private void readHere(String who, long deadline) {
    waiting.read(new Event.Read(READ, new ReadConsistency.Follower(), tell(who)), 0, deadline);
  }

  /// One in each state; their deadlines are 100, 101, 102, 103 and 104.
  private void oneOfEach() {
    readHere("here", 100);
    queue(requests, "sent read", READ, 101);
    submitRead("read", 102);
    waiting.placed(waiting.submit(null, tell("placed"), 103), new EntryId(7, 2));
    requests.follow(0);
    queue(requests, "write", WRITE, 104);
    requests.follow(0);
  }

  @Test
  @DisplayName("each ends at its own deadline, whatever it waits for")
  void oneOrderOfDeadlines() {
    oneOfEach();
    List<String> ends =
        List.of(
            "here: NotLeader[leader=3]",
            "sent read: NotLeader[leader=3]",
            "read: NotLeader[leader=3]",
            "placed: Unknown[]",
            "write: Unknown[]");
    for (int ended = 0; ended < ends.size(); ended++) {
      waiting.expire(99 + ended, 3, requests.kv);
      assertThat(told).isEqualTo(ends.subList(0, ended));
    }
    waiting.expire(104, 3, requests.kv);
    assertThat(told).isEqualTo(ends);
    assertThatNoneWaits();
  }

  @Test
  @DisplayName("a request that is to be forwarded does not keep others from a leader's name")
  void forwardedAmongHeld() {
    var settings = HandRequests.settings(5, 5_000, 500).withFollowers(FollowerPolicy.HOLD);
    HandRequests here = new HandRequests(1L << 40, settings);
    here.queue(new Event.Submit(null, WRITE, null, tell("sent"), true), 0, 100);
    queue(here, "held", WRITE, 101);
    assertThat(here.follow(0)).hasSize(1);
    assertThat(told).hasSize(1).first().asString().startsWith("held: NotLeader");
    assertThat(here.waiting.awaitingLeader()).isEqualTo(1);
  }

  @Test
  @DisplayName("when the replica stops, all end: what the protocol has, the queue, the reads here")
  void oneAbandon() {
    oneOfEach();
    waiting.abandon();
    assertThat(told)
        .containsExactly(
            "read: Unknown[]",
            "placed: Unknown[]",
            "sent read: NotLeader[leader=-1]",
            "write: Unknown[]",
            "here: NotLeader[leader=-1]");
    assertThatNoneWaits();
    waiting.abandon();
    waiting.expire(1_000, Membership.NONE, requests.kv);
    waiting.jumped(100);
    assertThat(requests.lead()).isEmpty();
    assertThat(told).as("nobody is told twice").hasSize(5);
  }

  private void assertThatNoneWaits() {
    assertThat(waiting.submitted()).isZero();
    assertThat(waiting.awaitingLeader()).isZero();
    assertThat(waiting.bytes()).isZero();
    assertThat(requests.follow(1 << 30)).isEmpty();
  }

  @Test
  @DisplayName("a read that the protocol drops is queued behind what is there, and ends with it")
  void requeued() {
    long dropped = submitRead("dropped", 100);
    queue(requests, "write", WRITE, 200);
    assertThat(waiting.requeue(dropped, 50)).isTrue();
    assertThat(waiting.submitted()).isZero();
    assertThat(requests.due(50))
        .extracting(PeerMessage.Request::operation)
        .containsExactly(WRITE, READ);
    waiting.answer(dropped, new Outcome.Unknown());
    assertThat(told).as("the protocol has it no more").isEmpty();
    waiting.expire(199, 3, requests.kv);
    assertThat(told).as("the first in the queue has time").isEmpty();
    waiting.expire(200, 3, requests.kv);
    assertThat(told).containsExactly("write: Unknown[]", "dropped: NotLeader[leader=3]");
  }

  @Test
  @DisplayName("only a client's read that is with the protocol is queued again")
  void notRequeued() {
    long write = waiting.submit(null, tell("write"), 100);
    assertThat(waiting.requeue(write, 0)).isFalse();
    long read = submitRead("read", 100);
    waiting.answer(read, new Outcome.Unknown());
    assertThat(waiting.requeue(read, 0)).isFalse();
    assertThat(waiting.submitted()).isEqualTo(1);
    assertThat(waiting.awaitingLeader()).isZero();
  }

  @Test
  @DisplayName("a leader without room serves the reads; commands wait, and keep their deadlines")
  void leaderWithoutRoom() {
    queue(requests, "write", WRITE, 100);
    readHere("here", 150);
    List<Event.Submit> served = new ArrayList<>();
    waiting.lead(() -> false, (submit, _) -> served.add(submit));
    assertThat(served).extracting(Event.Submit::operation).containsExactly(READ);
    assertThat(waiting.hasQueued()).isTrue();

    waiting.lead(() -> true, (submit, end) -> waiting.submit(null, submit.reply(), end));
    assertThat(waiting.hasQueued()).isFalse();
    assertThat(waiting.submitted()).isEqualTo(1);
    waiting.expire(100, 3, requests.kv);
    assertThat(told).containsExactly("write: NotLeader[leader=3]");
  }

  @Test
  @DisplayName("held requests are never sent: the leader's name is their answer")
  void held() {
    var holding =
        new HandRequests(
            1, HandRequests.settings(5, 5_000, 500).withFollowers(FollowerPolicy.HOLD));
    queue(holding, "first", WRITE, 100);
    queue(holding, "second", READ, 200);
    holding.waiting.expire(100, 3, holding.kv);
    assertThat(told).containsExactly("first: NotLeader[leader=-1]");
    assertThat(holding.follow(150)).isEmpty();
    assertThat(told).last().isEqualTo("second: NotLeader[leader=2]");
    assertThat(holding.waiting.bytes()).isZero();
  }
}
