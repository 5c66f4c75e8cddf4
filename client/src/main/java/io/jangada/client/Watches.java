package io.jangada.client;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;

/// All watches of a client: opens each on some member, again where one is lost, and asks servers
/// that say nothing whether they live. All of it happens on the event loop.
final class Watches {
  /// How often in the time of silence that is allowed connections are looked at.
  private static final int LOOKS = 4;

  /// How many watches ask at one look how far their servers are.
  private static final int ASKED_MAX = 100;

  private final EventLoop loop;
  private final ClientOptions.Timing timing;
  private final Supplier<BinaryConnection> anyMember;

  /// The pause after so many attempts that failed.
  private final IntToLongFunction pauseNanos;

  private final Set<Watch> all = new LinkedHashSet<>();

  /// Those whose turn it is to ask how far their servers are; some at each look.
  private final ArrayDeque<Watch> turns = new ArrayDeque<>();

  /// How often each was lost since it last was served.
  private final Map<Watch, Integer> losses = new HashMap<>();

  private Future<?> looking;
  private boolean isClosed;

  Watches(
      EventLoop loop,
      ClientOptions.Timing timing,
      Supplier<BinaryConnection> anyMember,
      IntToLongFunction pauseNanos) {
    this.loop = loop;
    this.timing = timing;
    this.anyMember = anyMember;
    this.pauseNanos = pauseNanos;
  }

  /// @return whether it will be done
  boolean execute(Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  // ---- on the event loop ----

  void begin(Watch watch) {
    if (isClosed) {
      watch.endFor("the client is closed");
      return;
    }
    all.add(watch);
    long millis = Math.max(1, timing.silenceMillis() / LOOKS);
    if (looking == null)
      looking = loop.scheduleAtFixedRate(this::lookAround, millis, millis, TimeUnit.MILLISECONDS);
    open(watch);
  }

  private void open(Watch watch) {
    if (!watch.isEnded() && watch.connection() == null && !isClosed) watch.open(anyMember.get());
  }

  void started(Watch watch) {
    losses.remove(watch);
  }

  /// The watch resumes on another connection, after a back-off.
  void reopen(Watch watch) {
    if (isClosed) return;
    int former = losses.merge(watch, 1, Integer::sum) - 1;
    loop.schedule(() -> open(watch), pauseNanos.applyAsLong(former), TimeUnit.NANOSECONDS);
  }

  void ended(Watch watch) {
    all.remove(watch);
    losses.remove(watch);
    if (all.isEmpty()) turns.clear();
    if (!all.isEmpty() || looking == null) return;
    looking.cancel(false);
    looking = null;
  }

  private void lookAround() {
    long now = System.nanoTime();
    long silence = TimeUnit.MILLISECONDS.toNanos(timing.silenceMillis());
    long connect = TimeUnit.MILLISECONDS.toNanos(timing.connectMillis());
    askProgress();
    Set<BinaryConnection> used = new LinkedHashSet<>();
    for (Watch watch : all) if (watch.connection() != null) used.add(watch.connection());
    for (BinaryConnection each : used) {
      each.probeIfSilent(now, silence / 2);
      each.flush();
      each.endIfSilent(now, silence);
      each.endIfUnmade(now, 2 * connect);
    }
  }

  private void askProgress() {
    if (turns.isEmpty()) turns.addAll(all);
    for (int asked = 0; asked < ASKED_MAX && !turns.isEmpty(); asked++) turns.poll().askProgress();
  }

  void close() {
    isClosed = true;
    List<Watch> open = new ArrayList<>(all);
    for (Watch watch : open) watch.endFor("the client was closed");
  }
}
