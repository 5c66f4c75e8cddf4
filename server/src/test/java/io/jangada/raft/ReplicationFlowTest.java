package io.jangada.raft;

import static io.jangada.raft.Solo.accepted;
import static io.jangada.raft.Solo.at;
import static io.jangada.raft.Solo.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// How much is sent, and when: batches, windows, thrift, and silence.
class ReplicationFlowTest {
  private static UnaryOperator<RaftConfig> limits(UnaryOperator<TestLimits> tune) {
    return config -> config.withLimits(tune.apply(TestLimits.usual()).get());
  }

  private static List<Integer> entriesTo(int peer, List<Message> said) {
    return said.stream()
        .filter(m -> m.to() == peer)
        .map(m -> ((Message.AppendEntries) m).entries().size())
        .toList();
  }

  private static void proposeAll(Solo solo, int count, int bytes) {
    for (int i = 0; i < count; i++)
      solo.node().step(new Input.Propose(1000 + i, Bytes.wrap(new byte[bytes])));
    solo.tick(1);
  }

  @Test
  @DisplayName("What is proposed between two readies goes in one message")
  void batches() {
    Solo solo = Solo.leading();
    for (int i = 0; i < 10; i++) solo.node().step(new Input.Propose(i, Bytes.utf8("a")));
    assertThat(entriesTo(2, solo.node().advance().messages())).containsExactly(10);
  }

  @Test
  @DisplayName("A message holds so many entries, and so many bytes; a larger entry goes alone")
  void messageLimits() {
    Solo solo = Solo.leading(limits(l -> l.messageEntriesMax(4)));
    for (int i = 0; i < 10; i++) solo.node().step(new Input.Propose(i, Bytes.utf8("a")));
    assertThat(entriesTo(2, solo.node().advance().messages())).containsExactly(4, 4, 2);

    Solo bytes = Solo.leading(limits(l -> l.messageBytesMax(100)));
    for (int size : List.of(10, 10, 10, 500, 10))
      bytes.node().step(new Input.Propose(size, Bytes.wrap(new byte[size])));
    assertThat(entriesTo(2, bytes.node().advance().messages())).containsExactly(2, 1, 1, 1);
  }

  @Test
  @DisplayName("So many messages are under way to a peer, and more when it answers")
  void windowInMessages() {
    Solo solo = Solo.leading(limits(l -> l.messageEntriesMax(1).inflightMessagesMax(3)));
    for (int i = 0; i < 10; i++) solo.node().step(new Input.Propose(i, Bytes.utf8("a")));
    Ready ready = solo.node().advance();
    assertThat(entriesTo(2, ready.messages())).containsExactly(1, 1, 1);
    assertThat(entriesTo(3, ready.messages())).containsExactly(1, 1, 1);
    solo.node().step(new Input.Receive(accepted(2, 1, 3)));
    List<Message> more = solo.node().advance().messages();
    assertThat(entriesTo(2, more)).as("two were answered").containsExactly(1, 1);
    assertThat(entriesTo(3, more)).as("a window of its own").isEmpty();
  }

  @Test
  @DisplayName("So many bytes are under way to a peer")
  void windowInBytes() {
    Solo solo = Solo.leading(limits(l -> l.messageEntriesMax(1).inflightBytesMax(250)));
    for (int i = 0; i < 10; i++)
      solo.node().step(new Input.Propose(i, Bytes.wrap(new byte[100 - Entry.OVERHEAD_BYTES])));
    assertThat(entriesTo(2, solo.node().advance().messages()))
        .as("until 250 bytes are reached")
        .containsExactly(1, 1, 1);
  }

  @Test
  @DisplayName("A full window does not stop heartbeats, and a lost window is sent again")
  void lostWindow() {
    Solo solo = Solo.leading(limits(l -> l.messageEntriesMax(1).inflightMessagesMax(2)));
    proposeAll(solo, 5, 1);
    List<Message> beat = solo.tick(3);
    assertThat(entriesTo(2, beat))
        .as("a heartbeat, at the end of what was sent")
        .containsExactly(0);
    assertThat(((Message.AppendEntries) beat.getFirst()).prev()).isEqualTo(at(3, 1));
    List<Message> again = solo.hear(refused(2, 1, 3, at(2, 0)));
    assertThat(entriesTo(2, again)).as("probing, one at a time").containsExactly(1);
    assertThat(((Message.AppendEntries) again.getFirst()).prev()).isEqualTo(at(1, 1));
    assertThat(entriesTo(2, solo.hear(accepted(2, 1, 2)))).containsExactly(1, 1);
  }

