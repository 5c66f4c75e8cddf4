package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.raft.Message;
import java.util.List;

/// What replicas say to each other: the protocol's messages, and requests that a follower passes on
/// to its leader.
public sealed interface PeerMessage {
  int from();

  int to();

  /// @param clusterTimeMillis the sender's cluster time when it sent this
  record Raft(Message message, long clusterTimeMillis) implements PeerMessage {
    @Override
    public int from() {
      return message.from();
    }

    @Override
    public int to() {
      return message.to();
    }
  }

  /// Requests for the leader.
  ///
  /// @param term the sender's term, in which it follows the receiver: for the reads among the
  ///   requests this is an acknowledgement that the receiver led when they were asked for
  record Forward(int from, int to, long term, List<Request> requests) implements PeerMessage {
    public Forward {
      requests = List.copyOf(requests);
    }
  }

  /// @param number the sender's number for it, to be named in the reply
  /// @param requestId under which it is applied at most once; null for a read
  record Request(long number, RequestId requestId, Operation operation) {}

  /// How forwarded requests ended.
  record ForwardReply(int from, int to, List<Reply> replies) implements PeerMessage {
    public ForwardReply {
      replies = List.copyOf(replies);
    }
  }

  record Reply(long number, Outcome outcome) {}
}
