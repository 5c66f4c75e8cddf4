package io.jangada.bench;

import io.jangada.client.Endpoint;
import io.jangada.net.Loops;
import io.jangada.net.TlsContext;
import io.jangada.net.TlsFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Carries out one [Load] against one server, on one event loop.
public final class LoadRun implements AutoCloseable {
  private static final long CONNECT_SECONDS_MAX = 20;
  private static final long DRAIN_SECONDS_MAX = 20;
  private static final long TASK_SECONDS_MAX = 60;
  private static final long PROGRESS_MILLIS = 250;
  private static final int CONNECT_MILLIS = 5_000;

  /// Time until the first request of an open loop.
  private static final long LEAD_NANOS = 50_000_000;

  private final Loops loops = new Loops("jangada-bench", 1);
  private final Endpoint server;
  private final Language language;
  private final Optional<TlsContext> tls;
  private final EventLoop loop;
  private final List<LoadConnection> connections = new ArrayList<>();

  /// What is told while a run goes on.
  ///
  /// @param begun called when counting begins
  /// @param progress what part is done, 0 to 1
  public record Watcher(Runnable begun, DoubleConsumer progress) {
    public static final Watcher NONE = new Watcher(() -> {}, _ -> {});
  }

  /// How the connections of a load speak.
  public interface Language {
    Supplier<ProtocolDriver> dialogs(Load load, Contents contents);
  }

  /// @param server the one that leads
  public LoadRun(Endpoint server, Language language) {
    this(server, language, Optional.empty());
  }

  /// @param tls empty for no TLS
  public LoadRun(Endpoint server, Language language, Optional<TlsContext> tls) {
    this.server = server;
    this.tls = tls;
    this.language = language;
    loop = loops.group().next();
  }

  /// Writes keys 0 to `load.keys()`, each with the value that a run with such values expects. What
  /// is there already stays.
  ///
  /// @throws IOException when a write was not done
  public void prefill(Load load) throws IOException, InterruptedException {
    prefill(load, 0);
  }

  /// The same for keys `from` to `load.keys()`.
  void prefill(Load load, int from) throws IOException, InterruptedException {
    Filled filled = fill(load, from);
    if (!filled.isWhole(load)) throw new IOException(filled.trouble);
  }

  /// How far a filling came.
  ///
  /// @param upTo all keys before this one are written
  /// @param trouble why no more are; null if there was none
  record Filled(int upTo, String trouble) {
    boolean isWhole(Load load) {
      return upTo >= load.filledKeys();
    }
  }

  /// Writes keys `from` to `load.keys()`, until one is not done.
  ///
  /// @throws IOException when it cannot be begun, or an answer was wrong
  Filled fill(Load load, int from) throws IOException, InterruptedException {
    int connectionsMax = 16;
    int inFlight = Math.clamp((4 << 20) / load.valueBytes(), 1, 64);
    int keys = load.filledKeys();
    Load filling =
        new Load(
            load.workload().filling(),
            new Load.Clients(Math.min(connectionsMax, keys), inFlight, 0),
            new Load.Data(load.valueBytes(), keys, load.overwrites()),
            Load.Times.SHORT);
    Tally tally = new Tally();
    AtomicLong next = new AtomicLong(from);
    LongSupplier each =
        () -> {
          // Where one is not done, none is begun after it.
          long key = tally.failed > 0 ? keys : next.getAndIncrement();
          return key < keys ? key : -1;
        };
    CountDownLatch ended = open(new LoadConnection.Work(filling, tally, each, 0), false);
    onLoop(() -> connections.forEach(LoadConnection::start));
    if (!ended.await(TimeUnit.HOURS.toSeconds(1), TimeUnit.SECONDS))
      throw new IOException("prefilling does not end");
    String trouble = tally.firstTrouble == null ? null : "prefilling: " + tally.firstTrouble;
    boolean thereAlready = trouble != null && trouble.contains("ERR_VER");
    if (tally.wrong > 0 && !thereAlready) throw new IOException(trouble);
    long undone =
        onLoop(
            () -> connections.stream().mapToLong(LoadConnection::lowestUndone).min().orElseThrow());
    return new Filled((int) Math.min(Math.min(undone, next.get()), keys), trouble);
  }

