package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.net.Loops;
import io.jangada.node.DurableMember;
import io.jangada.node.Outcome;
import io.jangada.node.PeerMessage;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three members with real threads and disks that speak over TCP: they elect, replicate, lose one
/// and take it back.
class ClusterOverTcpTest {
  private static final long BOUND_SECONDS = 30;

  @TempDir private Path directory;
  private final Loops loops = new Loops("cluster-test", 1);
  private final Map<Integer, InetSocketAddress> addresses = new ConcurrentHashMap<>();
  private final Map<Integer, One> members = new TreeMap<>();
  private long requests;

  /// A member and its links.
  private final class One implements DurableMember.Watcher {
    final TcpLinks links;
    final DurableMember member;
    private final AtomicReference<DurableMember> receiver = new AtomicReference<>();

    One(int id) throws IOException {
      LinkSettings settings = LinkSettings.of("test", id, Ends.loopback(0), loops);
      links =
          TcpLinks.start(settings, addresses::get, this::receive, Ends.watcher(_ -> {}, _ -> {}));
      addresses.put(id, links.address());
      RaftConfig raft = RaftConfig.of(id, Membership.of(1, 2, 3));
      member =
          DurableMember.start(
              new DurableMember.Settings(
                  ReplicaSettings.of(raft), Start.StorageSettings.small("test")),
              new DurableMember.Surroundings(
                  new OsDisk(directory.resolve("" + id)), links, new SplittableRandom(id)),
              this);
      receiver.set(member);
    }

    private void receive(PeerMessage message) {
      DurableMember there = receiver.get();
      if (there != null) there.replica().receive(message);
    }

    void close() {
      links.close();
      member.close();
    }

    @Override
    public void event(RaftEvent event) {}

    @Override
    public void diskFull(boolean full) {}

    @Override
    public void stopped(Throwable cause) {}
  }

  @AfterEach
  void closeAll() {
    members.values().forEach(One::close);
    loops.close();
  }

  private void start(int id) throws IOException {
    members.put(id, new One(id));
  }

  private void stop(int id) {
    members.remove(id).close();
  }

  /// Asks a member, again until it is known how it ended: a session's request is applied once.
  private Result ask(int id, Operation operation) throws Exception {
    RequestId request = new RequestId.Numbered(Bytes.utf8("test"), ++requests);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (System.nanoTime() - end < 0) {
      CompletableFuture<Outcome> reply = new CompletableFuture<>();
      RequestId once = operation instanceof Operation.Get ? null : request;
      members.get(id).member.replica().submit(operation, once, reply::complete);
      if (reply.get(BOUND_SECONDS, TimeUnit.SECONDS) instanceof Outcome.Done(Result result))
        return result;
    }
    return null;
  }

  private void write(int id, String key, int length) throws Exception {
    Bytes value = Bytes.wrap(new byte[length]);
    assertThat(ask(id, new Operation.Write(Bytes.utf8(key), value, 0, new Condition.Always())))
        .isInstanceOf(Result.Written.class);
  }

  private int read(int id, String key) throws Exception {
    return ask(id, new Operation.Get(Bytes.utf8(key))) instanceof Result.Found found
        ? found.value().length()
        : -1;
  }

  @Test
  void three_members_elect_replicate_lose_one_and_take_it_back() throws Exception {
    for (int id = 1; id <= 3; id++) start(id);
    for (int i = 1; i <= 30; i++) write(1 + i % 3, "k" + i, i);
    write(2, "large", 1 << 20);
    for (int id = 1; id <= 3; id++) {
      for (int i = 1; i <= 30; i++) assertThat(read(id, "k" + i)).isEqualTo(i);
      assertThat(read(id, "large")).isEqualTo(1 << 20);
    }
    for (int id = 1; id <= 3; id++) {
      stop(id);
      write(1 + id % 3, "without" + id, id);
      start(id);
      assertThat(read(id, "without" + id)).isEqualTo(id);
    }
    assertThat(members.get(1).links.stats()).extracting(LinkStats::peer).containsExactly(2, 3);
  }
}
