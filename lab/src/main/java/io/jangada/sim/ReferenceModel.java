package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Restorer;
import io.jangada.kv.Result;
import io.jangada.kv.Snapshot;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Replica;
import io.jangada.raft.Entry;
import io.jangada.raft.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/// What the committed log comes to: every member's state is held against it. Members that all make
/// the same mistake are equal to each other, and not to this.
///
/// In the storm a member that has applied all that is committed is compared with [SlowKv], which
/// was written apart from the state machine. At the end the log is applied to a state machine that
/// never stops, restores or is read while it goes on: snapshots have to be its bytes, and members,
/// too.
final class ReferenceModel {
  private static final Operation.Selection COUNTING =
      new Operation.Selection(Operation.Detail.COUNT, Operation.Between.ANY, Operation.Between.ANY);

  private final KvLimits limits;
  private final int chunkBytes;
  private final SlowKv slow;
  private final SampledReads sampled = new SampledReads();
  private final CommittedChanges changes = new CommittedChanges();
  private final CommittedAnswers answers = new CommittedAnswers();
  private final SortedSet<Long> keptAlive = new TreeSet<>();
  private long applied;
  private final SortedMap<Integer, Long> compared = new TreeMap<>();
  private final SortedMap<Long, SnapshotMeta> snapshots = new TreeMap<>();

  /// @param limits of the members' state machines
  /// @param chunkBytes how long their snapshots' chunks are
  ReferenceModel(KvLimits limits, int chunkBytes) {
    this.limits = limits;
    this.chunkBytes = chunkBytes;
    this.slow = new SlowKv(limits.state());
  }

  /// The next entry is committed.
  void committed(Entry entry) {
    applied = entry.index();
    if (entry.kind() == Entry.Kind.COMMAND) {
      Envelope envelope = CommandCodec.decodeEnvelope(entry.data());
      answers.note(envelope, slow.apply(applied, envelope));
      if (envelope.command() instanceof Operation.KeepAlive(List<Long> leases))
        keptAlive.addAll(leases);
    } else {
      slow.advance(applied);
    }
    changes.note(slow);
  }

  /// Whether any entry of the log keeps this lease alive.
  boolean isKeptAlive(long lease) {
    return keptAlive.contains(lease);
  }

  /// The last entry that is committed.
  long applied() {
    return applied;
  }

  /// Why something was not permitted after an entry, null if it was.
  Result.Reason objectionAt(long index, Caller caller, Operation operation) {
    return slow.objectionAt(index, caller, operation);
  }

  /// Whether something was permitted after one of some entries, or was not for this reason.
  ///
  /// @param reason null for permitted
  boolean wasSo(Span span, Result.Reason reason, Caller caller, Operation operation) {
    return slow.authChanges(span.first, span.last).stream()
        .anyMatch(index -> objectionAt(index, caller, operation) == reason);
  }

  /// Entries from one to another, both included.
  record Span(long first, long last) {}

  /// All that changed so far.
  CommittedChanges changes() {
    return changes;
  }

  /// What requests came to.
  CommittedAnswers answers() {
    return answers;
  }

  /// Looks at what a range came to: whatever was asked of whom, it is of one revision.
  void check(Operation.Range range, Result result) {
    if (result instanceof Result.Ranged ranged) checkRange(range, ranged);
    else if (result instanceof Result.Compacted(long compacted))
      SafetyChecker.check(
          range.revision() < compacted && compacted <= slow.compacted(),
          "what is not compacted can be read: " + range.revision() + ", to " + compacted);
    else SafetyChecker.check(false, "a range that was read before is known: " + range);
  }

  private void checkRange(Operation.Range range, Result.Ranged ranged) {
    long revision = ranged.revision();
    SafetyChecker.check(revision <= slow.revision(), "no revision is read before it is committed");
    SafetyChecker.check(
        range.revision() == 0 || range.revision() == revision,
        "all pieces of a range are of one revision: " + range.revision() + ", " + revision);
    if (revision == 0) return;
    var asked = new Operation.Range(range.keys(), revision, range.selection(), range.page());
    var counting = new Operation.Range(range.keys(), revision, COUNTING, Operation.Page.ALL);
    boolean same =
        slow.read(asked, 0) instanceof Result.Ranged known
            && known.entries().equals(ranged.entries())
            && Objects.equals(known.rest(), ranged.rest())
            && slow.read(counting, 0) instanceof Result.Ranged counted
            && (ranged.count() < 0 || ranged.count() == counted.count());
    if (!same)
      SafetyChecker.check(
          false, "a range is what its revision holds: " + range + " gave " + ranged);
  }

