package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.raft.EntryId;
import io.jangada.raft.Input;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.Persist;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftNode;
import io.jangada.raft.Ready;
import io.jangada.raft.Recovered;
import io.jangada.raft.SnapshotMeta;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The protocol alone: three nodes in one thread, disks and network that take no time. One
/// operation proposes a batch of entries of 300 bytes, replicates it and hands it out as committed
/// on all three; or reads once by a round.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RaftBenchmark {
  private static final long RELEASE_EVERY = 50_000;

  @Param({"1", "32", "512"})
  public int batch;

  private final RaftNode[] nodes = new RaftNode[3];
  private final ArrayDeque<Message> network = new ArrayDeque<>();
  private final Bytes command = Bytes.wrap(new byte[300]);
  private long ticket;

  @Setup
  public void elect() {
    for (int id = 0; id < 3; id++)
      nodes[id] =
          new RaftNode(RaftConfig.of(id, Membership.of(0, 1, 2)), Recovered.EMPTY, new Random(id));
    while (!nodes[0].isEstablished()) {
      nodes[0].step(new Input.Tick(1));
      settle();
    }
  }

  private void settle() {
    boolean busy = true;
    while (busy) {
      busy = false;
      for (RaftNode node : nodes) busy |= drain(node);
      for (Message message; (message = network.poll()) != null; busy = true)
        nodes[message.to()].step(new Input.Receive(message));
    }
  }

  private boolean drain(RaftNode node) {
    Ready ready = node.advance();
    if (ready.isEmpty()) return false;
    network.addAll(ready.messages());
    Persist persist = ready.disk().persist();
    if (persist != null) node.step(new Input.Synced(persist.batch()));
    return true;
  }

  /// As snapshots would: the log is not to grow for ever.
  private void release(RaftNode node) {
    long applied = node.applied();
    long before = node.snapshot() == null ? 0 : node.snapshot().last().index();
    if (applied - before < RELEASE_EVERY) return;
    EntryId last = new EntryId(applied, node.termAt(applied));
    node.step(new Input.SnapshotTaken(new SnapshotMeta(last, node.membership(), 1, 1, 0)));
  }

  @Benchmark
  public long write() {
    for (int i = 0; i < batch; i++) nodes[0].step(new Input.Propose(++ticket, command));
    settle();
    for (RaftNode node : nodes) release(node);
    return nodes[0].applied();
  }

  @Benchmark
  public long read() {
    for (int i = 0; i < batch; i++) nodes[0].step(new Input.Read(++ticket, Membership.NONE));
    settle();
    return nodes[0].commit();
  }
}
