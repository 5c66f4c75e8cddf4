package io.jangada.server;

import io.jangada.node.PeerMessage;
import io.jangada.node.Transport;
import io.jangada.raft.Message;

/// What a server that was asked to end still sends to the others, and takes from them.
///
/// To the others it is gone from that moment on, like one that was killed: it grants no votes and
/// acknowledges nothing, so that a majority that is ending together decides nothing any more. A
/// leader goes on replicating until its clients' open requests are answered and leadership is
/// transferred. No new requests are taken. Replies to forwarded requests still pass.
final class Departure implements Transport {
  private enum Phase {
    STAYING,
    LEADING,
    SILENT
  }

  private final Transport out;
  private volatile Phase phase = Phase.STAYING;

  Departure(Transport out) {
    this.out = out;
  }

  /// The server was asked to end.
  ///
  /// @param leads whether it leads
  void begin(boolean leads) {
    phase = leads ? Phase.LEADING : Phase.SILENT;
  }

  @Override
  public void send(PeerMessage message) {
    if (message instanceof PeerMessage.Raft(Message raft, long _) && !isSaid(raft)) return;
    out.send(message);
    boolean isHandedOver =
        message instanceof PeerMessage.Raft(Message.TimeoutNow _, long _) && phase == Phase.LEADING;
    if (isHandedOver) phase = Phase.SILENT;
  }

  private boolean isSaid(Message message) {
    return switch (phase) {
      case STAYING -> true;
      case SILENT -> false;
      case LEADING ->
          switch (message) {
            case Message.AppendEntries _, Message.InstallSnapshot _, Message.TimeoutNow _ -> true;
            case Message.AppendEntriesReply _,
                Message.InstallSnapshotReply _,
                Message.RequestVote _,
                Message.RequestVoteReply _,
                Message.DataLost _ ->
                false;
          };
    };
  }

  /// Whether the server takes a message of another one.
  boolean accepts(PeerMessage message) {
    if (phase == Phase.STAYING) return true;
    return switch (message) {
      case PeerMessage.Forward _, PeerMessage.ReadIndexRequest _ -> false;
      case PeerMessage.Raft _,
          PeerMessage.ForwardReply _,
          PeerMessage.ReadIndexReply _,
          PeerMessage.Bootstrap _,
          PeerMessage.Digests _,
          PeerMessage.Admin _ ->
          true;
    };
  }
}
