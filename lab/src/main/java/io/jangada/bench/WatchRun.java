package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.harness.Waiting;
import io.jangada.kv.KeyRange;
import io.jangada.net.Loops;
import io.jangada.net.TlsContext;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/// Measures [Watching]. Watchers have an event loop of their own.
public final class WatchRun implements AutoCloseable {
  private static final long STEP_SECONDS_MAX = 60;
  private static final int DIGITS = 3;

  private final BenchCluster cluster;
  private final Watching.Plan plan;
  private final DoubleConsumer progress;
  private final Load load;
  private final Keys keys;
  private final Loops loops = new Loops("jangada-watch", 1);
  private final EventLoop loop = loops.group().next();
  private final JangadaClient client;

  /// Of one key each, many on a connection; all of them, each on a connection of its own, the first
  /// of which is the one that does not read.
  private final List<WatchConnection> ofOne = new ArrayList<>();

  private final List<WatchConnection> ofAll = new ArrayList<>();

  private long eventsBefore;

  public WatchRun(BenchCluster cluster, Watching.Plan plan, DoubleConsumer progress) {
    this.cluster = cluster;
    this.plan = plan;
    this.progress = progress;
    load = plan.load();
    keys = Keys.ofValues(load.valueBytes());
    client = JangadaClient.connect(cluster.clientOptions(), loops);
  }

  public Watching measure() throws IOException, InterruptedException, TimeoutException {
    try (LoadRun run = cluster.load(leader(), TextServers::speaking)) {
      run.prefill(load);
    }
    List<Endpoint> servers = leaderFirst();
    Histogram atLeader = delays(servers.get(0));
    progress.accept(0.2);
    Optional<Histogram> atFollower =
        servers.size() == 1 ? Optional.empty() : Optional.of(delays(servers.get(1)));
    progress.accept(0.4);
    Measured alone = puts(LoadRun.Watcher.NONE);
    progress.accept(0.6);
    Optional<Long> heapBefore = Restart.heap(cluster);
    Optional<Long> before = resident();
    long start = open(servers);
    Measured watched = puts(new LoadRun.Watcher(this::stall, _ -> {}));
    double perSecond = (onLoop(this::events) - eventsBefore) / watched.seconds();
    Optional<Long> after = resident();
    progress.accept(0.8);
    long last = put(0);
    awaitOthers(start, last);
    Optional<Double> catchUp = catchUp(last);
    long missed = onLoop(() -> expected(start, last) - events());
    needNoTrouble();
    var memory = new Watching.Memory(heapBefore, Restart.heap(cluster), before, after);
    var crowd = new Watching.Crowd(perSecond, missed, onLoop(this::overtaken), catchUp, memory);
    return new Watching(atLeader, atFollower, alone, watched, crowd);
  }

  private Endpoint leader() throws InterruptedException, TimeoutException {
    return cluster.endpoint(cluster.leader());
  }

  private List<Endpoint> leaderFirst() throws InterruptedException, TimeoutException {
    List<Endpoint> servers = new ArrayList<>(cluster.endpoints());
    Endpoint leader = leader();
    servers.remove(leader);
    servers.add(0, leader);
    return servers;
  }

  private Optional<Long> resident() {
    return ProcessMeter.read(cluster.pids()).map(ProcessMeter::residentBytes);
  }

  private Measured puts(LoadRun.Watcher watcher)
      throws IOException, InterruptedException, TimeoutException {
    try (LoadRun run = cluster.load(leader(), TextServers::speaking)) {
      return run.run(load, watcher);
    }
  }

  // ---- one watcher ----

  /// A put whose acknowledgement and event are waited for. Owned by the loop.
  private static final class Awaited {
    private final CompletableFuture<Long> delay = new CompletableFuture<>();
    private long revision;
    private long acknowledgedNanos;
    private long seenRevision;
    private long seenNanos;

    void acknowledged(Reply.ToPut reply) {
      acknowledgedNanos = System.nanoTime();
      if (reply instanceof Reply.Changed changed) revision = changed.revision();
      else delay.completeExceptionally(new IOException("a put came to " + reply));
      completeIfBoth();
    }

    /// A follower may still tell of the put before.
    void seen(long event) {
      seenRevision = event;
      seenNanos = System.nanoTime();
      completeIfBoth();
    }

    private void completeIfBoth() {
      if (revision > 0 && seenRevision >= revision) delay.complete(seenNanos - acknowledgedNanos);
    }
  }

