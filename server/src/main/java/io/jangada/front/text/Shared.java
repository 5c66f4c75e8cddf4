package io.jangada.front.text;

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

/// What all connections of a front share: whom they serve, and what bounds their memory; for any
/// thread.
final class Shared {
  private static final Logger LOG = LoggerFactory.getLogger(Shared.class);

  /// Whom the connections serve.
  private record Served(Replica replica, AdminDesk desk) {}

  private final TextSettings settings;
  private final Budget arriving;
  private final Budget commands;
  private final Budget bytes;
  private final Budget held;
  private final AtomicLong evicted = new AtomicLong();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Queue<Connection> awaitingRoom = new ConcurrentLinkedQueue<>();

  /// Connections whose clients do not take what the socket was given; the longest first. Its
  /// monitor guards it.
  private final LinkedHashSet<Connection> stuck = new LinkedHashSet<>();

  private final CompletableFuture<Void> empty = new CompletableFuture<>();
  private volatile Served served;
  private volatile boolean closing;

  Shared(TextSettings settings) {
    this.settings = settings;
    TextSettings.Limits limits = settings.limits();
    this.arriving = new Budget(limits.arrivingBytesMax());
    this.commands = new Budget(limits.commandsMax());
    this.bytes = new Budget(limits.bytesMax());
    this.held = new Budget(limits.heldBytesMax());
  }

  TextSettings settings() {
    return settings;
  }

  Budget arriving() {
    return arriving;
  }

  // ---- whom to ask ----

  void serve(Replica replica, AdminDesk desk) {
    served = new Served(replica, desk);
    for (Connection one : connections) one.lane().execute(one::proceed);
  }

  boolean isServing() {
    return served != null;
  }

  Replica replica() {
    return served.replica;
  }

  void ask(TextCommand.Request request, Slot slot) {
    take(slot);
    if (request.operation() instanceof Operation.Get read)
      served.replica.read(read, settings.reading(), slot);
    else served.replica.submit(request.operation(), request.requestId(), slot);
  }

  void ask(TextCommand.Admin admin, Slot slot) {
    take(slot);
    try {
      served.desk.run(admin.words(), slot::acceptAdmin);
    } catch (RuntimeException e) {
      LOG.error("'admin {}' failed", String.join(" ", admin.words()), e);
      slot.acceptAdmin(new AdminReply.InternalError());
    }
  }

  private void take(Slot slot) {
    commands.take(1);
    bytes.take(slot.costBytes);
  }

  // ---- connections ----

  void opened(Connection connection) {
    connections.add(connection);
    if (closing) connection.close();
  }

  void closed(Connection connection) {
    connections.remove(connection);
    if (closing && connections.isEmpty()) empty.complete(null);
  }

  /// From now on connections are closed when what they began is done.
  ///
  /// @return done when all are closed
  CompletableFuture<Void> finish() {
    closing = true;
    for (Connection one : connections) one.lane().execute(one::finish);
    if (connections.isEmpty()) empty.complete(null);
    return empty;
  }

  CompletableFuture<Void> closeAll() {
    closing = true;
    for (Connection one : connections) one.close();
    if (connections.isEmpty()) empty.complete(null);
    return empty;
  }

  // ---- what is under way ----

  /// Whether another command may be begun.
  boolean hasRoom() {
    return !commands.isSpent() && !bytes.isSpent();
  }

  /// Has the connection admitted when there is room.
  void awaitRoom(Connection connection) {
    awaitingRoom.add(connection);
    passOn(); // there may be room since it looked
  }

  /// A command has its reply.
  void ended(int costBytes) {
    commands.give(1);
    bytes.give(costBytes);
    if (!awaitingRoom.isEmpty()) passOn();
  }

  /// Admits as many as there is room for. One that is admitted and takes none calls this again.
  void passOn() {
    for (long left = commands.left(); left > 0 && hasRoom(); left--) {
      Connection one = awaitingRoom.poll();
      if (one == null) return;
      one.lane().execute(one::admit);
    }
  }

  // ---- what is held for slow clients ----

  /// What a connection holds for a slow client has changed. Where all hold too much, that which has
  /// been stuck for the longest time is closed.
  void weigh(Connection connection, long before, long now) {
    held.take(now - before);
    synchronized (stuck) {
      if (now == 0) stuck.remove(connection);
      else stuck.add(connection);
    }
    if (now > before && held.isSpent()) evict();
  }

  /// The client took something.
  void moved(Connection connection) {
    synchronized (stuck) {
      if (stuck.remove(connection)) stuck.add(connection);
    }
  }

  private void evict() {
    Connection victim;
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
    return new TextStats.Now(paused, commands.used(), bytes.used(), arriving.used(), held.used());
  }
}