  @Test
  @DisplayName("While probing one message is under way, and nothing is sent twice before its time")
  void probesOneAtATime() {
    Solo solo = new Solo(limits(l -> l.messageEntriesMax(1)));
    assertThat(entriesTo(2, solo.lead())).containsExactly(1);
    solo.hear(accepted(3, 1, 1));
    solo.cluster.propose(1, "a");
    assertThat(entriesTo(2, solo.said())).isEmpty();
    assertThat(entriesTo(2, solo.tick(3))).containsExactly(1);
  }

  @Test
  @DisplayName("A follower whose disk is late with the probe does not get it again")
  void probeIsNotRepeated() {
    Solo solo = Solo.withLog(1, 1, 1);
    solo.lead();
    assertThat(solo.hear(accepted(2, 2, 2))).as("its disk has not all yet").isEmpty();
    solo.cluster.propose(1, "a");
    List<Message> next = solo.said().stream().filter(m -> m.to() == 2).toList();
    assertThat(((Message.AppendEntries) next.getFirst()).prev()).isEqualTo(at(4, 2));
  }

  @Test
  @DisplayName("A peer that is not heard gets no entries, and all of them when it is back")
  void silentPeers() {
    Solo solo = Solo.leading(config -> config);
    solo.cluster.propose(1, "a");
    for (int i = 0; i < 4; i++) {
      solo.tick(5);
      solo.hear(accepted(2, 1, 2));
    }
    solo.hear(refused(3, 1, 2, at(2, 0)));
    for (int i = 0; i < 4; i++) {
      solo.tick(5);
      solo.hear(accepted(2, 1, 2));
    }
    assertThat(entriesTo(3, solo.tick(3))).as("only a question").containsExactly(0);
    assertThat(entriesTo(3, solo.hear(accepted(3, 1, 1)))).containsExactly(1);
  }

  @Test
  @DisplayName("Uncommitted bytes are bounded: beyond, proposals are told to come later")
  void uncommittedBytes() {
    Solo solo = Solo.leading(limits(l -> l.uncommittedBytesMax(100)));
    for (int i = 0; i < 3; i++)
      assertThat(solo.member().proposed).containsKey(solo.cluster.propose(1, "four"));
    long fourth = solo.cluster.propose(1, "more");
    assertThat(solo.member().dropped).containsEntry(fourth, Ready.Reason.BUSY);
    solo.hear(accepted(2, 1, 4));
    assertThat(solo.member().proposed).containsKey(solo.cluster.propose(1, "more"));
  }

  @Test
  @DisplayName("Idle: a heartbeat and its answer for each follower, and nothing else")
  void idleSilence() {
    RaftCluster cluster = new RaftCluster(5).start();
    cluster.elect(1);
    cluster.run(7);
    long before = cluster.sentCount;
    cluster.run(300);
    assertThat(cluster.sentCount - before).isEqualTo(100 * 4 * 2);
  }

  @Test
  @DisplayName("A write costs one message and one answer for each follower; the commit rides along")
  void messagesOfAWrite() {
    RaftCluster cluster = new RaftCluster(3).start();
    cluster.elect(1);
    cluster.run(6);
    long before = cluster.sentCount;
    cluster.propose(1, "a");
    cluster.settle();
    assertThat(cluster.sentCount - before).isEqualTo(4);
  }

  @Test
  @DisplayName("An entry that was just sent puts the next heartbeat off")
  void entriesAreHeartbeats() {
    Solo solo = Solo.leading();
    for (int i = 0; i < 5; i++) {
      solo.cluster.propose(1, "a" + i);
      solo.said();
      solo.hear(accepted(2, 1, i + 2));
      solo.hear(accepted(3, 1, i + 2));
      assertThat(solo.tick(2)).isEmpty();
    }
  }

  private static final UnaryOperator<RaftConfig> QUORUM_ONLY =
      config -> config.withTraffic(new RaftConfig.TrafficPolicy(true, 0, 0));