  private Histogram delays(Endpoint server) throws IOException, InterruptedException {
    var next = new AtomicReference<>(new Awaited());
    WatchConnection watch = connect(server, List.of(range(0)), event -> next.get().seen(event));
    Histogram delays = new Histogram(Tally.LATENCY_NANOS_MAX, DIGITS);
    long begun = System.nanoTime() + nanos(load.warmupSeconds());
    long end = begun + nanos(load.seconds());
    for (long now = System.nanoTime(); now - end < 0; now = System.nanoTime()) {
      Awaited put = new Awaited();
      next.set(put);
      // On the loop, so that both times are taken when the replies arrive.
      loop.execute(() -> sendPut(0).thenAccept(put::acknowledged));
      long delay = await(put.delay, "event");
      if (now - begun >= 0) delays.recordValue(Math.clamp(delay, 0, Tally.LATENCY_NANOS_MAX));
    }
    onLoop(watch::close);
    return delays;
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  private CompletableFuture<Reply.ToPut> sendPut(long number) {
    byte[] value = new byte[load.valueBytes()];
    new Contents(keys, keys, value.length).value(number, value, 0);
    return client.put(Bytes.wrap(keys.bytes(number)), Bytes.wrap(value));
  }

  /// @return its revision
  private long put(long number) throws IOException, InterruptedException {
    Reply.ToPut reply = await(sendPut(number), "reply to a put");
    if (reply instanceof Reply.Changed changed) return changed.revision();
    throw new IOException("a put came to " + reply);
  }

  // ---- many watchers ----

  /// @return the revision after which they watch
  private long open(List<Endpoint> servers) throws IOException, InterruptedException {
    int count = servers.size();
    for (int at = 0; at < Math.min(count, load.keys()); at++) {
      List<KeyRange> ranges = new ArrayList<>();
      for (int key = at; key < load.keys(); key += count) ranges.add(range(key));
      ofOne.add(connect(servers.get(at), ranges, _ -> {}));
    }
    for (int i = 0; i < plan.all(); i++)
      ofAll.add(connect(servers.get(i % count), List.of(KeyRange.ALL), _ -> {}));
    return onLoop(() -> ofAll.get(0).lastRevision());
  }

  private KeyRange range(long number) {
    return KeyRange.of(Bytes.wrap(keys.bytes(number)));
  }

  private void stall() {
    loop.execute(
        () -> {
          ofAll.get(0).read(false);
          eventsBefore = events();
        });
  }

  private long events() {
    return watchers().stream().mapToLong(WatchConnection::events).sum();
  }

  private int overtaken() {
    return (int) watchers().stream().filter(WatchConnection::isCompacted).count();
  }

  private List<WatchConnection> watchers() {
    List<WatchConnection> both = new ArrayList<>(ofOne);
    both.addAll(ofAll);
    return both;
  }

  /// All that were to come, but for watchers that were overtaken: what these saw.
  private long expected(long start, long last) {
    boolean isWhole = ofOne.stream().noneMatch(WatchConnection::isCompacted);
    long sum = isWhole ? last - start : ofOne.stream().mapToLong(WatchConnection::events).sum();
    for (WatchConnection each : ofAll) sum += each.isCompacted() ? each.events() : last - start;
    return sum;
  }

  /// Until all but the one that does not read have seen the last event, or time is up.
  private void awaitOthers(long start, long last) throws InterruptedException {
    Waiting.until(
        TimeUnit.SECONDS.toMillis(STEP_SECONDS_MAX),
        () ->
            onLoop(
                () ->
                    ofAll.stream().skip(1).allMatch(each -> isThrough(each, last))
                        && ofOne.stream().mapToLong(WatchConnection::events).sum()
                            >= last - start));
  }

  private static boolean isThrough(WatchConnection watch, long last) {
    return watch.lastRevision() >= last || watch.isCompacted();
  }

  private Optional<Double> catchUp(long last) throws IOException, InterruptedException {
    WatchConnection slow = ofAll.get(0);
    long began = System.nanoTime();
    onLoop(() -> slow.read(true));
    Waiting.until(
        TimeUnit.SECONDS.toMillis(STEP_SECONDS_MAX), () -> onLoop(() -> isThrough(slow, last)));
    double seconds = (System.nanoTime() - began) / 1e9;
    return onLoop(slow::isCompacted) ? Optional.empty() : Optional.of(seconds);
  }

  private void needNoTrouble() throws IOException, InterruptedException {
    for (WatchConnection each : watchers()) {
      String trouble = onLoop(each::trouble);
      if (trouble != null) throw new IOException(trouble);
    }
  }

  // ---- threads ----

  private WatchConnection connect(Endpoint server, List<KeyRange> ranges, LongConsumer onEvent)
      throws IOException, InterruptedException {
    WatchConnection watches = new WatchConnection(ranges, onEvent);
    Optional<TlsContext> tls = cluster.tls();
    ChannelInitializer<Channel> handlers =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            tls.map(each -> each.dialler(channel.alloc(), server.host(), server.port()))
                .ifPresent(channel.pipeline()::addLast);
            channel.pipeline().addLast(watches);
          }
        };
    var connecting =
        loops.dialler().group(loop).handler(handlers).connect(server.host(), server.port());
    if (!connecting.await(STEP_SECONDS_MAX, TimeUnit.SECONDS) || !connecting.isSuccess())
      throw new IOException(server + " cannot be reached: " + connecting.cause());
    await(watches.started(), "watch");
    return watches;
  }

  private static <T> T await(CompletableFuture<T> future, String what)
      throws IOException, InterruptedException {
    try {
      return future.get(STEP_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no " + what + " in " + STEP_SECONDS_MAX + " s", e);
    }
  }

  private <T> T onLoop(Supplier<T> task) throws IOException, InterruptedException {
    // Null is what there is where nothing went wrong.
    return await(CompletableFuture.supplyAsync(task, loop), "answer of the driver itself");
  }

  private void onLoop(Runnable task) throws IOException, InterruptedException {
    await(CompletableFuture.runAsync(task, loop), "answer of the driver itself");
  }

  @Override
  public void close() {
    client.close();
    loops.close();
  }
}
