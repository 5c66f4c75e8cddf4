package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import java.util.ArrayList;
import java.util.List;

/// The requests that wait at one member, moved by hand.
final class HandRequests {
  static final long MILLI = 1_000_000;
  private static final int LEADER = 2;

  /// A request that the member serves as the leader.
  record Served(Event.Submit submit, long deadlineNanos) {}

  final KvStore kv = new KvStore(KvLimits.DEFAULT, 1);
  final List<Outcome> told = new ArrayList<>();
  final ReplicaStats counts = new ReplicaStats();
  final WaitingRequests waiting;
  private final List<PeerMessage> sent = new ArrayList<>();

  HandRequests(long bootId, ReplicaSettings settings) {
    waiting = new WaitingRequests(settings, new RequestNames(bootId, 128), sent::add, counts);
  }

  static ReplicaSettings settings(int requestsMax, long requestBytesMax, long retryMillis) {
    ReplicaSettings usual = ReplicaSettings.of(RaftConfig.of(1, Membership.of(1, 2, 3)));
    return usual
        .withTimes(usual.tickNanos(), usual.requestTimeoutMillis(), retryMillis)
        .withInbox(new InboxLimits(requestsMax, requestBytesMax, 1, 1));
  }

  void queue(Event.Submit submit, long now, long deadline) {
    waiting.queue(submit, now, deadline);
  }

  /// What is sent when another member leads.
  List<PeerMessage> follow(long now) {
    sent.clear();
    waiting.follow(LEADER, 1, now);
    assertThat(sent).allMatch(message -> message.to() == LEADER);
    return List.copyOf(sent);
  }

  /// The requests that are forwarded now.
  List<PeerMessage.Request> due(long now) {
    return follow(now).stream()
        .filter(PeerMessage.Forward.class::isInstance)
        .flatMap(message -> ((PeerMessage.Forward) message).requests().stream())
        .toList();
  }

  void answer(long number, Outcome outcome, long now) {
    var reply = new PeerMessage.Reply(number, outcome);
    waiting.answered(new PeerMessage.ForwardReply(LEADER, 1, List.of(reply)), now);
  }

  /// The number of the question to the leader that is asked now.
  long ask(long now) {
    assertThat(follow(now)).singleElement().isInstanceOf(PeerMessage.ReadIndexRequest.class);
    return ((PeerMessage.ReadIndexRequest) sent.getFirst()).number();
  }

  void readIndex(long question, long index) {
    waiting.answered(new PeerMessage.ReadIndexReply(LEADER, 1, 1, question, index));
    waiting.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
  }

  /// The requests that the member serves on coming to lead.
  List<Served> lead() {
    List<Served> served = new ArrayList<>();
    waiting.lead(() -> true, (submit, deadline) -> served.add(new Served(submit, deadline)));
    return served;
  }
}
