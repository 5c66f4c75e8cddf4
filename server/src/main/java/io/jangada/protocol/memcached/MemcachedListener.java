package io.jangada.protocol.memcached;

import io.jangada.net.Loops;
import io.jangada.node.Status;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.MultithreadEventExecutorGroup;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// The side of a member that memcached's clients see: it listens, and serves those that connect.
public final class MemcachedListener extends ClientListener {
  private final long startedNanos = System.nanoTime();
  private final PortSettings settings;

  /// How many threads serve connections.
  private final int threads;

  /// What had been counted when that was reset.
  private volatile long[] before = new long[Counters.FIRST_KIND + Stats.values().length];

  private MemcachedListener(PortSettings settings, Loops loops) {
    super(settings.place(), settings.limits());
    this.settings = settings;
    threads = ((MultithreadEventExecutorGroup) loops.group()).executorCount();
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static MemcachedListener start(PortSettings settings, Loops loops) throws IOException {
    MemcachedListener listener = new MemcachedListener(settings, loops);
    listener.listen(loops);
    return listener;
  }

  @Override
  protected void accept(SocketChannel channel, ReplyBatcher lane, boolean isBeyondMax) {
    channel.pipeline().addLast(new MemcachedConnection(this, lane, channel, isBeyondMax));
  }

  PortSettings settings() {
    return settings;
  }

  /// What `stats` shows. Commands, connections and bytes are those of this port since the start, or
  /// since [#resetStats].
  byte[] stats(Status status) {
    StringBuilder text = new StringBuilder();
    long nowMillis = System.currentTimeMillis();
    Status.Use use = status.usage().memory().use();
    stat(text, "pid", ProcessHandle.current().pid());
    stat(text, "uptime", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos));
    stat(text, "time", TimeUnit.MILLISECONDS.toSeconds(nowMillis));
    stat(text, "version", CommandParser.version(settings));
    stat(text, "pointer_size", Long.SIZE);
    stat(text, "curr_connections", connections());
    stat(text, "max_connections", settings.limits().connectionsMax());
    stat(text, "total_connections", counted(Counters.OPENED));
    stat(text, "rejected_connections", counted(Counters.REFUSED));
    for (Stats one : Stats.values()) stat(text, one.text(), counted(one.counter()));
    stat(text, "bytes_read", counted(Counters.BYTES_IN));
    stat(text, "bytes_written", counted(Counters.BYTES_OUT));
    stat(text, "limit_maxbytes", status.usage().memory().bytesMax());
    stat(text, "threads", threads);
    stat(text, "bytes", use.data() - use.history());
    stat(text, "curr_items", status.state().keys());
    // Nothing is removed for want of memory, nor stored over what is past its time.
    stat(text, "evictions", 0);
    stat(text, "reclaimed", 0);
    return Replies.line(text.append("END").toString());
  }

  private long counted(int counter) {
    return sum(counter) - before[counter];
  }

  /// Has [#stats] count from 0 again.
  byte[] resetStats(Status status) {
    before = sums();
    return Replies.RESET;
  }

  private long[] sums() {
    return IntStream.range(0, Counters.FIRST_KIND + Stats.values().length)
        .mapToLong(this::sum)
        .toArray();
  }

  /// What `stats settings` shows.
  byte[] statsOfSettings(Status status) {
    StringBuilder text = new StringBuilder();
    stat(text, "maxbytes", status.usage().memory().bytesMax());
    stat(text, "maxconns", settings.limits().connectionsMax());
    stat(text, "tcpport", address().getPort());
    stat(text, "evictions", "off");
    stat(text, "cas_enabled", "yes");
    stat(text, "item_size_max", settings.kv().valueBytesMax());
    stat(text, "flush_enabled", settings.clients().flushes() ? "yes" : "no");
    stat(text, "client_flags_size", Integer.BYTES);
    return Replies.line(text.append("END").toString());
  }

  private static void stat(StringBuilder text, String name, Object value) {
    text.append("STAT ").append(name).append(' ').append(value).append("\r\n");
  }
}
