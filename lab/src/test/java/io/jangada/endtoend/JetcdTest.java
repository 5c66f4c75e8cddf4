package io.jangada.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.Maintenance;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.cluster.Member;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.election.NoLeaderException;
import io.etcd.jetcd.election.NotLeaderException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.support.Observers;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.server.OptionalPort;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Java's client for etcd, unchanged and with its defaults, on three servers.
@Timeout(120)
class JetcdTest {
  private static final long MILLIS_MAX = 30_000;
  private static final int SECONDS_MAX = 30;
  private static final int WATCHES_MAX = 100;

  @TempDir private static Path folder;
  private static ProcessCluster cluster;
  private static Client client;

  @BeforeAll
  static void start() throws Exception {
    cluster =
        ProcessCluster.make(
            folder, ClusterPlan.of(3).with(OptionalPort.ETCD), ServerProgram.own(128));
    cluster.startAll();
    client = builder().build();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  @BeforeEach
  void beWhole() throws Exception {
    cluster.startAll();
    new AdminClient(cluster, 5_000).awaitWhole(MILLIS_MAX);
  }

  private static ClientBuilder builder() {
    return Client.builder()
        .endpoints(cluster.ids().stream().map(JetcdTest::url).toArray(String[]::new));
  }

  private static String url(int id) {
    return "http://127.0.0.1:" + cluster.entry(id).port(OptionalPort.ETCD);
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  /// What becomes of a call.
  private static <T> T done(CompletableFuture<T> future) throws Exception {
    return future.get(SECONDS_MAX, SECONDS);
  }

  private static PutResponse put(String key, String value) throws Exception {
    return done(client.getKVClient().put(bytes(key), bytes(value)));
  }

  private static GetResponse get(String key, GetOption.Builder options) throws Exception {
    return done(client.getKVClient().get(bytes(key), options.build()));
  }

  private static List<String> texts(List<KeyValue> pairs) {
    return pairs.stream().map(pair -> pair.getKey() + "=" + pair.getValue()).toList();
  }

  private static void assertRefused(CompletableFuture<?> call, String reason) {
    assertThatThrownBy(() -> done(call))
        .isInstanceOf(ExecutionException.class)
        .hasStackTraceContaining(reason);
  }

  @Test
  void keysArePutReadAndDeleted() throws Exception {
    KV kv = client.getKVClient();
    long first = put("kv/a", "1").getHeader().getRevision();
    PutResponse again =
        done(kv.put(bytes("kv/a"), bytes("2"), PutOption.builder().withPrevKV().build()));
    assertThat(again.getPrevKv().getValue()).isEqualTo(bytes("1"));
    put("kv/b", "3");
    long last = put("kv/c", "1").getHeader().getRevision();
    assertThat(last).isEqualTo(first + 3);

    GetResponse sorted =
        get(
            "kv/",
            GetOption.builder()
                .isPrefix(true)
                .withSortField(GetOption.SortTarget.VALUE)
                .withSortOrder(GetOption.SortOrder.DESCEND)
                .withLimit(2));
    assertThat(texts(sorted.getKvs())).containsExactly("kv/b=3", "kv/a=2");
    assertThat(sorted.isMore()).isTrue();
    assertThat(sorted.getCount()).isEqualTo(3);
    KeyValue old = get("kv/a", GetOption.builder().withRevision(first)).getKvs().getFirst();
    assertThat(old.getValue()).isEqualTo(bytes("1"));
    assertThat(old.getVersion()).isEqualTo(1);
    GetResponse keys = get("kv/b", GetOption.builder().withRange(bytes("kv/d")).withKeysOnly(true));
    assertThat(texts(keys.getKvs())).containsExactly("kv/b=", "kv/c=");
    GetResponse late = get("kv/", GetOption.builder().isPrefix(true).withMinModRevision(last));
    assertThat(texts(late.getKvs())).containsExactly("kv/c=1");
    assertThat(get("kv/", GetOption.builder().isPrefix(true).withCountOnly(true)).getCount())
        .isEqualTo(3);
    assertRefused(
        kv.get(bytes("kv/a"), GetOption.builder().withRevision(last + 1_000).build()),
        "etcdserver: mvcc: required revision is a future revision");

    var deleted =
        done(
            kv.delete(
                bytes("kv/"), DeleteOption.builder().isPrefix(true).withPrevKV(true).build()));
    assertThat(deleted.getDeleted()).isEqualTo(3);
    assertThat(texts(deleted.getPrevKvs())).containsExactly("kv/a=2", "kv/b=3", "kv/c=1");
  }

  @Test
  void transactionsCompareAndActAtOnce() throws Exception {
    KV kv = client.getKVClient();
    put("txn/a", "1");
    TxnResponse held =
        done(
            kv.txn()
                .If(
                    new Cmp(bytes("txn/a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1"))),
                    new Cmp(bytes("txn/b"), Cmp.Op.EQUAL, CmpTarget.createRevision(0)))
                .Then(
                    Op.put(bytes("txn/b"), bytes("2"), PutOption.DEFAULT),
                    Op.delete(bytes("txn/a"), DeleteOption.DEFAULT),
                    Op.get(bytes("txn/"), GetOption.builder().isPrefix(true).build()))
                .commit());
    assertThat(held.isSucceeded()).isTrue();
    assertThat(held.getDeleteResponses().getFirst().getDeleted()).isEqualTo(1);
    assertThat(texts(held.getGetResponses().getFirst().getKvs())).containsExactly("txn/b=2");
    TxnResponse not =
        done(
            kv.txn()
                .If(new Cmp(bytes("txn/b"), Cmp.Op.GREATER, CmpTarget.version(1)))
                .Then(Op.delete(bytes("txn/b"), DeleteOption.DEFAULT))
                .Else(
                    Op.txn(
                        new Cmp[] {new Cmp(bytes("txn/b"), Cmp.Op.LESS, CmpTarget.modRevision(1))},
                        new Op[0],
                        new Op[] {Op.put(bytes("txn/b"), bytes("3"), PutOption.DEFAULT)}))
                .commit());
    assertThat(not.isSucceeded()).isFalse();
    assertThat(not.getTxnResponses().getFirst().isSucceeded()).isFalse();
    KeyValue pair = get("txn/b", GetOption.builder()).getKvs().getFirst();
    assertThat(pair.getValue()).isEqualTo(bytes("3"));
    assertThat(pair.getModRevision()).isEqualTo(not.getHeader().getRevision());
  }

  @Test
  void watchesTellWhatIsAndWasUntilItIsCompacted() throws Exception {
    WatchOption.Builder withBefore = WatchOption.builder().withPrevKV(true);
    try (JetcdWatch watch = JetcdWatch.started(client, "watch/", withBefore)) {
      long first = put("watch/a", "1").getHeader().getRevision();
      put("watch/a", "2");
      put("watch", "no");
      long last = done(client.getKVClient().delete(bytes("watch/a"))).getHeader().getRevision();
      for (String text : List.of("PUT watch/a=1", "PUT watch/a=2 before 1"))
        assertThat(watch.text()).isEqualTo(text);
      assertThat(watch.text()).isEqualTo("DELETE watch/a= before 2");
      WatchOption.Builder past = WatchOption.builder().withRevision(first);
      try (JetcdWatch again = new JetcdWatch(client, "watch/", past)) {
        assertThat(again.revisionsUpTo(last)).containsExactly(first, first + 1, last);
      }
      try (JetcdWatch deletes = new JetcdWatch(client, "watch/", past.withNoPut(true))) {
        assertThat(deletes.text()).isEqualTo("DELETE watch/a=");
      }
      done(
          client
              .getKVClient()
              .compact(last, CompactOption.builder().withCompactPhysical(true).build()));
      new AdminClient(cluster, 5_000).awaitWhole(MILLIS_MAX);
      long readable;
      try (JetcdWatch late = new JetcdWatch(client, "watch/", past)) {
        readable = late.compacted().getCompactedRevision();
        assertThat(readable).isBetween(last, last + 1);
      }
      assertRefused(
          client
              .getKVClient()
              .get(bytes("watch/a"), GetOption.builder().withRevision(first).build()),
          "etcdserver: mvcc: required revision has been compacted");
      put("watch/b", "3");
      assertThat(watch.text()).isEqualTo("PUT watch/b=3");
      WatchOption.Builder rest = WatchOption.builder().withNoDelete(true).withRevision(readable);
      try (JetcdWatch resumed = new JetcdWatch(client, "watch/", rest)) {
        assertThat(resumed.text()).isEqualTo("PUT watch/b=3");
      }
    }
  }

  @Test
  void leasesKeepKeysWhileTheyAreKeptAlive() throws Exception {
    Lease leases = client.getLeaseClient();
    long dying = done(leases.grant(2)).getID();
    long kept = done(leases.grant(2)).getID();
    long revoked = done(leases.grant(600)).getID();
    KV kv = client.getKVClient();
    for (long lease : List.of(dying, kept, revoked))
      done(
          kv.put(
              bytes("lease/" + lease), bytes("v"), PutOption.builder().withLeaseId(lease).build()));
    BlockingQueue<LeaseKeepAliveResponse> alive = new LinkedBlockingQueue<>();
    try (JetcdWatch watch =
            JetcdWatch.started(client, "lease/", WatchOption.builder().withNoPut(true));
        CloseableClient _ = leases.keepAlive(kept, Observers.observer(alive::add))) {
      assertThat(done(leases.keepAliveOnce(revoked)).getTTL()).isEqualTo(600);
      LeaseTimeToLiveResponse left =
          done(leases.timeToLive(revoked, LeaseOption.builder().withAttachedKeys().build()));
      assertThat(left.getTTL()).isBetween(570L, 600L);
      assertThat(left.getGrantedTTL()).isEqualTo(600);
      assertThat(left.getKeys()).containsExactly(bytes("lease/" + revoked));
      done(leases.revoke(revoked));
      assertThat(watch.text()).isEqualTo("DELETE lease/" + revoked + "=");
      assertThat(watch.text()).isEqualTo("DELETE lease/" + dying + "=");
      assertThat(done(leases.timeToLive(dying, LeaseOption.DEFAULT)).getTTL()).isEqualTo(-1);
      assertRefused(leases.keepAliveOnce(dying), "requested lease not found");
      assertRefused(leases.revoke(dying), "requested lease not found");
      assertThat(alive).isNotEmpty();
      assertThat(texts(get("lease/", GetOption.builder().isPrefix(true)).getKvs()))
          .containsExactly("lease/" + kept + "=v");
    }
    done(leases.revoke(kept));
  }

  @Test
  void locksPassFromOneClientToTheNext() throws Exception {
    Lock lock = client.getLockClient();
    Lease leases = client.getLeaseClient();
    try (Client other = builder().build()) {
      long second = done(other.getLeaseClient().grant(60)).getID();
      LockResponse first = done(lock.lock(bytes("lock"), done(leases.grant(60)).getID()));
      CompletableFuture<LockResponse> waiting = other.getLockClient().lock(bytes("lock"), second);
      CompletableFuture<LockResponse> third =
          lock.lock(bytes("lock"), done(leases.grant(60)).getID());
      assertThat(get("lock/", GetOption.builder().isPrefix(true)).getKvs()).isNotEmpty();
      assertThat(waiting).isNotDone();
      done(lock.unlock(first.getKey()));
      // Either of the two may have come first.
      CompletableFuture.anyOf(waiting, third).get(SECONDS_MAX, SECONDS);
      assertThat(waiting.isDone() && third.isDone()).isFalse();
      if (waiting.isDone()) done(leases.revoke(second));
      else done(lock.unlock(done(third).getKey()));
      assertThat(done(third).getKey().toString()).startsWith("lock/");
      assertThat(done(waiting).getKey()).isEqualTo(bytes("lock/" + Long.toHexString(second)));
    }
  }

  @Test
  void leadersAreElectedObservedAndFollowed() throws Exception {
    Election election = client.getElectionClient();
    ByteSequence name = bytes("election");
    long first = done(client.getLeaseClient().grant(60)).getID();
    long second = done(client.getLeaseClient().grant(60)).getID();
    assertThatThrownBy(() -> done(election.leader(name)))
        .hasCauseInstanceOf(NoLeaderException.class);
    LeaderKey leader = done(election.campaign(name, first, bytes("one"))).getLeader();
    BlockingQueue<String> observed = new LinkedBlockingQueue<>();
    election.observe(name, new Observing(observed));
    assertThat(observed.poll(SECONDS_MAX, SECONDS)).isEqualTo("one");
    var waiting = election.campaign(name, second, bytes("two"));
    done(election.proclaim(leader, bytes("still one")));
    assertThat(observed.poll(SECONDS_MAX, SECONDS)).isEqualTo("still one");
    assertThat(done(election.leader(name)).getKv().getValue()).isEqualTo(bytes("still one"));
    assertThat(waiting).isNotDone();
    done(election.resign(leader));
    assertThat(done(waiting).getLeader().getLease()).isEqualTo(second);
    assertThat(observed.poll(SECONDS_MAX, SECONDS)).isEqualTo("two");
    assertThatThrownBy(() -> done(election.proclaim(leader, bytes("no"))))
        .hasCauseInstanceOf(NotLeaderException.class);
    done(client.getLeaseClient().revoke(second));
  }

  private record Observing(BlockingQueue<String> values) implements Election.Listener {
    @Override
    public void onNext(LeaderResponse response) {
      values.add(response.getKv().getValue().toString());
    }

    @Override
    public void onError(Throwable error) {
      values.add(error.toString());
    }

    @Override
    public void onCompleted() {
      values.add("end");
    }
  }

  @Test
  void usersMayDoWhatTheirRolesAllow() throws Exception {
    Auth auth = client.getAuthClient();
    ByteSequence root = bytes("root");
    ByteSequence reader = bytes("reader");
    done(auth.userAdd(root, bytes("secret")));
    done(auth.roleAdd(root));
    done(auth.userGrantRole(root, root));
    done(auth.roleAdd(reader));
    done(auth.roleGrantPermission(reader, bytes("auth/"), bytes("auth0"), Permission.Type.READ));
    done(auth.userAdd(reader, bytes("pass")));
    done(auth.userGrantRole(reader, reader));
    put("auth/a", "1");
    assertRefused(auth.roleAdd(reader), "etcdserver: role name already exists");
    done(auth.authEnable());
    try (Client owner = builder().user(root).password(bytes("secret")).build();
        Client user = builder().user(reader).password(bytes("pass")).build();
        Client guest = builder().user(reader).password(bytes("guess")).build();
        Client forger = builder().header("token", "forged").retryMaxAttempts(1).build()) {
      try {
        KV kv = user.getKVClient();
        assertThat(texts(done(kv.get(bytes("auth/a"))).getKvs())).containsExactly("auth/a=1");
        assertRefused(kv.put(bytes("auth/a"), bytes("2")), "etcdserver: permission denied");
        assertRefused(kv.get(bytes("other")), "etcdserver: permission denied");
        assertRefused(user.getAuthClient().userList(), "etcdserver: permission denied");
        assertRefused(guest.getKVClient().get(bytes("auth/a")), "authentication failed");
        assertRefused(forger.getKVClient().get(bytes("auth/a")), "etcdserver: invalid auth token");
        assertRefused(client.getKVClient().get(bytes("auth/a")), "etcdserver: user name is empty");
        try (JetcdWatch watch = JetcdWatch.started(user, "auth/", WatchOption.builder())) {
          done(owner.getKVClient().put(bytes("auth/a"), bytes("2")));
          assertThat(watch.text()).isEqualTo("PUT auth/a=2");
        }
        Auth owners = owner.getAuthClient();
        assertThat(done(owners.userList()).getUsers()).contains("root", "reader");
        assertThat(done(owners.userGet(reader)).getRoles()).containsExactly("reader");
        Permission permission = done(owners.roleGet(reader)).getPermissions().getFirst();
        assertThat(permission.getPermType()).isEqualTo(Permission.Type.READ);
        assertThat(permission.getRangeEnd()).isEqualTo(bytes("auth0"));
        done(owners.roleRevokePermission(reader, bytes("auth/"), bytes("auth0")));
        assertRefused(kv.get(bytes("auth/a")), "etcdserver: permission denied");
      } finally {
        done(owner.getAuthClient().authDisable());
      }
    }
    done(auth.userDelete(reader));
    assertThat(done(auth.roleList()).getRoles()).contains("reader");
    done(auth.roleDelete(reader));
    put("auth/a", "3");
  }

  @Test
  void membersTellHowTheyStand() throws Exception {
    long last = put("state", "1").getHeader().getRevision();
    List<Member> members = done(client.getClusterClient().listMember()).getMembers();
    assertThat(members).hasSize(3);
    Maintenance maintenance = client.getMaintenanceClient();
    List<Long> leaders = new ArrayList<>();
    List<Integer> hashes = new ArrayList<>();
    for (Member member : members) {
      int id = (int) member.getId();
      assertThat(member.getClientURIs()).extracting(Object::toString).containsExactly(url(id));
      var status = done(maintenance.statusMember(url(id)));
      assertThat(status.getHeader().getMemberId()).isEqualTo(member.getId());
      assertThat(status.getVersion()).startsWith("3.");
      assertThat(status.getDbSize()).isPositive();
      leaders.add(status.getLeader());
      done(maintenance.defragmentMember(url(id)));
      hashes.add(done(maintenance.hashKV(url(id), last)).getHash());
    }
    assertThat(leaders).containsOnly(leaders.getFirst()).doesNotContain(0L);
    assertThat(hashes).containsOnly(hashes.getFirst());
    assertThat(done(maintenance.listAlarms()).getAlarms()).isEmpty();
    long former = leaders.getFirst();
    long other = members.get(members.getFirst().getId() == former ? 1 : 0).getId();
    String leader = url((int) former);
    try (Client atLeader = Client.builder().endpoints(leader).build()) {
      done(atLeader.getMaintenanceClient().moveLeader(other));
    }
    assertThat(done(maintenance.statusMember(url((int) other))).getLeader()).isEqualTo(other);

    Path file = folder.resolve("snapshot");
    try (OutputStream out = Files.newOutputStream(file)) {
      long size = done(maintenance.snapshot(out));
      assertThat(size).isEqualTo(Files.size(file));
    }
    byte[] all = Files.readAllBytes(file);
    byte[] image = Arrays.copyOf(all, all.length - 32);
    assertThat(MessageDigest.getInstance("SHA-256").digest(image))
        .isEqualTo(Arrays.copyOfRange(all, image.length, all.length));
  }

  @Test
  void aKilledLeaderIsNotMissed() throws Exception {
    List<JetcdWatch> watches = new ArrayList<>();
    Lease leases = client.getLeaseClient();
    long lease = done(leases.grant(2)).getID();
    BlockingQueue<LeaseKeepAliveResponse> alive = new LinkedBlockingQueue<>();
    try (CloseableClient _ = leases.keepAlive(lease, Observers.observer(alive::add))) {
      ByteSequence lock = done(client.getLockClient().lock(bytes("killed"), lease)).getKey();
      int leader = new LeaderSearch(cluster).await(MILLIS_MAX);
      JetcdWatch atLeader = watchAt(leader, watches);
      List<Long> acknowledged = new ArrayList<>();
      for (int i = 0; i < 20; i++) acknowledged.add(putAnyhow("kill/" + i));
      cluster.kill(leader);
      for (int i = 20; i < 60; i++) acknowledged.add(putAnyhow("kill/" + i));
      assertThat(atLeader.awaitCreated()).isNotEqualTo(leader);
      GetResponse all = get("kill/", GetOption.builder().isPrefix(true));
      assertThat(all.getCount()).isEqualTo(acknowledged.size());
      List<Long> seen = watches.getFirst().revisionsUpTo(acknowledged.getLast());
      assertThat(seen).doesNotHaveDuplicates().isSorted().containsAll(acknowledged);
      for (JetcdWatch watch : watches.subList(1, watches.size()))
        assertThat(watch.revisionsUpTo(acknowledged.getLast())).isEqualTo(seen);
      alive.clear();
      for (int i = 0; i < 3; i++)
        assertThat(alive.poll(SECONDS_MAX, SECONDS).getTTL()).as("kept alive").isEqualTo(2);
      assertThat(get(lock.toString(), GetOption.builder()).getCount()).isEqualTo(1);
    } finally {
      watches.forEach(JetcdWatch::close);
    }
    done(leases.revoke(lease));
  }

  /// Starts watches until one of them stands at a server. The client is connected to all servers,
  /// and each gets the next call in turn.
  private static JetcdWatch watchAt(int server, List<JetcdWatch> started)
      throws InterruptedException {
    JetcdWatch found = null;
    while (started.size() < 3 || found == null) {
      assertThat(started.size()).isLessThan(WATCHES_MAX);
      JetcdWatch watch = new JetcdWatch(client, "kill/", WatchOption.builder());
      started.add(watch);
      if (watch.awaitCreated() == server) found = watch;
    }
    return found;
  }

  /// Puts again what was not acknowledged, as programs do.
  private static long putAnyhow(String key) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return put(key, "" + attempt).getHeader().getRevision();
      } catch (ExecutionException e) {
        if (attempt == 100) throw e;
      }
    }
  }
}
