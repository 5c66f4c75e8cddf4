package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.store.DirectoryLockedException;
import io.jangada.store.Disk;
import io.jangada.store.DiskFullException;
import io.jangada.store.ForwardingDisk;
import io.jangada.store.IdentityException;
import io.jangada.store.OsDisk;
import io.jangada.store.TooManyFilesException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A member with real threads on a real disk, alone in its cluster: what a broken, a full or a
/// foreign disk does to it. Waiting is for something that comes, and bounded.
class DurableMemberTest {
  private static final long BOUND_SECONDS = 30;
  private static final Bytes KEY = Bytes.utf8("k");

  @TempDir private Path directory;
  private final List<DurableMember> started = new ArrayList<>();
  private final Watched watched = new Watched();

  /// What a member said of itself.
  private static final class Watched implements DurableMember.Watcher {
    final BlockingQueue<Boolean> full = new LinkedBlockingQueue<>();
    final BlockingQueue<String> outOfFiles = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> stopped = new LinkedBlockingQueue<>();

    @Override
    public void event(RaftEvent event) {}

    @Override
    public void diskFull(boolean isFull) {
      full.add(isFull);
    }

    @Override
    public void outOfFiles(String part, boolean out) {
      outOfFiles.add(part + " " + out);
    }

    @Override
    public void stopped(Throwable cause) {
      stopped.add(cause);
    }
  }

  /// A disk whose log can be made to fail.
  private static final class Faulty extends ForwardingDisk {
    volatile IOException onSync;
    volatile IOException onWrite;
    volatile IOException onOpen;

    Faulty(Disk disk) {
      super(disk);
    }

    @Override
    protected void beforeOpen(String name) throws IOException {
      if (onOpen != null) throw onOpen;
    }

    @Override
    protected void beforeSync(String name) throws IOException {
      if (onSync != null && name.startsWith("log/")) throw onSync;
    }

    @Override
    protected void beforeWrite(String name) throws IOException {
      if (onWrite != null && name.startsWith("log/")) throw onWrite;
    }
  }

  @AfterEach
  void closeAll() {
    started.forEach(DurableMember::close);
  }

  private DurableMember start(Disk disk) throws IOException {
    return start(disk, "test");
  }

  private DurableMember start(Disk disk, String clusterId) throws IOException {
    return start(disk, clusterId, RaftConfig.of(1, Membership.of(1)).withTimes(2, 4, 1));
  }

  private DurableMember start(Disk disk, String clusterId, RaftConfig raft) throws IOException {
    var settings =
        new DurableMember.Settings(
            ReplicaSettings.of(raft), Start.StorageSettings.small(clusterId));
    var surroundings =
        new DurableMember.Surroundings(disk, _ -> {}, new SplittableRandom(started.size()));
    DurableMember member = DurableMember.start(settings, surroundings, watched);
    started.add(member);
    return member;
  }

