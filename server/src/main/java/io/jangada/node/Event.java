package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.auth.Caller;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.raft.Membership;
import io.jangada.store.SnapshotDone;
import java.util.function.Consumer;

/// What reaches a [Replica] from outside, through its [Inbox].
sealed interface Event {
  /// What it counts against limits in bytes, about.
  default long sizeBytes() {
    return switch (this) {
      case Submit submit -> PeerMessage.sizeOf(submit.caller, submit.operation);
      case Read read -> PeerMessage.sizeOf(read.caller, read.read);
      case FromPeer(PeerMessage message) -> message.sizeBytes();
      case Watching(Watch.Call call) -> PeerMessage.OVERHEAD_BYTES + call.sizeBytes();
      case Synced _,
          DiskFull _,
          PeerGone _,
          Stored _,
          DiskFailed _,
          ChangeMembership _,
          Transfer _,
          TakeSnapshot _,
          AskBackup _,
          AskChunk _,
          AskStatus _ ->
          PeerMessage.OVERHEAD_BYTES;
    };
  }

  /// Answers what was never looked at.
  default void turnAway() {
    Outcome untouched = new Outcome.NotLeader(Membership.NONE);
    switch (this) {
      case Submit submit -> submit.reply.accept(untouched);
      case Read read -> read.reply.accept(untouched);
      case ChangeMembership change -> change.reply.accept(untouched);
      case Transfer transfer -> transfer.reply.accept(untouched);
      case TakeSnapshot snapshot -> snapshot.reply.accept(untouched);
      case AskBackup backup -> backup.reply.accept(new Backup.Failed("the member stops"));
      case AskChunk chunk -> chunk.reply.accept(new Backup.Failed("the member stops"));
      case Watching(Watch.Call(Watch watch, Watch.Call.Kind kind)) -> {
        if (kind == Watch.Call.Kind.BEGIN) watch.watcher().ended(WatchEnd.STOPPED);
      }
      case FromPeer _, Synced _, DiskFull _, PeerGone _, Stored _, DiskFailed _, AskStatus _ -> {}
    }
  }

  /// @param caller null where it is not said who asks
  /// @param requestId null for a request that is never retried
  /// @param forwards whether it is passed on to the leader whatever [FollowerPolicy] says
  record Submit(
      Caller caller,
      Operation operation,
      RequestId requestId,
      Consumer<Outcome> reply,
      boolean forwards)
      implements Event {
    Submit(Caller caller, Operation operation, RequestId requestId, Consumer<Outcome> reply) {
      this(caller, operation, requestId, reply, false);
    }

    Submit(Operation operation, RequestId requestId, Consumer<Outcome> reply) {
      this(null, operation, requestId, reply);
    }
  }

  /// @param caller null where it is not said who asks
  record Read(Caller caller, Operation.Read read, ReadConsistency reading, Consumer<Outcome> reply)
      implements Event {
    Read(Operation.Read read, ReadConsistency reading, Consumer<Outcome> reply) {
      this(null, read, reading, reply);
    }
  }

  /// A watch begins, or its client wants something of it.
  record Watching(Watch.Call call) implements Event {}

  record FromPeer(PeerMessage message) implements Event {}

  /// The log's disk holds everything up to this batch.
  record Synced(long batch) implements Event {}

  /// The log's disk has no space, or has some again.
  record DiskFull(boolean full) implements Event {}

  /// The connection from a peer broke.
  record PeerGone(int peer) implements Event {}

  record Stored(SnapshotDone done) implements Event {}

  /// One of the disk's threads can do no more.
  record DiskFailed(Throwable cause) implements Event {}

  record ChangeMembership(Membership target, Consumer<Outcome> reply) implements Event {}

  /// @param target [Membership#NONE] for the most suitable voter
  record Transfer(int target, Consumer<Outcome> reply) implements Event {}

  /// What concerns snapshots.
  sealed interface OfSnapshots extends Event {}

  record TakeSnapshot(Consumer<Outcome> reply) implements OfSnapshots {}

  record AskBackup(Consumer<Backup> reply) implements OfSnapshots {}

  record AskChunk(BackupChunk chunk, Consumer<Backup> reply) implements OfSnapshots {}

  record AskStatus(Consumer<Status> reply) implements Event {}
}
