package io.jangada.raft;

import java.util.ArrayList;
import java.util.List;

/// What gathers for the next [Ready]. It decides nothing.
final class Outbox {
  List<Message> messages = new ArrayList<>();

  /// The tickets of reads that may be served.
  List<Long> reads = new ArrayList<>();

  /// Proposals, changes and transfers that were accepted.
  List<Ready.Proposed> proposed = new ArrayList<>();

  /// Requests that were not.
  List<Ready.Dropped> dropped = new ArrayList<>();

  /// Chunks of snapshots to be read, and to be stored.
  List<Ready.ChunkRead> chunkReads = new ArrayList<>();

  List<Ready.ChunkWrite> chunkWrites = new ArrayList<>();
  List<RaftEvent> events = new ArrayList<>();

  /// The snapshot that the state machine is to be restored from; null for none.
  SnapshotMeta restore;

  /// A request is not accepted.
  void drop(long ticket, Ready.Reason reason) {
    dropped.add(new Ready.Dropped(ticket, reason));
  }

  /// Hands out all that gathered, and begins anew.
  Ready drain(Persist persist, List<Entry> committed) {
    Ready ready =
        new Ready(
            messages,
            new Ready.Disk(persist, chunkReads, chunkWrites),
            new Ready.Apply(restore, committed, reads),
            new Ready.Requests(proposed, dropped),
            events);
    messages = new ArrayList<>();
    reads = new ArrayList<>();
    proposed = new ArrayList<>();
    dropped = new ArrayList<>();
    chunkReads = new ArrayList<>();
    chunkWrites = new ArrayList<>();
    events = new ArrayList<>();
    restore = null;
    return ready;
  }
}
