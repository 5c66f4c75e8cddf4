package io.jangada.protocol.text;

import io.jangada.kv.Operation;
import io.jangada.node.Replica;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What all connections of a listener share: whom they serve, and what bounds their memory; for any
/// thread.
final class ListenerState {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerState.class);

  /// Whom the connections serve.
  private record Served(Replica replica, AdminHandler admin) {}

  private final TextSettings settings;
  private final Quota arriving;
  private final Quota commands;
  private final Quota bytes;
  private final Quota buffered;
  private final AtomicLong evicted = new AtomicLong();
  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  private final Queue<ClientConnection> awaitingRoom = new ConcurrentLinkedQueue<>();

  /// Connections whose clients do not take what the socket was given; the longest first. Its
  /// monitor guards it.
  private final LinkedHashSet<ClientConnection> stuck = new LinkedHashSet<>();

  private final CompletableFuture<Void> empty = new CompletableFuture<>();
  private volatile Served served;
  private volatile boolean closing;

  ListenerState(TextSettings settings) {
    this.settings = settings;
    TextSettings.Together limits = settings.limits().together();
    this.arriving = new Quota(limits.arrivingBytesMax());
    this.commands = new Quota(limits.commandsMax());
    this.bytes = new Quota(limits.bytesMax());
    this.buffered = new Quota(limits.bufferedBytesMax());
  }

  TextSettings settings() {
    return settings;
  }

  Quota arriving() {
    return arriving;
  }

  // ---- the replica that serves ----

  void serve(Replica replica, AdminHandler admin) {
    served = new Served(replica, admin);
    for (ClientConnection one : connections) one.lane().execute(one::drive);
  }

  boolean isServing() {
    return served != null;
  }

  Replica replica() {
    return served.replica;
  }

  void submit(TextCommand.Request request, PendingReply slot) {
    take(slot);
    if (request.operation() instanceof Operation.Get read)
      served.replica.read(read, settings.replying().reading(), slot);
    else served.replica.submit(request.operation(), request.requestId(), slot);
  }

  void submit(TextCommand.Admin admin, PendingReply slot) {
    take(slot);
    try {
      served.admin.run(admin.words(), slot::acceptAdmin);
    } catch (RuntimeException e) {
      LOG.error("'admin {}' failed", String.join(" ", admin.words()), e);
      slot.acceptAdmin(new AdminReply.InternalError());
    }
  }

  private void take(PendingReply slot) {
    commands.take(1);
    bytes.take(slot.costBytes);
  }

  // ---- connections ----

  void opened(ClientConnection connection) {
    connections.add(connection);
    if (closing) connection.close();
  }

  void closed(ClientConnection connection) {
    connections.remove(connection);
    if (closing && connections.isEmpty()) empty.complete(null);
  }

  /// From now on connections are closed when what they began is done.
  ///
  /// @return done when all are closed
  CompletableFuture<Void> finish() {
    closing = true;
    for (ClientConnection one : connections) one.lane().execute(one::finish);
    if (connections.isEmpty()) empty.complete(null);
    return empty;
  }

  CompletableFuture<Void> closeAll() {
    closing = true;
    for (ClientConnection one : connections) one.close();
    if (connections.isEmpty()) empty.complete(null);
    return empty;
  }

  // ---- what is under way ----

  /// Whether another command may be begun.
  boolean hasRoom() {
    return !commands.isSpent() && !bytes.isSpent();
  }

  /// Has the connection admitted when there is room.
  void awaitRoom(ClientConnection connection) {
    awaitingRoom.add(connection);
    wakeWaiters(); // there may be room since it looked
  }

  /// A command has its reply.
  void ended(int costBytes) {
    commands.give(1);
    bytes.give(costBytes);
    if (!awaitingRoom.isEmpty()) wakeWaiters();
  }

  /// Admits as many as there is room for. One that is admitted and takes none calls this again.
  void wakeWaiters() {
    for (long left = commands.left(); left > 0 && hasRoom(); left--) {
      ClientConnection one = awaitingRoom.poll();
      if (one == null) return;
      one.lane().execute(one::resume);
    }
  }

  // ---- what is held for slow clients ----

  /// What a connection holds for a slow client has changed. Where all hold too much, that which has
  /// been stuck for the longest time is closed.
  void updateBufferedBytes(ClientConnection connection, long before, long now) {
    buffered.take(now - before);
    synchronized (stuck) {
      if (now == 0) stuck.remove(connection);
      else stuck.add(connection);
    }
    if (now > before && buffered.isSpent()) evict();
  }

  /// The client took something.
  void onProgress(ClientConnection connection) {
    synchronized (stuck) {
      if (stuck.remove(connection)) stuck.add(connection);
    }
  }

  private void evict() {
    ClientConnection victim;
    synchronized (stuck) {
      victim = stuck.isEmpty() ? null : stuck.removeFirst();
    }
    if (victim == null) return;
    evicted.incrementAndGet();
    victim.close();
  }

  // ---- figures ----

  long evicted() {
    return evicted.get();
  }

  TextStats.Now now(long paused) {
    return new TextStats.Now(
        paused, commands.used(), bytes.used(), arriving.used(), buffered.used());
  }
}
