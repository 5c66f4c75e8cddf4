package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.List;

/// What a [RaftNode] wants done after some inputs, in this order: answer `proposed` and `dropped`,
/// send `messages`, hand `persist` to the disk, `restore`, apply `committed`, answer `reads`.
///
/// `messages` may all leave at once: those that must not outrun the disk were held back in the node
/// until `Input.Synced` came for them.
public record Ready(
    List<Message> messages, Disk disk, Apply apply, Requests requests, List<RaftEvent> events) {

  /// For the disks.
  ///
  /// @param persist null when there is nothing to write
  public record Disk(Persist persist, List<ChunkRead> chunkReads, List<ChunkWrite> chunkWrites) {
    private boolean isEmpty() {
      return persist == null && chunkReads.isEmpty() && chunkWrites.isEmpty();
    }
  }

  /// For the state machine.
  ///
  /// @param restore when not null: the state machine becomes what this snapshot holds
  /// @param committed the next entries to apply, without a gap
  /// @param reads tickets of reads that may be answered from the state after `committed`
  public record Apply(SnapshotMeta restore, List<Entry> committed, List<Long> reads) {
    private boolean isEmpty() {
      return restore == null && committed.isEmpty() && reads.isEmpty();
    }
  }

  /// What became of requests.
  public record Requests(List<Proposed> proposed, List<Dropped> dropped) {
    private boolean isEmpty() {
      return proposed.isEmpty() && dropped.isEmpty();
    }
  }

  /// A command is in the leader's log at this place. It is done when an entry with this index
  /// **and** term is applied, and lost when another entry is applied at this index.
  public record Proposed(long ticket, EntryId id) {}

  /// A request that had no effect and will have none.
  public record Dropped(long ticket, Reason reason) {}

  /// Why a request was dropped.
  public enum Reason {
    /// This member does not lead.
    NOT_LEADER,
    /// A limit of [RaftConfig] is reached; try later.
    BUSY,
    /// Another membership change is under way, or none may be made yet in this term.
    MEMBERSHIP_BUSY,
    /// Too few of those who would vote after the change are members that count and answer: take
    /// them in as learners first.
    UNREADY,
    /// The change or transfer asked for makes no sense here.
    INVALID
  }

  /// Read this chunk of an own snapshot, for `peer`; it comes back as [Input.ChunkLoaded].
  public record ChunkRead(int peer, long term, SnapshotMeta meta, int chunk) {}

  /// Store this chunk of a leader's snapshot; it comes back as [Input.ChunkStored].
  public record ChunkWrite(SnapshotMeta meta, int chunk, Bytes data) {}

  public boolean isEmpty() {
    return messages.isEmpty()
        && disk.isEmpty()
        && apply.isEmpty()
        && requests.isEmpty()
        && events.isEmpty();
  }
}
