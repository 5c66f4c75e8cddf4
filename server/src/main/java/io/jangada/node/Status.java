package io.jangada.node;

import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import java.util.List;
import java.util.SortedMap;

/// The state of a replica at one moment.
public record Status(Role role, Replication replication, State state, Usage usage, Health health) {

  /// Who the member is in its term.
  ///
  /// @param sinceMillis since when it has its role, and its term
  /// @param leader [Membership#NONE] while none is known
  public record Role(int id, String name, long sinceMillis, long term, int leader) {}

  /// @param peers what a leader knows of the others; empty for others
  public record Replication(Membership membership, Log log, SortedMap<Integer, Peer> peers) {}

  /// The protocol's log and what is done with it.
  ///
  /// @param durable up to here the disk has it
  /// @param commit up to here it is known to be committed
  /// @param snapshot the place of the newest durable snapshot
  /// @param bytes of the entries in memory
  public record Log(EntryId last, long durable, long commit, EntryId snapshot, long bytes) {}

  /// The state machine.
  ///
  /// @param applied up to here the log is applied
  /// @param digest of all that it holds: equal on all members at the same `applied`
  /// @param restoring whether an installed snapshot is still being loaded
  public record State(
      long applied, Contents contents, long digest, long clusterTimeMillis, boolean restoring) {
    public int keys() {
      return contents.keys;
    }
  }

  /// What is in it.
  ///
  /// @param revision of the latest change
  /// @param compacted the first revision that can be read
  /// @param checksUsers whether users are checked
  public record Contents(
      int keys, int leases, long revision, long compacted, boolean checksUsers) {}

  /// What the member takes and does.
  ///
  /// @param diskFull whether the log's disk has no space
  public record Usage(
      Memory memory, boolean diskFull, Work work, Counters counters, Watching watching) {}

  /// The memory in use, about, in bytes.
  ///
  /// @param bytesMax the limit of all together, `Long.MAX_VALUE` for any amount
  /// @param refused how many commands were refused for want of memory since the start
  public record Memory(RaftEvent.MemoryLevel level, long bytesMax, Use use, long refused) {
    public long used() {
      return use.data + use.sessions + use.log + use.requests;
    }

    public boolean isFull() {
      return level == RaftEvent.MemoryLevel.FULL;
    }
  }

  /// @param data keys and values with what finds them, former ones too, and what an open snapshot
  ///   keeps
  /// @param history what former values take of that, and what removals do
  /// @param sessions what clients asked, and were answered
  /// @param log the log's entries; what they take usually, where they take less
  /// @param requests requests and peers' messages that wait
  public record Use(long data, long history, long sessions, long log, long requests) {}

  /// What is under way.
  ///
  /// @param pending requests that this leader, or former leader, has not answered
  /// @param awaitingLeader requests and reads that wait for the leader's answer, for a leader, or
  ///   at the leader for room
  /// @param handingOver whether this leader transfers leadership
  /// @param snapshotting whether a snapshot is being written
  public record Work(int pending, int awaitingLeader, boolean handingOver, boolean snapshotting) {}

  /// Watches of this member's clients.
  ///
  /// @param watches how many there are
  /// @param lagging how many of them have yet to get what happened before
  /// @param events how many events were handed to them since the start
  /// @param overtaken how many were overtaken by compaction since the start
  public record Watching(int watches, int lagging, long events, long overtaken) {}

  /// @param unready why the member cannot serve clients; empty where it can
  /// @param rejoining what it waits for before it votes and counts ([RaftEvent.Rejoining]); empty
  ///   for a member that does
  /// @param problems what people should look at, a sentence each
  /// @param dataDiffers whether its data is not that of the other members
  /// @param messagesRefused how many messages of others were refused
  public record Health(
      String unready,
      String rejoining,
      List<String> problems,
      boolean dataDiffers,
      long messagesRefused) {
    public Health {
      problems = List.copyOf(problems);
    }
  }

  /// @param match up to here the peer's disk is known to hold the leader's log
  /// @param lag how many entries of the leader's log it is not known to hold
  /// @param contactMillis how long ago its last message came, or this leader was elected
  /// @param installing whether it is being sent a snapshot
  public record Peer(long match, long lag, long contactMillis, boolean installing) {}

  /// How often things happened since the start.
  public record Counters(
      Requests requests, FollowerReads followerReads, Elections elections, Snapshots snapshots) {}

  /// @param proposals commands that were put into this leader's log
  /// @param proposalsFailed commands that were refused or lost here, or whose end is unknown
  /// @param reads linearizable reads that were served as the leader
  /// @param readsFailed linearizable reads that failed at the leader
  public record Requests(long proposals, long proposalsFailed, long reads, long readsFailed) {}

  /// @param served reads that were served without being the leader
  /// @param failed reads that failed without being the leader
  /// @param questions how often the leader was asked for its read index
  public record FollowerReads(long served, long failed, long questions) {}

  /// @param leaderChanges how often another leader, or one of another term, was seen
  /// @param campaigns how often this member campaigned
  public record Elections(long leaderChanges, long campaigns) {}

  /// @param taken own snapshots
  /// @param installed snapshots that a leader sent
  /// @param failed own snapshots that could not be written
  public record Snapshots(long taken, long installed, long failed) {}

  public Membership membership() {
    return replication.membership;
  }

  public Log log() {
    return replication.log;
  }

  /// Whether the member knows itself as the leader.
  public boolean isLeader() {
    return role.leader == role.id;
  }
}
