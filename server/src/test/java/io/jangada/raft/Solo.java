package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Member 1 of a cluster of three, alone on the stage: the test plays its peers 2 and 3.
final class Solo {
  final RaftCluster cluster;

  Solo() {
    this(config -> config);
  }

  Solo(UnaryOperator<RaftConfig> tune) {
    cluster = new RaftCluster(3, tune::apply);
    cluster.laws.peersArePlayed = true;
    cluster.restart(1);
  }

  /// With entries of these terms in its log, and in the last one's term.
  static Solo withLog(long... terms) {
    Solo solo = new Solo();
    List<Entry> log = new ArrayList<>();
    for (long term : terms) log.add(entry(log.size() + 1L, term));
    solo.cluster.crash(1);
    solo.member().disk.preset(new HardState(terms[terms.length - 1], Membership.NONE), log);
    solo.cluster.restart(1);
    return solo;
  }

  /// As the leader of term 1 whose no-op is committed and known to be.
  static Solo leading(UnaryOperator<RaftConfig> tune) {
    Solo solo = new Solo(tune);
    solo.lead();
    solo.hear(accepted(2, 1, 1));
    solo.hear(accepted(3, 1, 1));
    return solo;
  }

  static Solo leading() {
    return leading(config -> config);
  }

  /// Stands and wins with the vote of member 2. Returns what it says first as leader.
  List<Message> lead() {
    cluster.timeOut(1);
    long term = node().term() + 1;
    hear(new Message.RequestVoteReply(2, 1, term, true, true));
    return hear(new Message.RequestVoteReply(2, 1, term, true, false));
  }

  ClusterMember member() {
    return cluster.member(1);
  }

  RaftNode node() {
    return cluster.node(1);
  }

  /// The terms of its log's entries.
  List<Long> terms() {
    List<Long> terms = new ArrayList<>();
    for (long index = node().inspect().compacted().index() + 1;
        index <= node().last().index();
        index++) terms.add(node().termAt(index));
    return terms;
  }

  /// What it says when it hears this.
  List<Message> hear(Message message) {
    cluster.take(_ -> true);
    cluster.step(1, new Input.Receive(message));
    return said();
  }

  /// What it says while time goes by.
  List<Message> tick(int count) {
    cluster.take(_ -> true);
    for (int i = 0; i < count; i++) cluster.tick(1);
    return said();
  }

  /// The connection to a peer breaks.
  void gone(int peer) {
    cluster.step(1, new Input.PeerGone(peer));
  }

  List<Message> said() {
    return cluster.take(_ -> true);
  }

  static Entry entry(long index, long term) {
    return new Entry(index, term, Entry.Kind.COMMAND, Bytes.utf8(index + "/" + term));
  }

  static EntryId at(long index, long term) {
    return new EntryId(index, term);
  }

  /// A peer that the test plays as the leader of a term.
  record Peer(int id, long term) {
    Message append(EntryId prev, long commit, Entry... entries) {
      return new Message.AppendEntries(id, 1, term, prev, List.of(entries), commit, 0);
    }
  }

  static Peer leader(int id, long term) {
    return new Peer(id, term);
  }

  static Message accepted(int from, long term, long match) {
    return accepted(from, term, match, 0);
  }

  static Message accepted(int from, long term, long match, long round) {
    return new Message.AppendEntriesReply(
        from, 1, term, true, match, EntryId.ZERO, round, Incarnation.NONE);
  }

  static Message refused(int from, long term, long prev, EntryId conflict) {
    return new Message.AppendEntriesReply(
        from, 1, term, false, prev, conflict, 0, Incarnation.NONE);
  }

  static Message askVote(int from, long term, EntryId last) {
    return new Message.RequestVote(from, 1, term, last, false, false);
  }

  static Message askPreVote(int from, long term, EntryId last) {
    return new Message.RequestVote(from, 1, term, last, true, false);
  }

  static Message vote(int from, long term, boolean granted) {
    return new Message.RequestVoteReply(from, 1, term, granted, false);
  }

  static boolean isGranted(List<Message> said) {
    return said.stream()
        .anyMatch(m -> m instanceof Message.RequestVoteReply reply && reply.granted());
  }
}