  /// Does it, and waits for its end.
  ///
  /// @throws IOException when it cannot be begun
  public Measured run(Load load, Watcher watcher) throws IOException, InterruptedException {
    Tally tally = new Tally();
    boolean isFresh = load.workload().isFresh(load.overwrites());
    LongSupplier fresh = isFresh ? new AtomicLong()::getAndIncrement : null;
    var work = new LoadConnection.Work(load, tally, fresh, System.nanoTime());
    CountDownLatch ended = open(work, isFresh);
    onLoop(() -> begin(load));
    wait(ended, load.warmupSeconds(), _ -> {});
    watcher.begun.run();
    onLoop(() -> tally.isCounting = true);
    long began = System.nanoTime();
    wait(ended, load.seconds(), watcher.progress);
    onLoop(() -> tally.isCounting = false);
    double seconds = (System.nanoTime() - began) / 1e9;
    onLoop(() -> List.copyOf(connections).forEach(LoadConnection::stop));
    boolean drained = ended.await(DRAIN_SECONDS_MAX, TimeUnit.SECONDS);
    return onLoop(
        () -> {
          if (!drained) tally.failed("requests without a reply after " + DRAIN_SECONDS_MAX + " s");
          return new Measured(
              load,
              seconds,
              tally.latencies.copy(),
              new Measured.Mishaps(tally.conflicts, tally.failed, tally.wrong, tally.firstTrouble));
        });
  }

  private Supplier<ProtocolDriver> dialogs(Load load, boolean isFresh) {
    Keys prefilled = Keys.ofValues(load.valueBytes());
    Keys written = isFresh ? Keys.fresh() : prefilled;
    return language.dialogs(load, new Contents(prefilled, written, load.valueBytes()));
  }

  private void begin(Load load) {
    if (!load.isOpen()) {
      connections.forEach(LoadConnection::start);
      return;
    }
    double between = 1e9 / load.rate();
    long first = System.nanoTime() + LEAD_NANOS;
    for (int i = 0; i < connections.size(); i++)
      connections
          .get(i)
          .start(new OpenSchedule(first + (long) (i * between), between * connections.size()));
  }

  private static void wait(CountDownLatch ended, double seconds, DoubleConsumer progress)
      throws InterruptedException {
    long began = System.nanoTime();
    long all = (long) (seconds * 1e9);
    for (long past = 0; past < all; past = System.nanoTime() - began) {
      progress.accept((double) past / all);
      long rest = Math.min(all - past, TimeUnit.MILLISECONDS.toNanos(PROGRESS_MILLIS));
      if (ended.await(rest, TimeUnit.NANOSECONDS)) return;
    }
    progress.accept(1);
  }

  /// @return what reaches zero when all connections have ended
  private CountDownLatch open(LoadConnection.Work work, boolean isFresh)
      throws IOException, InterruptedException {
    connections.clear();
    Supplier<ProtocolDriver> dialogs = dialogs(work.load(), isFresh);
    int count = work.load().connections();
    CountDownLatch ended = new CountDownLatch(count);
    List<Channel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        long seed = work.seed() + i;
        var each = new LoadConnection.Work(work.load(), work.tally(), work.fresh(), seed);
        LoadConnection connection = new LoadConnection(each, dialogs.get(), ended::countDown);
        connections.add(connection);
        channels.add(connect(connection));
      }
      for (LoadConnection each : connections) awaitReady(each);
    } catch (IOException e) {
      channels.forEach(Channel::close);
      throw e;
    }
    return ended;
  }

  private void awaitReady(LoadConnection connection) throws IOException, InterruptedException {
    try {
      connection.ready().get(CONNECT_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(server + " does not greet", e);
    }
  }

  private Channel connect(LoadConnection connection) throws IOException, InterruptedException {
    var connecting =
        new Bootstrap()
            .group(loop)
            .channel(loops.socketClass())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    tls.map(each -> each.dialler(channel.alloc(), server.host(), server.port()))
                        .ifPresent(channel.pipeline()::addLast);
                    connection.dialog().prepare(channel.pipeline());
                    channel.pipeline().addLast(connection);
                  }
                })
            .connect(server.host(), server.port());
    if (!connecting.await(CONNECT_SECONDS_MAX, TimeUnit.SECONDS) || !connecting.isSuccess())
      throw new IOException(server + " cannot be reached: " + connecting.cause());
    SslHandler handler = connecting.channel().pipeline().get(SslHandler.class);
    if (handler != null
        && (!handler.handshakeFuture().await(CONNECT_SECONDS_MAX, TimeUnit.SECONDS)
            || !handler.handshakeFuture().isSuccess()))
      throw new IOException(
          server + ": " + TlsFailure.of(handler.handshakeFuture().cause()).text());
    return connecting.channel();
  }

  private void onLoop(Runnable task) throws IOException, InterruptedException {
    onLoop(
        () -> {
          task.run();
          return null;
        });
  }

  private <T> T onLoop(Supplier<T> task) throws IOException, InterruptedException {
    try {
      return CompletableFuture.supplyAsync(task, loop).get(TASK_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("the load driver itself hangs", e);
    }
  }

  @Override
  public void close() {
    loops.close();
  }
}
