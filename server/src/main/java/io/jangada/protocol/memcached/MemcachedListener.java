package io.jangada.protocol.memcached;

import io.jangada.net.Loops;
import io.jangada.node.Status;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// The side of a member that memcached's clients see: it listens, and serves those that connect.
public final class MemcachedListener extends ClientListener {
  private final long startedNanos = System.nanoTime();
  private final PortSettings settings;

  private MemcachedListener(PortSettings settings) {
    super(settings.place(), settings.limits());
    this.settings = settings;
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static MemcachedListener start(PortSettings settings, Loops loops) throws IOException {
    MemcachedListener listener = new MemcachedListener(settings);
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

  /// What `stats` shows.
  byte[] stats(Status status) {
    StringBuilder text = new StringBuilder();
    long nowMillis = System.currentTimeMillis();
    stat(text, "pid", ProcessHandle.current().pid());
    stat(text, "uptime", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos));
    stat(text, "time", TimeUnit.MILLISECONDS.toSeconds(nowMillis));
    stat(text, "version", CommandParser.version(settings));
    stat(text, "pointer_size", Long.SIZE);
    stat(text, "curr_connections", connections());
    stat(text, "max_connections", settings.limits().connectionsMax());
    stat(text, "total_connections", sum(Counters.OPENED));
    stat(text, "rejected_connections", sum(Counters.REFUSED));
    for (Stats one : Stats.values()) stat(text, one.text(), sum(one.counter()));
    stat(text, "bytes_read", sum(Counters.BYTES_IN));
    stat(text, "bytes_written", sum(Counters.BYTES_OUT));
    stat(text, "limit_maxbytes", status.usage().memory().bytesMax());
    stat(text, "threads", 1);
    stat(text, "bytes", status.usage().memory().use().data());
    stat(text, "curr_items", status.state().keys());
    stat(text, "evictions", 0);
    return Replies.line(text.append("END").toString());
  }

  /// What `stats settings` shows.
  byte[] statsOfSettings() {
    StringBuilder text = new StringBuilder();
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