  /// Looks at a member that has its state in hand.
  void check(Replica replica) {
    int id = replica.raft().id();
    SnapshotMeta snapshot = replica.raft().snapshot();
    if (snapshot != null) {
      SnapshotMeta known = snapshots.putIfAbsent(snapshot.last().index(), snapshot);
      if (known != null && known != snapshot && !known.equals(snapshot))
        SafetyChecker.check(
            false, "snapshots of equal index are equal: " + known + ", " + snapshot);
    }
    KvStore kv = replica.kv();
    if (kv.appliedIndex() != applied) return;
    Long before = compared.put(id, applied);
    if (before == null || before != applied) check(id, kv);
  }

  private void check(int member, KvStore kv) {
    boolean equal =
        kv.size() == slow.size()
            && kv.sizeBytes() == slow.sizeBytes()
            && kv.clusterTimeMillis() == slow.clusterTimeMillis()
            && kv.nextDeadlineMillis() == slow.nextDeadlineMillis()
            && kv.sessionCount() == slow.sessionCount()
            && kv.answerCount() == slow.answerCount();
    if (!equal) SafetyChecker.check(false, "the state is what the log comes to: member " + member);
    List<KeyValue> state = slow.state();
    checkHistory(member, kv, state);
    for (KeyValue entry : state) {
      Bytes key = entry.key();
      boolean same = kv.get(key).equals(slow.get(key));
      // Words are made only where they are told: this is looked at most often of all.
      if (!same)
        SafetyChecker.check(
            false, "a value is what the log comes to: member " + member + " " + key);
    }
  }

  /// Compares what else can be asked, a part of it each time.
  private void checkHistory(int member, KvStore kv, List<KeyValue> state) {
    boolean equal =
        kv.revision() == slow.revision()
            && kv.compacted() == slow.compacted()
            && kv.keepsHistory() == slow.keepsHistory()
            && kv.countsRevisions() == slow.countsRevisions();
    if (!equal)
      SafetyChecker.check(
          false,
          "revisions are what the log comes to: member "
              + member
              + (" has " + kv.revision() + " from " + kv.compacted())
              + (", not " + slow.revision() + " from " + slow.compacted()));
    for (Operation.Read read : sampled.next(slow, state)) {
      Result result = kv.read(read);
      Result known = slow.read(read);
      if (!result.equals(known))
        SafetyChecker.check(
            false,
            "a read is what the log comes to: member "
                + member
                + ", "
                + read
                + " gave "
                + result
                + ", not "
                + known);
    }
  }

  /// Looks at members that are at rest.
  ///
  /// @param log all that was ever committed
  void checkData(List<Replica> members, List<Entry> log) {
    KvStore kv = new KvStore(limits, 0);
    for (Entry entry : log) {
      if (entry.kind() == Entry.Kind.COMMAND) kv.apply(entry.index(), entry.data());
      else kv.advance(entry.index());
      SnapshotMeta snapshot = snapshots.get(entry.index());
      if (snapshot == null) continue;
      List<Bytes> chunks = chunksOf(kv);
      CRC32C crc = new CRC32C();
      chunks.forEach(chunk -> chunk.update(crc));
      SafetyChecker.check(
          snapshot.chunks() == chunks.size() && snapshot.crc32c() == (int) crc.getValue(),
          "a snapshot is what the log comes to: " + snapshot);
    }
    List<Bytes> expected = chunksOf(kv);
    Restorer restorer = KvStore.restorer(limits);
    expected.forEach(restorer::accept);
    KvStore restored = restorer.finish();
    check(0, restored);
    SafetyChecker.check(
        chunksOf(restored).equals(expected), "a restored store is what it was made of");
    for (Replica replica : members) {
      if (replica.kv().snapshotting() || replica.kv().appliedIndex() != kv.appliedIndex()) continue;
      SafetyChecker.check(
          chunksOf(replica.kv()).equals(expected),
          "in the end the state is what the log comes to: member " + replica.raft().id());
    }
  }

  private List<Bytes> chunksOf(KvStore kv) {
    List<Bytes> chunks = new ArrayList<>();
    try (Snapshot snapshot = kv.snapshot(chunkBytes)) {
      for (Optional<Bytes> chunk; (chunk = snapshot.nextChunk()).isPresent(); )
        chunks.add(chunk.get());
    }
    return chunks;
  }
}
