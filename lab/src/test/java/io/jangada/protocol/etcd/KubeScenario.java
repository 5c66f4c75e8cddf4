package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.jangada.protocol.etcd.api.CompactionRequest;
import io.jangada.protocol.etcd.api.CompactionResponse;
import io.jangada.protocol.etcd.api.Compare;
import io.jangada.protocol.etcd.api.DeleteRangeRequest;
import io.jangada.protocol.etcd.api.LeaseGrantRequest;
import io.jangada.protocol.etcd.api.LeaseGrantResponse;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.ResponseOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.etcd.api.TxnResponse;
import io.jangada.server.Fleet;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/// What Kubernetes asks of etcd, at three members of which one after the other is killed and
/// started again: objects are created, updated and deleted, each by a transaction that knows its
/// revision; leases are granted; what was is compacted as one of its API servers does it; watchers
/// list and watch. At the end each watcher sees what a list shows.
final class KubeScenario {
  private static final String KV = "/etcdserverpb.KV/";
  private static final ByteString COMPACT_REV_KEY = ByteString.copyFromUtf8("compact_rev_key");
  private static final int MEMBERS = 3;
  private static final int COMPACTIONS = 12;
  private static final int OPS_MAX = 128;
  private static final int VALUE_BYTES = 200;
  private static final int TRIES_MAX = 500;
  private static final long END_SECONDS_MAX = 120;

  /// @param changes how many are asked for, beside those that create all objects
  /// @param kills how many members are killed, one at a time
  record Settings(int objects, int watchers, int changes, int kills, long seed) {}

  private final Settings settings;
  private final Fleet fleet;
  private final SplittableRandom random;
  private final KubeWatcher.Shared shared;
  private final KubeClient client;

  /// By object, the revision of its last change that is known; 0 for none.
  private final long[] known;

  private long lease;
  private long compactVersion;
  private long revision;
  private long revisionBefore;
  private int killed = -1;

  KubeScenario(Settings settings, Fleet fleet) {
    this.settings = settings;
    this.fleet = fleet;
    this.random = new SplittableRandom(settings.seed);
    List<InetSocketAddress> members = new ArrayList<>();
    for (int id = 0; id < MEMBERS; id++) members.add(fleet.etcdAt(id));
    this.shared = new KubeWatcher.Shared(members, new AtomicLong(), new AtomicLong());
    this.client = new KubeClient(members, 0);
    this.known = new long[settings.objects];
  }

