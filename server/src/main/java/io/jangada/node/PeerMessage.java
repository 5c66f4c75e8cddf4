package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.raft.Entry;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What replicas say to each other: the protocol's messages, requests that a follower passes on to
/// its leader, and what it asks to serve reads itself.
public sealed interface PeerMessage {
  /// What counts against limits in bytes beside keys, values and chunks.
  int OVERHEAD_BYTES = 64;

  int from();

  int to();

  /// What it counts against limits in bytes, about.
  default long sizeBytes() {
    long bytes = OVERHEAD_BYTES;
    switch (this) {
      case Raft(Message message, long _) -> bytes += sizeBytes(message);
      case Forward forward -> {
        for (Request request : forward.requests) bytes += request.sizeBytes();
      }
      case ForwardReply replies -> {
        for (Reply reply : replies.replies) bytes += reply.sizeBytes();
      }
      case Bootstrap bootstrap -> bytes += 16L * bootstrap.incarnations.size();
      case Digests digests -> bytes += 12L * digests.digests.size();
      case Admin admin -> bytes += admin.content.length();
      case ReadIndexRequest _, ReadIndexReply _ -> {}
    }
    return bytes;
  }

  /// Whether a message brings entries of a leader.
  static boolean bringsEntries(Message message) {
    return message instanceof Message.AppendEntries append && !append.entries().isEmpty();
  }

  private static long sizeBytes(Message message) {
    return switch (message) {
      case Message.AppendEntries append -> {
        long bytes = 0;
        for (Entry entry : append.entries()) bytes += entry.sizeBytes();
        yield bytes;
      }
      case Message.InstallSnapshot install -> install.data().length();
      case Message.RequestVote _,
          Message.RequestVoteReply _,
          Message.AppendEntriesReply _,
          Message.InstallSnapshotReply _,
          Message.DataLost _,
          Message.TimeoutNow _ ->
          0;
    };
  }

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
  /// @param caller who asks for it; null where that is not said
  /// @param requestId under which it is applied at most once; null for a read
  record Request(long number, Caller caller, RequestId requestId, Operation operation) {
    public Request(long number, RequestId requestId, Operation operation) {
      this(number, null, requestId, operation);
    }

    long sizeBytes() {
      return sizeOf(caller, operation);
    }
  }

  /// What an operation counts against limits in bytes, about.
  ///
  /// @param caller null where it is not said who asks
  static long sizeOf(Caller caller, Operation operation) {
    int callerBytes = caller == null ? 0 : caller.sizeBytes();
    return OVERHEAD_BYTES + callerBytes + CommandCodec.sizeOf(operation);
  }

  /// How forwarded requests ended.
  record ForwardReply(int from, int to, List<Reply> replies) implements PeerMessage {
    public ForwardReply {
      replies = List.copyOf(replies);
    }
  }

  record Reply(long number, Outcome outcome) {
    long sizeBytes() {
      if (outcome instanceof Outcome.Done(Result result))
        return OVERHEAD_BYTES + CommandCodec.sizeOf(result);
      return OVERHEAD_BYTES;
    }
  }

  /// A member with new data sends this to the other initial members: what it knows of them. A
  /// member that takes part in a cluster replies.
  ///
  /// @param takesPart whether the sender takes part
  /// @param incarnations where it does not: of all initial members, 0 for those that it does not
  ///   know to be new; empty where it only asks, since it is not new itself. Otherwise: those with
  ///   which the cluster was bootstrapped; empty where it does not know
  record Bootstrap(int from, int to, boolean takesPart, SortedMap<Integer, Long> incarnations)
      implements PeerMessage {
    public Bootstrap {
      if (incarnations.size() > Membership.MEMBERS_MAX)
        throw new IllegalArgumentException(incarnations.size() + " initial members");
      incarnations = Collections.unmodifiableSortedMap(new TreeMap<>(incarnations));
    }
  }

  /// What a member knows of the digests of state machines, its own among them or not.
  ///
  /// @param index the last entry that is applied in them
  /// @param digests by member
  record Digests(int from, int to, long index, SortedMap<Integer, Long> digests)
      implements PeerMessage {
    public Digests {
      if (digests.size() > Membership.MEMBERS_MAX)
        throw new IllegalArgumentException(digests.size() + " digests");
      digests = Collections.unmodifiableSortedMap(new TreeMap<>(digests));
    }
  }

  /// What the programs that members run in say to each other about administration. Replicas do not
  /// look at it.
  ///
  /// @param number the asker's number for the question, which the reply repeats
  record Admin(int from, int to, long number, boolean isReply, Bytes content)
      implements PeerMessage {
    /// The longest content, in bytes.
    public static final int BYTES_MAX = 4_096;

    public Admin {
      if (content.length() > BYTES_MAX)
        throw new IllegalArgumentException(content.length() + " bytes of administration");
    }
  }

  /// A follower asks how far its leader has committed.
  ///
  /// @param term the sender's term, in which it follows the receiver: an acknowledgement that the
  ///   receiver led when this was asked
  /// @param number the sender's number for the question, to be named in the reply
  record ReadIndexRequest(int from, int to, long term, long number) implements PeerMessage {}

  /// The leader's read index (thesis §6.4). Only a leader answers, and only in the asker's term.
  ///
  /// @param term the leader's
  /// @param index at least as far as any member had committed when the question was asked
  record ReadIndexReply(int from, int to, long term, long number, long index)
      implements PeerMessage {}
}