  private static Outcome outcome(Consumer<Consumer<Outcome>> request) throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    request.accept(outcome::complete);
    return outcome.get(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  private static Outcome write(DurableMember member, String value) throws Exception {
    Operation write = new Operation.Write(KEY, Bytes.utf8(value), 0, new Condition.Always());
    return outcome(reply -> member.replica().submit(write, null, reply));
  }

  private static String read(DurableMember member) throws Exception {
    Outcome read = outcome(reply -> member.replica().submit(new Operation.Get(KEY), null, reply));
    return read instanceof Outcome.Done(Result.Found found) ? found.value().toUtf8() : "" + read;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return queue.poll(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void whatWasAcknowledgedIsThereInTheNextLife() throws Exception {
    DurableMember first = start(new OsDisk(directory));
    assertThat(write(first, "one")).isInstanceOf(Outcome.Done.class);
    assertThat(write(first, "two")).isInstanceOf(Outcome.Done.class);
    assertThat(first.close(2_000)).isTrue();
    DurableMember second = start(new OsDisk(directory));
    assertThat(read(second)).isEqualTo("two");
    assertThat(watched.stopped).isEmpty();
  }

  @Test
  void aDirectoryInUseIsRefusedUntilItsMemberIsClosed() throws Exception {
    DurableMember first = start(new OsDisk(directory));
    assertThatThrownBy(() -> start(new OsDisk(directory)))
        .isInstanceOf(DirectoryLockedException.class)
        .hasMessageContaining("in use");
    first.close();
    start(new OsDisk(directory));
  }

  @Test
  void anotherClustersDataIsRefusedAndItsDirectoryLeftAlone() throws Exception {
    start(new OsDisk(directory), "ours").close();
    assertThatThrownBy(() -> start(new OsDisk(directory), "theirs"))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("'ours'")
        .hasMessageContaining("'theirs'");
    start(new OsDisk(directory), "ours");
  }

  @Test
  void aFailedSyncStopsTheMemberAndNobodyIsLeftWaiting() throws Exception {
    Faulty disk = new Faulty(new OsDisk(directory));
    DurableMember member = start(disk);
    assertThat(write(member, "kept")).isInstanceOf(Outcome.Done.class);
    disk.onSync = new IOException("the platter cracked");
    assertThat(write(member, "in doubt")).isEqualTo(new Outcome.Unknown());
    assertThat(next(watched.stopped)).hasMessageContaining("the platter cracked");

    assertThat(write(member, "late")).isEqualTo(new Outcome.NotLeader(Membership.NONE));
    assertThatThrownBy(() -> start(new OsDisk(directory)))
        .isInstanceOf(DirectoryLockedException.class);
    assertThat(member.close(2_000)).isTrue();
    assertThat(read(start(new OsDisk(directory)))).isIn("kept", "in doubt");
  }

  @Test
  void aFullDiskRefusesWritesAnswersReadsAndHealsByItself() throws Exception {
    Faulty disk = new Faulty(new OsDisk(directory));
    // Patience in plenty, so that it does not give up the lead; and it is made to stand at once.
    RaftConfig raft = RaftConfig.of(1, Membership.of(1)).withTimes(6_000, 6_000, 1);
    DurableMember member = start(disk, "test", raft);
    member.replica().receive(new PeerMessage.Raft(new Message.TimeoutNow(1, 1, 0), 0));
    assertThat(write(member, "before")).isInstanceOf(Outcome.Done.class);
    disk.onWrite = new DiskFullException("no space", null);
    CompletableFuture<Outcome> waiting = new CompletableFuture<>();
    Operation write = new Operation.Write(KEY, Bytes.utf8("waits"), 0, new Condition.Always());
    member.replica().submit(write, null, waiting::complete);
    assertThat(next(watched.full)).isTrue();

    assertThat(write(member, "refused")).isEqualTo(new Outcome.Busy("the disk is full"));
    assertThat(read(member)).isEqualTo("before");
    assertThat(waiting).isNotDone();
    disk.onWrite = null;
    assertThat(next(watched.full)).isFalse();
    assertThat(waiting.get(BOUND_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Outcome.Done.class);
    assertThat(read(member)).isEqualTo("waits");
    assertThat(write(member, "after")).isInstanceOf(Outcome.Done.class);
    assertThat(watched.stopped).isEmpty();
  }

  @Test
  void withoutADescriptorTheLogAndTheSnapshotsWaitAndNothingEnds() throws Exception {
    Faulty disk = new Faulty(new OsDisk(directory));
    DurableMember member =
        start(disk, "test", RaftConfig.of(1, Membership.of(1)).withTimes(6_000, 6_000, 1));
    member.replica().receive(new PeerMessage.Raft(new Message.TimeoutNow(1, 1, 0), 0));
    assertThat(write(member, "before")).isInstanceOf(Outcome.Done.class);
    disk.onOpen = new TooManyFilesException("log/spare: too many open files", null);
    assertThat(outcome(member.replica()::takeSnapshot)).isInstanceOf(Outcome.Done.class);
    assertThat(next(watched.outOfFiles)).isEqualTo("snapshots true");
    CompletableFuture<Outcome> waiting = new CompletableFuture<>();
    String large = "x".repeat(100_000);
    Operation write = new Operation.Write(KEY, Bytes.utf8(large), 0, new Condition.Always());
    member.replica().submit(write, null, waiting::complete);
    assertThat(next(watched.outOfFiles)).isEqualTo("log true");

    assertThat(write(member, "refused")).isInstanceOf(Outcome.Busy.class);
    assertThat(read(member)).isEqualTo("before");
    assertThat(waiting).isNotDone();
    disk.onOpen = null;
    assertThat(List.of(next(watched.outOfFiles), next(watched.outOfFiles)))
        .containsExactlyInAnyOrder("log false", "snapshots false");
    assertThat(waiting.get(BOUND_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Outcome.Done.class);
    assertThat(read(member)).isEqualTo(large);
    assertThat(watched.full).isEmpty();
    assertThat(watched.stopped).isEmpty();
  }

  @Test
  void whoeverAsksAStoppedMemberIsAnsweredAtOnce() throws Exception {
    DurableMember member = start(new OsDisk(directory));
    member.close();
    Outcome untouched = new Outcome.NotLeader(Membership.NONE);
    Replica replica = member.replica();
    assertThat(outcome(reply -> replica.submit(new Operation.Get(KEY), null, reply)))
        .isEqualTo(untouched);
    assertThat(outcome(reply -> replica.changeMembership(Membership.of(1, 2), reply)))
        .isEqualTo(untouched);
    assertThat(outcome(reply -> replica.transfer(2, reply))).isEqualTo(untouched);
    assertThat(outcome(replica::takeSnapshot)).isEqualTo(untouched);
  }

  @Test
  void whatWaitsInTheInboxOfAReplicaThatStopsIsAnswered() throws Exception {
    Disk disk = new OsDisk(directory);
    RaftConfig raft = RaftConfig.of(1, Membership.of(1));
    ReplicaSettings settings = ReplicaSettings.of(raft);
    var storage = new Start.Storage(disk, Start.StorageSettings.small("test"), () -> {}, () -> {});
    Start start = Start.open(settings, storage, new SplittableRandom(1));
    Replica replica =
        new Replica(settings, start, new Replica.Dependencies(() -> 0, _ -> {}, _ -> {}), () -> {});
    List<Outcome> outcomes = new ArrayList<>();
    replica.submit(new Operation.Get(KEY), null, outcomes::add);
    replica.changeMembership(Membership.of(1, 2), outcomes::add);
    replica.transfer(2, outcomes::add);
    replica.takeSnapshot(outcomes::add);
    replica.status(_ -> {});
    replica.abandon();
    assertThat(outcomes).hasSize(4).containsOnly(new Outcome.NotLeader(Membership.NONE));
    start.log().close();
    start.snapshots().close();
  }
}