  /// Runs it all.
  ///
  /// @return the sums of what [KubeWatcher#counts] says
  long[] run() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < settings.objects; i += OPS_MAX) create(i);
      List<Future<KubeWatcher>> watchers = new ArrayList<>();
      for (int i = 0; i < settings.watchers; i++)
        watchers.add(threads.submit(new KubeWatcher(i, shared)));
      try {
        disturb();
        shared.last().set(client.list(0).revision());
        return compare(watchers);
      } finally {
        watchers.forEach(each -> each.cancel(true));
      }
    } finally {
      client.close();
    }
  }

  private long[] compare(List<Future<KubeWatcher>> watchers) throws Exception {
    long[] sums = new long[4];
    for (Future<KubeWatcher> each : watchers) {
      KubeWatcher watcher = each.get(END_SECONDS_MAX, TimeUnit.SECONDS);
      watcher.compare(client);
      Arrays.setAll(sums, i -> sums[i] + watcher.counts()[i]);
    }
    return sums;
  }

  private void disturb() throws Exception {
    int compactEvery = Math.max(1, settings.changes / COMPACTIONS);
    int strikeEvery = Math.max(1, settings.changes / (2 * settings.kills + 1));
    for (int i = 1; i <= settings.changes; i++) {
      if (i % strikeEvery == 0) strike();
      if (i % compactEvery == 0) compact();
      if (lease == 0 || i % 100 == 0) grant();
      change(random.nextInt(settings.objects));
    }
    if (killed >= 0) strike();
  }

  /// Creates some objects at once: what was there before the scenario began.
  private void create(int first) throws Exception {
    var txn = TxnRequest.newBuilder();
    int end = Math.min(first + OPS_MAX, settings.objects);
    for (int i = first; i < end; i++) txn.addSuccess(putting(key(i)));
    TxnResponse done = ask(KV + "Txn", txn.build(), TxnResponse.getDefaultInstance());
    Arrays.fill(known, first, end, done.getHeader().getRevision());
  }

  private static ByteString key(int object) {
    return ByteString.copyFromUtf8(String.format("/registry/pods/%06d", object));
  }

  /// Kills the leader, or another, or starts what was killed.
  private void strike() throws Exception {
    if (killed < 0) {
      int leader = fleet.leader();
      killed = random.nextInt(3) == 0 ? fleet.other(leader) : leader;
      fleet.kill(killed);
    } else {
      fleet.start(killed);
      killed = -1;
    }
  }

  /// Asks until an answer comes. A transaction that was done and whose answer was lost is found not
  /// to hold the next time, for it names a revision.
  private <A extends Message> A ask(String path, Message request, A answer) throws Exception {
    for (int i = 0; i < TRIES_MAX; i++) {
      try {
        return client.call(path, request, answer);
      } catch (KubeClient.LostException e) {
        client.moveOn();
      }
    }
    throw new TimeoutException("no member answers");
  }

  private void grant() throws Exception {
    var grant = LeaseGrantRequest.newBuilder().setTTL(3_600).build();
    LeaseGrantResponse granted =
        ask("/etcdserverpb.Lease/LeaseGrant", grant, LeaseGrantResponse.getDefaultInstance());
    lease = granted.getID();
  }

  private void change(int object) throws Exception {
    ByteString key = key(object);
    var get = RequestOp.newBuilder();
    get.setRequestRange(RangeRequest.newBuilder().setKey(key).setLimit(1));
    boolean deletes = known[object] > 0 && random.nextInt(5) == 0;
    var txn = TxnRequest.newBuilder();
    txn.addCompare(
        Compare.newBuilder()
            .setTarget(Compare.CompareTarget.MOD)
            .setKey(key)
            .setModRevision(known[object]));
    txn.addSuccess(deletes ? deleting(key) : putting(key));
    if (known[object] > 0) txn.addFailure(get);
    TxnResponse done = ask(KV + "Txn", txn.build(), TxnResponse.getDefaultInstance());
    revision = done.getHeader().getRevision();
    if (done.getSucceeded()) known[object] = deletes ? 0 : revision;
    else known[object] = found(known[object] > 0 ? done.getResponses(0) : read(get));
  }

  /// What is there after all: it was changed, and the answer was lost.
  private ResponseOp read(RequestOp.Builder get) throws Exception {
    var found = client.range(get.getRequestRange());
    return ResponseOp.newBuilder().setResponseRange(found).build();
  }

  private static long found(ResponseOp found) {
    var range = found.getResponseRange();
    return range.getKvsCount() == 0 ? 0 : range.getKvs(0).getModRevision();
  }

  private RequestOp putting(ByteString key) {
    byte[] value = new byte[VALUE_BYTES];
    random.nextBytes(value);
    var put = PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFrom(value));
    if (lease != 0 && random.nextInt(10) == 0) put.setLease(lease);
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp deleting(ByteString key) {
    var delete = DeleteRangeRequest.newBuilder().setKey(key);
    return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
  }

  /// As one of many API servers that would all like to do it.
  private void compact() throws Exception {
    var put = PutRequest.newBuilder().setKey(COMPACT_REV_KEY);
    put.setValue(ByteString.copyFromUtf8("" + revision));
    var get = RangeRequest.newBuilder().setKey(COMPACT_REV_KEY);
    var txn =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setTarget(Compare.CompareTarget.VERSION)
                    .setKey(COMPACT_REV_KEY)
                    .setVersion(compactVersion))
            .addSuccess(RequestOp.newBuilder().setRequestPut(put))
            .addFailure(RequestOp.newBuilder().setRequestRange(get))
            .build();
    TxnResponse done = ask(KV + "Txn", txn, TxnResponse.getDefaultInstance());
    if (done.getSucceeded()) compactVersion++;
    else compactVersion = done.getResponses(0).getResponseRange().getKvs(0).getVersion();
    if (done.getSucceeded() && revisionBefore > shared.compacted().get()) {
      var compact = CompactionRequest.newBuilder().setRevision(revisionBefore).build();
      try {
        ask(KV + "Compact", compact, CompactionResponse.getDefaultInstance());
      } catch (RawGrpc.EndedException e) {
        // The answer to an earlier try was lost.
        KubeClient.Law.check(e.end().message().contains("compacted"), e.getMessage());
      }
      shared.compacted().set(revisionBefore);
    }
    revisionBefore = done.getHeader().getRevision();
  }
}