  @Test
  @DisplayName("Thrift: entries and rounds go to as many as make a quorum, the others wait a beat")
  void quorumOnly() {
    RaftCluster cluster = new RaftCluster(5, QUORUM_ONLY::apply).start();
    cluster.elect(1);
    cluster.run(9);
    long before = cluster.sentCount;
    cluster.propose(1, "a");
    cluster.settle();
    assertThat(cluster.member(1).state).containsExactly("a");
    assertThat(cluster.sentCount - before).as("two asked, two answers").isEqualTo(4);
    before = cluster.sentCount;
    long read = cluster.read(1);
    cluster.settle();
    assertThat(cluster.member(1).reads).containsExactly(read);
    assertThat(cluster.sentCount - before).isEqualTo(4);
    cluster.run(4);
    for (ClusterMember member : cluster.members.values())
      assertThat(member.state).as(member.toString()).containsExactly("a");
  }

  @Test
  @DisplayName("Thrift: when the chosen ones are slow, all are asked, within a bound")
  void quorumOnlyFallsBack() {
    RaftCluster cluster = new RaftCluster(5, QUORUM_ONLY::apply).start();
    cluster.elect(1);
    cluster.run(9);
    cluster.propose(1, "a");
    List<Message> chosen = cluster.take(_ -> true);
    assertThat(chosen).hasSize(2);
    chosen.forEach(message -> cluster.crash(message.to()));
    cluster.run(4);
    assertThat(cluster.member(1).state).containsExactly("a");
    long before = cluster.sentCount;
    cluster.propose(1, "b");
    cluster.settle();
    assertThat(cluster.member(1).state).as("the others are chosen now").containsExactly("a", "b");
    assertThat(cluster.sentCount - before).isEqualTo(4);
  }

  @Test
  @DisplayName("Thrift: a read whose chosen ones are slow is served by the others, too")
  void quorumOnlyReadsFallBack() {
    RaftCluster cluster = new RaftCluster(5, QUORUM_ONLY::apply).start();
    cluster.elect(1);
    cluster.run(9);
    long read = cluster.read(1);
    List<Message> chosen = cluster.take(_ -> true);
    assertThat(chosen).hasSize(2);
    chosen.forEach(message -> cluster.crash(message.to()));
    cluster.run(5);
    assertThat(cluster.member(1).reads).containsExactly(read);
  }

  private static UnaryOperator<RaftConfig> pace(int ticks) {
    return config -> config.withTraffic(new RaftConfig.TrafficPolicy(false, ticks, 0));
  }

  @Test
  @DisplayName("Thrift: sendings keep a distance, and what comes in between shares the next")
  void paced() {
    Solo solo = Solo.leading(pace(2));
    solo.tick(2);
    solo.cluster.propose(1, "a");
    assertThat(entriesTo(2, solo.said())).containsExactly(1);
    solo.cluster.propose(1, "b");
    solo.cluster.read(1);
    solo.cluster.propose(1, "c");
    assertThat(solo.said()).isEmpty();
    assertThat(solo.tick(1)).isEmpty();
    List<Message> next = solo.tick(1);
    assertThat(entriesTo(2, next)).containsExactly(2);
    assertThat(((Message.AppendEntries) next.getFirst()).round()).isEqualTo(1);
  }

  @Test
  @DisplayName("Thrift: heartbeats to peers at different times do not keep what is new waiting")
  void paceIsNotStarved() {
    Solo solo = Solo.leading(pace(2));
    solo.tick(1);
    solo.cluster.propose(1, "x");
    for (int i = 0; i < 10; i++) {
      // One peer gets a message a tick after the other: their heartbeats fall apart.
      solo.hear(i % 2 == 0 ? accepted(2, 1, 2) : refused(3, 1, 2, at(2, 0)));
      solo.tick(1);
    }
    for (int i = 0; i < 5; i++) {
      long read = solo.cluster.read(1);
      List<Message> said = new ArrayList<>(solo.said());
      said.addAll(solo.tick(2));
      long round = 0;
      for (Message message : said)
        round = Math.max(round, ((Message.AppendEntries) message).round());
      solo.hear(accepted(2, 1, 2, round));
      assertThat(solo.member().reads).contains(read);
      solo.tick(1);
    }
  }
}
