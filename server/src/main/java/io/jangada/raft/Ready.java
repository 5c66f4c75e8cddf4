package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.List;

/// What a [RaftNode] wants done after some inputs, in this order: answer `proposed` and `dropped`,
/// send `messages`, hand `persist` to the disk, `restore`, apply `committed`, answer `reads`.
///
/// `messages` may all leave at once: those that must not outrun the disk were held back in the node
/// until `Input.Synced` came for them.
///
/// @param persist null when there is nothing to write
/// @param restore when not null: the state machine becomes what this snapshot holds
/// @param committed the next entries to apply, without a gap
/// @param reads tickets of reads that may be answered from the state after `committed`
public record Ready(
    List<Message> messages,
    Persist persist,
    SnapshotMeta restore,
    List<Entry> committed,
    List<Long> reads,
    List<Proposed> proposed,
    List<Dropped> dropped,
    List<ChunkRead> chunkReads,
    List<ChunkWrite> chunkWrites,
    List<RaftEvent> events) {

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
        && persist == null
        && restore == null
        && committed.isEmpty()
        && reads.isEmpty()
        && proposed.isEmpty()
        && dropped.isEmpty()
        && chunkReads.isEmpty()
        && chunkWrites.isEmpty()
        && events.isEmpty();
  }
}
