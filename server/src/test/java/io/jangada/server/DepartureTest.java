package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.node.PeerMessage;
import io.jangada.raft.EntryId;
import io.jangada.raft.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a server says and hears from the moment on at which it is asked to end.
@Timeout(120)
class DepartureTest {
  private static final EntryId LAST = new EntryId(4, 3);
  private static final PeerMessage APPEND =
      raft(new Message.AppendEntries(1, 2, 3, LAST, List.of(), 4, 5));
  private static final PeerMessage TRANSFER = raft(new Message.TimeoutNow(1, 2, 3));
  private static final PeerMessage VOTE = raft(new Message.RequestVoteReply(1, 2, 3, true, false));
  private static final PeerMessage STANDS =
      raft(new Message.RequestVote(1, 2, 3, LAST, false, false));
  private static final PeerMessage FORWARD = new PeerMessage.Forward(2, 1, 3, List.of());
  private static final PeerMessage ASK = new PeerMessage.ReadIndexRequest(2, 1, 3, 4);
  private static final PeerMessage ANSWER = new PeerMessage.ForwardReply(1, 2, List.of());

  private final List<PeerMessage> said = new ArrayList<>();
  private final Departure departure = new Departure(said::add);

  private static PeerMessage raft(Message message) {
    return new PeerMessage.Raft(message, 6);
  }

  private List<PeerMessage> said(PeerMessage... messages) {
    said.clear();
    for (PeerMessage each : messages) departure.send(each);
    return said;
  }

  @Test
  void aServerThatStaysSaysAndHearsEverything() {
    assertThat(said(APPEND, TRANSFER, VOTE, STANDS, ANSWER)).hasSize(5);
    assertThat(said(VOTE)).containsExactly(VOTE);
    assertThat(departure.accepts(FORWARD) && departure.accepts(ASK)).isTrue();
  }

  @Test
  void aFollowerThatEndsConfirmsNothing() {
    departure.begin(false);
    assertThat(said(APPEND, TRANSFER, VOTE, STANDS, ANSWER)).containsExactly(ANSWER);
    assertThat(departure.accepts(FORWARD) || departure.accepts(ASK)).isFalse();
    assertThat(departure.accepts(APPEND) && departure.accepts(ANSWER)).isTrue();
  }

  @Test
  void aLeaderThatEndsReplicatesUntilItHandsOverAndDoesNotVoteForItsSuccessor() {
    departure.begin(true);
    assertThat(said(VOTE, STANDS, APPEND, ANSWER)).containsExactly(APPEND, ANSWER);
    assertThat(departure.accepts(FORWARD) || departure.accepts(ASK)).isFalse();
    assertThat(said(TRANSFER, APPEND, VOTE, ANSWER)).containsExactly(TRANSFER, ANSWER);
  }
}
