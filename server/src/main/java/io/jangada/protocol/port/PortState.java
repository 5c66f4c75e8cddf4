package io.jangada.protocol.port;

import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Leadership;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.AuditEnd;
import io.jangada.protocol.auth.AuditEvent;
import io.jangada.protocol.auth.Authenticator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// What all connections of a listener share: whom they serve, and what bounds their memory; for any
/// thread.
public final class PortState {
  private static final Set<Result.Reason> DENIALS =
      EnumSet.of(Result.Reason.STALE_USER, Result.Reason.PERMISSION_DENIED);

  private static final long CLOSE_MILLIS_MAX = 1_000;

  private final PortLimits limits;
  private final Quota arriving;
  private final Quota commands;
  private final Quota bytes;
  private final Quota buffered;
  private final Quota gathered;
  private final Quota waiting;
  private final Quota crossing;
  private final AtomicLong evicted = new AtomicLong();
  private final Set<Client> connections = ConcurrentHashMap.newKeySet();
  private final Queue<Client> awaitingRoom = new ConcurrentLinkedQueue<>();

  /// Connections whose clients do not take what the socket was given; the longest first. Its
  /// monitor guards it.
  private final LinkedHashSet<Client> stuck = new LinkedHashSet<>();

  private final CompletableFuture<Void> empty = new CompletableFuture<>();

  /// Written before the replica.
  private Audit audit = Audit.NONE;

  private volatile Replica replica;
  private Authenticator authenticator;
  private volatile boolean closing;

  public PortState(PortLimits limits) {
    this.limits = limits;
    PortLimits.Together together = limits.together();
    this.arriving = new Quota(together.arrivingBytesMax());
    this.commands = new Quota(together.commandsMax());
    this.bytes = new Quota(together.bytesMax());
    this.buffered = new Quota(together.bufferedBytesMax());
    this.gathered = new Quota(together.bufferedBytesMax());
    this.waiting = new Quota(together.arrivingBytesMax());
    this.crossing = new Quota(together.bytesMax());
  }

  public PortLimits limits() {
    return limits;
  }

  /// What may be held of requests that have not come to their end.
  public Quota arriving() {
    return arriving;
  }

  /// What may be held of results that go into one answer together, and are not all there.
  public Quota gathered() {
    return gathered;
  }

  /// What may be held of requests that wait for others: on streams for those before them, between
  /// MULTI and EXEC for the end of their transaction.
  public Quota waiting() {
    return waiting;
  }

  /// What results may have that the replica gave and that did not reach their connections.
  Quota crossing() {
    return crossing;
  }

  // ---- the replica that serves ----

  public void serve(Replica replica, Authenticator authenticator, Audit audit) {
    this.authenticator = authenticator;
    this.audit = audit;
    this.replica = replica; // the last: it says that there is something to serve
    for (Client one : connections) one.lane().execute(one::drive);
  }

  public boolean isServing() {
    return replica != null;
  }

  public Replica replica() {
    return replica;
  }

  /// Who tells who clients are, once this [#isServing]; null for none.
  public Authenticator authenticator() {
    return authenticator;
  }

  /// Where it is said what clients ask for. To be asked for when the port serves.
  public Audit audit() {
    return audit;
  }

  /// Whether this member leads.
  boolean isLeading() {
    return replica.leadership() == Leadership.LEADING;
  }

  // ---- what clients ask of it: the one way for all protocols ----

  /// Asks for an operation, for a client.
  ///
  /// @param requestId as [Replica#submit] has it
  public <S extends Slot & Consumer<Outcome>> void submit(
      S slot, Operation operation, RequestId requestId) {
    slot.begun(
        operation instanceof Operation.Read ? CommandTimes.Kind.READ : CommandTimes.Kind.WRITE);
    replica.submit(slot.caller(), operation, requestId, audited(slot, operation, slot));
  }

  /// The same for a client that goes to no other member by itself.
  public <S extends Slot & Consumer<Outcome>> void forward(
      S slot, Operation.Command command, RequestId requestId) {
    slot.begun(CommandTimes.Kind.WRITE);
    replica.forward(slot.caller(), command, requestId, audited(slot, command, slot));
  }

  /// Reads, for a client.
  public <S extends Slot & Consumer<Outcome>> void read(
      S slot, Operation.Read read, ReadConsistency reading) {
    slot.begun(CommandTimes.Kind.READ);
    replica.read(slot.caller(), read, reading, audited(slot, read, slot));
  }

  /// Reads once more for a request whose reply was let go. It was recorded the first time.
  public <S extends Slot & Consumer<Outcome>> void readAgain(
      S slot, Operation.Read read, ReadConsistency reading) {
    replica.read(slot.caller(), read, reading, slot);
  }

  /// Watches keys, for a client.
  public Watch watch(Client client, Watch.Asked asked, Watcher watcher) {
    WatchRequest request = asked.request();
    if (!audit.isOn()) return replica.watch(asked, watcher);
    return replica.watch(
        asked, new AuditedWatcher(audit, client.who(asked.caller()), request, watcher));
  }

