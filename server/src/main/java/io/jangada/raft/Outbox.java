package io.jangada.raft;

import java.util.ArrayList;
import java.util.List;

/// What gathers for the next [Ready]. It decides nothing.
final class Outbox {
  List<Message> messages = new ArrayList<>();
  List<Long> reads = new ArrayList<>();
  List<Ready.Proposed> proposed = new ArrayList<>();
  List<Ready.Dropped> dropped = new ArrayList<>();
  List<Ready.ChunkRead> chunkReads = new ArrayList<>();
  List<Ready.ChunkWrite> chunkWrites = new ArrayList<>();
  List<RaftEvent> events = new ArrayList<>();
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
            persist,
            restore,
            committed,
            reads,
            proposed,
            dropped,
            chunkReads,
            chunkWrites,
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
