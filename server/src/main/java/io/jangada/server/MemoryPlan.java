package io.jangada.server;

import io.jangada.kv.KvLimits;
import io.jangada.link.LinkSettings;
import io.jangada.node.InboxLimits;
import io.jangada.node.MemoryLimits;
import io.jangada.protocol.port.PortLimits;
import io.jangada.raft.RaftConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;

/// How a server divides its heap, in one place.
///
/// What stays long (data, sessions, the log, requests that wait) has its limit well within the part
/// of the heap that a collector keeps for such things: what is left of that part is room for what
/// gets there though it stays shortly, and for the collector to work in. What is under way shares
/// the rest with what a server takes anyway. Where the heap is smaller than [#USUAL_HEAP_BYTES],
/// everything that has a fixed size otherwise is smaller in proportion, but for what the largest
/// value needs.
final class MemoryPlan {
  /// A heap as it is, in bytes.
  ///
  /// @param old the part for what stays long; all of it where a collector has no fixed part
  record Heap(long max, long old) {
    static Heap ofThisProcess() {
      long max = Runtime.getRuntime().maxMemory();
      long old = max;
      for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
        boolean keeps = pool.getName().contains("Old") || pool.getName().contains("Tenured");
        long bytes = pool.getUsage().getMax();
        if (keeps && pool.getType() == MemoryType.HEAP && bytes > 0) old = Math.min(max, bytes);
      }
      return new Heap(max, old);
    }
  }

  /// From here on what has a fixed size has all of it: a heap of 1 GiB, less what a collector keeps
  /// for itself.
  private static final long USUAL_HEAP_BYTES = 960L << 20;

  /// What a server without data takes.
  private static final long BASE_BYTES = 16L << 20;

  /// So many of the largest values are on their way to a snapshot, from one or from a client,
  /// beside what has a limit.
  private static final int VALUES_UNDER_WAY = 2;

  /// Former values have this part of the limit, unless it is set.
  private static final int HISTORY_PART = 10;

  private static final int OLD_PERCENT = 85;
  private static final int HEAP_PERCENT = 70;
  private static final long LIMIT_BYTES_MIN = 8L << 20;
  private static final long INFLIGHT_BYTES_MIN = 1L << 20;
  private static final int PEERS_MIN = 2;
  private static final int REQUESTS_MAX = 16_384;
  private static final int PEER_MESSAGES_MAX = 16_384;

  private final Settings settings;
  private final Heap heap;

  MemoryPlan(Settings settings, Heap heap) {
    this.settings = settings;
    this.heap = heap;
  }

  /// The most that a heap leaves room for.
  private long roomBytes() {
    long usable =
        heap.old < heap.max ? heap.old / 100 * OLD_PERCENT : heap.max / 100 * HEAP_PERCENT;
    long base = BASE_BYTES + VALUES_UNDER_WAY * settings.number(Setting.VALUE_BYTES_MAX);
    return Math.clamp(usable - base, LIMIT_BYTES_MIN, KvLimits.MEMORY_BYTES_HARD_MAX);
  }

  /// What data, sessions, log and waiting requests may take.
  long limitBytes() {
    long room = roomBytes();
    return settings.has(Setting.MEMORY_BYTES_MAX)
        ? Math.min(room, settings.number(Setting.MEMORY_BYTES_MAX))
        : room;
  }

  /// Whether more was asked for than the heap leaves room for.
  boolean isCapped() {
    return settings.has(Setting.MEMORY_BYTES_MAX)
        && settings.number(Setting.MEMORY_BYTES_MAX) > limitBytes();
  }

  /// What former values may take.
  long historyBytes() {
    return settings.has(Setting.HISTORY_BYTES)
        ? Math.min(settings.number(Setting.HISTORY_BYTES), limitBytes() / 2)
        : limitBytes() / HISTORY_PART;
  }

  MemoryLimits limits() {
    long log = 2 * snapshotBytes() + retainedBytes() + snapshotBytes() / 4;
    log = Math.max(log, RaftConfig.Limits.keptBytesMax(retainedBytesMax()));
    return new MemoryLimits(limitBytes(), Math.min(log, limitBytes() / 2));
  }

  private long scaled(long usual) {
    return heap.max >= USUAL_HEAP_BYTES
        ? usual
        : (long) ((double) usual / USUAL_HEAP_BYTES * heap.max);
  }

  /// As it was set, or the default in proportion.
  private long scaled(Setting setting) {
    Settings.Value value = settings.value(setting).orElseThrow();
    long bytes = Long.parseLong(value.text());
    return value.source().equals(Settings.DEFAULT) ? scaled(bytes) : bytes;
  }

  /// A part in proportion, but no less than the largest command needs.
  private long roomy(long usual) {
    long command =
        settings.number(Setting.VALUE_BYTES_MAX) + settings.number(Setting.KEY_BYTES_MAX);
    return Math.max(scaled(usual), command + (1 << 10));
  }

  // ---- the log ----

  long snapshotBytes() {
    return Math.min(scaled(Setting.SNAPSHOT_BYTES), limitBytes() / 8);
  }

  long retainedBytes() {
    return Math.min(scaled(Setting.LOG_RETAINED_BYTES), limitBytes() / 8);
  }

  long retainedBytesMax() {
    return Math.max(retainedBytes(), scaled(RaftConfig.Limits.DEFAULT.retainedBytesMax()));
  }

  long uncommittedBytes() {
    return scaled(RaftConfig.Limits.DEFAULT.uncommittedBytesMax());
  }

  int inflightBytes() {
    long scaled = scaled(RaftConfig.Limits.DEFAULT.inflightBytesMax());
    return (int) Math.max(INFLIGHT_BYTES_MIN, scaled);
  }

  /// Entries on their way to the disk.
  long logQueueBytes() {
    return roomy(64L << 20);
  }

  // ---- what is under way ----

  InboxLimits inbox() {
    long bytes = roomy(InboxLimits.DEFAULT.requestBytesMax());
    return new InboxLimits(REQUESTS_MAX, bytes, PEER_MESSAGES_MAX, bytes);
  }

  /// What may wait for one peer.
  long peerQueueBytes(int peers) {
    long all = PEERS_MIN * LinkSettings.Limits.DEFAULT.queueBytesMax();
    return scaled(all / Math.max(PEERS_MIN, peers));
  }

  /// For clients of other stores: all such ports together hold half of what others do, and a value
  /// each.
  ///
  /// @param connectionsMax how many may be connected
  /// @param ports how many such ports there are
  PortLimits otherPort(int connectionsMax, int ports) {
    PortLimits text = text(connectionsMax);
    PortLimits.Together all = text.together();
    return new PortLimits(
        connectionsMax,
        text.perConnection(),
        new PortLimits.Together(
            all.commandsMax(),
            all.bytesMax(),
            all.arrivingBytesMax() / (2 * ports) + settings.number(Setting.VALUE_BYTES_MAX),
            all.bufferedBytesMax() / (2 * ports) + settings.number(Setting.VALUE_BYTES_MAX)));
  }

  /// @param connectionsMax how many clients may be connected
  PortLimits text(int connectionsMax) {
    PortLimits.PerConnection one = PortLimits.DEFAULT.perConnection();
    PortLimits.Together all = PortLimits.DEFAULT.together();
    return new PortLimits(
        connectionsMax,
        new PortLimits.PerConnection(one.commandsMax(), (int) scaled(one.bytesMax())),
        new PortLimits.Together(
            all.commandsMax(),
            scaled(all.bytesMax()),
            roomy(all.arrivingBytesMax()),
            roomy(all.bufferedBytesMax())));
  }
}