  /// Has a watch continue that was let go. Its start was recorded.
  public Watch watchOn(Client client, Watch.Asked asked, Watcher watcher) {
    WatchRequest request = asked.request();
    if (!audit.isOn()) return replica.watch(asked, watcher);
    return replica.watch(
        asked, AuditedWatcher.ofStarted(audit, client.who(asked.caller()), request, watcher));
  }

  private Consumer<Outcome> audited(Slot slot, Operation operation, Consumer<Outcome> reply) {
    if (!audit.isOn()) return reply;
    boolean isWanted = audit.wants(operation);
    AuditEvent.Kind kind =
        operation instanceof Operation.Read ? AuditEvent.Kind.READ : AuditEvent.Kind.COMMAND;
    AuditEvent.Who who = slot.connection().who(slot.caller());
    return outcome -> {
      reply.accept(outcome);
      if (!isWanted && !isDenied(outcome)) return;
      AuditEvent.What what = AuditEvent.What.of(operation);
      audit.record(new AuditEvent(kind, who, what, AuditEnd.of(outcome)));
    };
  }

  /// Whether a user may not do that: always recorded where the trail is on. There may be very many
  /// of clients without a user: these are recorded only where chosen.
  private static boolean isDenied(Outcome outcome) {
    return outcome instanceof Outcome.Done(Result.Refused(Result.Reason reason))
        && DENIALS.contains(reason);
  }

  // ---- connections ----

  public void opened(Client connection) {
    connections.add(connection);
    if (closing) connection.close();
  }

  public void closed(Client connection) {
    connections.remove(connection);
    if (closing && connections.isEmpty()) empty.complete(null);
  }

  /// Stops listening, and closes each connection when what it began is done.
  ///
  /// @param timeoutMillis how long to wait for that
  /// @return whether all are closed; what is left is still to be closed
  public boolean drain(Channel listener, long timeoutMillis) {
    long began = System.nanoTime();
    ChannelFuture deaf = listener.close();
    // At once: clients continue to send while the port is being closed.
    closing = true;
    for (Client one : connections) one.lane().execute(one::finish);
    deaf.awaitUninterruptibly(timeoutMillis);
    return awaitEmpty(timeoutMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }

  /// Stops listening, and closes all connections, whatever they are doing.
  public void close(Channel listener) {
    listener.close().awaitUninterruptibly(CLOSE_MILLIS_MAX);
    closing = true;
    for (Client one : connections) one.close();
    awaitEmpty(CLOSE_MILLIS_MAX);
  }

  private boolean awaitEmpty(long timeoutMillis) {
    if (connections.isEmpty()) empty.complete(null);
    try {
      empty.get(timeoutMillis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  // ---- commands in progress ----

  /// A command is given to the replica, or to who else is to answer it.
  public void began(int costBytes) {
    commands.take(1);
    bytes.take(costBytes);
  }

  /// Whether another command may be begun.
  boolean hasRoom() {
    return !commands.isSpent() && !bytes.isSpent();
  }

  /// Has the connection admitted when there is room.
  void awaitRoom(Client connection) {
    awaitingRoom.add(connection);
    wakeWaiters(); // there may be room since it looked
  }

  /// A command has its reply.
  public void ended(int costBytes) {
    commands.give(1);
    bytes.give(costBytes);
    if (!awaitingRoom.isEmpty()) wakeWaiters();
  }

  /// Admits as many as there is room for. One that is admitted and takes none calls this again.
  void wakeWaiters() {
    for (long left = commands.left(); left > 0 && hasRoom(); left--) {
      Client one = awaitingRoom.poll();
      if (one == null) return;
      one.lane().execute(one::resume);
    }
  }

  // ---- what is held for slow clients ----

  /// What a connection holds for a slow client has changed. Where all hold too much, that which has
  /// been stuck for the longest time is closed.
  void updateBufferedBytes(Client connection, long before, long now) {
    buffered.take(now - before);
    synchronized (stuck) {
      if (now == 0) stuck.remove(connection);
      else stuck.add(connection);
    }
    if (now > before && buffered.isSpent()) evict();
  }

  /// The client took something.
  public void onProgress(Client connection) {
    synchronized (stuck) {
      if (stuck.remove(connection)) stuck.add(connection);
    }
  }

  private void evict() {
    Client victim;
    synchronized (stuck) {
      victim = stuck.isEmpty() ? null : stuck.removeFirst();
    }
    if (victim == null) return;
    evicted.incrementAndGet();
    victim.close();
  }

  // ---- figures ----

  public long evicted() {
    return evicted.get();
  }

  public long commandsUnderWay() {
    return commands.used();
  }

  public long bytesUnderWay() {
    return bytes.used();
  }

  public long bufferedBytes() {
    return buffered.used();
  }
}
