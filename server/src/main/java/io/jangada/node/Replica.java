package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.auth.Caller;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.Watcher;
import io.jangada.node.watch.Watches;
import io.jangada.raft.Entry;
import io.jangada.raft.Input;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftNode;
import io.jangada.raft.Ready;
import io.jangada.store.DurableLog;
import io.jangada.store.SnapshotDone;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// One running member: the protocol, the state machine, the log on disk and the way to the peers,
/// joined in one duty cycle.
///
/// The caller of [#poll] owns the replica; all other threads go through the methods that put
/// something into its [Inbox], which may be called from any thread. Replies are called by the
/// owner, inside `poll`, and must be quick.
///
/// One cycle takes what is in the inbox, lets time pass, and then does what the protocol says is
/// ready: answers, messages, writes for the disk, entries to apply, reads to serve. Nothing is
/// answered that is not committed. When anything throws, the replica is broken: it is not to be
/// polled again, and [#abandon] ends the waiting requests with an unknown outcome.
public final class Replica {
  private static final int EVENTS_PER_POLL = 4096;
  private static final int PORTIONS_PER_POLL = 16;

  /// The world as one replica sees it.
  ///
  /// @param applied gets each entry when it is applied, in the order of the log and before any
  ///   request that waits for it or for a later one is answered: a listener whose clients are
  ///   answered by any member that commits their request finds it there. Called by the owner,
  ///   inside [#poll]
  public record Dependencies(
      Clock clock, Transport transport, Consumer<RaftEvent> observer, Consumer<Entry> applied) {
    public Dependencies(Clock clock, Transport transport, Consumer<RaftEvent> observer) {
      this(clock, transport, observer, _ -> {});
    }
  }

  private final ReplicaSettings settings;
  private final Dependencies world;
  private final Inbox inbox;
  private final RaftNode raft;
  private final DurableLog log;
  private final SnapshotTransfer snapshots;
  private final ReplicaStats counts = new ReplicaStats();
  private final WaitingRequests waiting;
  private final StateMachine state;
  private final ClusterClock clusterClock;
  private final Proposals proposals;
  private final PeerReplies replies;
  private final StatusReport report;
  private final Rejoin rejoin;
  private final RoleWatch roles;
  private final Memory memory;
  private final Watches watches;
  private final CommitQuestions commits;
  private final ArrayDeque<Event> mail = new ArrayDeque<>();
  private long now;
  private long tickedNanos;
  private final Problems problems = new Problems();
  private final Digests digests;

  /// A replica on what [Start] recovered.
  ///
  /// @param wakeup called, from any thread, when there is something to [#poll] for
  public Replica(ReplicaSettings settings, Start start, Dependencies world, Runnable wakeup) {
    this.settings = settings;
    this.world = world;
    this.raft = start.raft();
    this.log = start.log();
    this.snapshots =
        new SnapshotTransfer(start.snapshots(), settings, start.boot().hashSeed(), counts);
    int answersPerSession = start.kv().limits().state().answersPerSessionMax();
    var names = new RequestNames(start.boot().id(), answersPerSession);
    this.waiting = new WaitingRequests(settings, names, world.transport(), counts);
    this.state = new StateMachine(start.kv(), waiting, snapshots, this::applied);
    this.inbox = new Inbox(settings.inbox(), wakeup);
    long messageBytesMax = settings.raft().limits().messageBytesMax();
    this.replies = new PeerReplies(raft.id(), messageBytesMax, world.transport());
    var parts = new Memory.Parts(raft, state, snapshots, inbox, waiting);
    this.memory = new Memory(settings.memory(), parts);
    this.now = world.clock().nanos();
    this.watches = new Watches(Watches.WATCHES_MAX, settings.leaderlessNanosMax(), now);
    this.commits = new CommitQuestions(settings.tickNanos());
    this.report = new StatusReport(parts, memory, watches, settings.tickNanos());
    this.tickedNanos = now;
    this.roles = new RoleWatch(now);
    this.digests = new Digests(settings.upkeep().digestTicks(), world);
    this.clusterClock = new ClusterClock(state.kv().clusterTimeMillis(), now);
    this.proposals =
        new Proposals(
            new Proposals.Parts(raft, log, waiting, memory),
            new CommandStamper(clusterClock, state),
            settings.upkeep().history());
    this.rejoin = new Rejoin(settings, start, world);
  }

  // ---- from any thread ----

  /// Asks for an operation of which it is not known who asks.
  public void submit(Operation operation, RequestId requestId, Consumer<Outcome> reply) {
    submit(null, operation, requestId, reply);
  }

  /// Asks for an operation. While users are checked it must be permitted to its caller: a command
  /// where it is applied, a read where it is answered, a watch whenever something is handed out.
  ///
  /// @param requestId under which a command is applied at most once; null for one submitted once
  public void submit(
      Caller caller, Operation operation, RequestId requestId, Consumer<Outcome> reply) {
    inbox.offer(new Event.Submit(caller, operation, requestId, reply), reply);
  }

  /// The same of a client that cannot go to the leader itself: a member that does not lead passes
  /// the command on, whatever [FollowerPolicy] says.
  public void forward(
      Caller caller, Operation.Command command, RequestId requestId, Consumer<Outcome> reply) {
    inbox.offer(new Event.Submit(caller, command, requestId, reply, true), reply);
  }

  /// Reads a value that is as fresh as `reading` demands.
  public void read(
      Caller caller, Operation.Read read, ReadConsistency reading, Consumer<Outcome> reply) {
    switch (reading) {
      case ReadConsistency.Linearizable() -> submit(caller, read, null, reply);
      case ReadConsistency.Follower _, ReadConsistency.BoundedStale _, ReadConsistency.Local _ ->
          inbox.offer(new Event.Read(caller, read, reading, reply), reply);
    }
  }

  /// Watches keys. Where the inbox takes no more, the watch ends before this returns.
  public Watch watch(Watch.Asked asked, Watcher watcher) {
    return inbox.watch(asked, watcher);
  }

  /// Whether it had a leader when it was last polled.
  public Leadership leadership() {
    return inbox.leadership();
  }

  /// Gives the replica a message that a peer sent. It may be lost when too many wait, or when it
  /// brings entries and the disk is far behind.
  public void receive(PeerMessage message) {
    inbox.offer(new Event.FromPeer(message));
  }

  public void changeMembership(Membership target, Consumer<Outcome> reply) {
    inbox.offer(new Event.ChangeMembership(target, reply), reply);
  }

  /// Transfers leadership. Answered as soon as the transfer has begun.
  ///
  /// @param target [Membership#NONE] for the most suitable voter
  public void transfer(int target, Consumer<Outcome> reply) {
    inbox.offer(new Event.Transfer(target, reply), reply);
  }

  /// Has a snapshot taken of what is applied, answered as soon as it has begun.
  public void takeSnapshot(Consumer<Outcome> reply) {
    inbox.offer(new Event.TakeSnapshot(reply), reply);
  }

  /// Asks for a snapshot that holds all that is applied here: answered as soon as it is durable,
  /// which may be at once. Returns false when it will not be answered, as with [#status].
  public boolean backup(Consumer<Backup> reply) {
    return inbox.offer(new Event.AskBackup(reply));
  }

  /// Asks for a chunk of a snapshot that [#backup] named. Returns false when it will not be
  /// answered.
  public boolean backupChunk(BackupChunk chunk, Consumer<Backup> reply) {
    return inbox.offer(new Event.AskChunk(chunk, reply));
  }

  /// The connection from a peer broke, as it does when its process dies: a hint, which may be
  /// missing or wrong.
  public void onPeerDisconnected(int peer) {
    inbox.offer(new Event.PeerGone(peer));
  }

  /// Asks how things stand, which is answered however many requests wait. Returns false when it
  /// will not be answered: too many ask, or the replica has stopped.
  public boolean status(Consumer<Status> reply) {
    return inbox.offer(new Event.AskStatus(reply));
  }

  /// The log's disk holds everything up to `batch`.
  public void synced(long batch) {
    inbox.offer(new Event.Synced(batch));
  }

  /// The log's disk has no space for more, or has some again.
  public void diskFull(boolean full) {
    inbox.offer(new Event.DiskFull(full));
  }

  /// A task of the snapshot store is done.
  public void stored(SnapshotDone done) {
    inbox.offer(new Event.Stored(done));
  }

  /// The disk, or a thread that works on it, failed for good: the next [#poll] throws.
  public void diskFailed(Throwable cause) {
    inbox.offer(new Event.DiskFailed(cause));
  }

  // ---- from the owner ----

  /// One duty cycle. Returns whether there is more to do at once.
  public boolean poll() {
    // The clock is read after the mail is taken: nothing is then taken for older than it is. A
    // lease that held before this process was paused does not make it safe to answer, and a value
    // that was written after the pause must not end before its time.
    for (Event event; mail.size() < EVENTS_PER_POLL && (event = inbox.poll()) != null; )
      mail.add(event);
    now = world.clock().nanos();
    tick();
    for (Event event; (event = mail.poll()) != null; ) handle(event);
    watchLeader();
    attend();
    state.beginTurn(raft.leader());
    int portions = 0;
    do act(raft.advance());
    while (raft.hasMore() && ++portions < PORTIONS_PER_POLL);
    askForCommit();
    state.serve();
    snapshots.drive(raft, restored -> state.restored(restored, raft.leader()));
    boolean more = serveWatches();
    replies.flush();
    return more || !inbox.isEmpty() || raft.hasMore() || state.hasMore();
  }

  /// When [#poll] is due again at the latest, on the replica's clock.
  public long nextPollNanos() {
    return commits.nextNanos(tickedNanos + settings.tickNanos());
  }

  /// Ends every request that waits with [Outcome.Unknown], or with [Outcome.NotLeader] where it was
  /// not looked at, and takes no more of them. For a replica that stops or is broken.
  public void abandon() {
    inbox.close();
    waiting.abandon();
    snapshots.backups().abandon();
    watches.abandon();
    for (Event event; (event = mail.poll()) != null; ) event.turnAway();
    for (Event event; (event = inbox.poll()) != null; ) event.turnAway();
  }

  /// The protocol's state, for checks of invariants from outside.
  public RaftNode raft() {
    return raft;
  }

  /// Cluster time as far as this member knows it. For the owner alone, and so for callbacks that
  /// take a reply.
  public long clusterTimeMillis() {
    return clusterClock.millis(now);
  }

  /// The state machine, for checks of invariants from outside. Another object after a restore.
  public KvStore kv() {
    return state.kv();
  }

  /// Whether an installed snapshot is still being loaded: the state machine lags behind until then.
  public boolean isRestoring() {
    return snapshots.isRestoring();
  }

  /// Whether the state machine lags behind, for this or another reason, and may be half-way.
  public boolean isBehind() {
    return state.isBehind();
  }

  private void handle(Event event) {
    switch (event) {
      case Event.Submit submit -> submit(submit, Membership.NONE);
      case Event.Read read -> read(read);
      case Event.Watching(Watch.Call call) -> watches.handle(call);
      case Event.FromPeer(PeerMessage message) -> fromPeer(message);
      case Event.Synced(long batch) -> raft.step(new Input.Synced(batch));
      case Event.DiskFull(boolean full) -> proposals.diskFull(full);
      case Event.PeerGone(int peer) -> raft.step(new Input.PeerGone(peer));
      case Event.Stored(SnapshotDone done) -> {
        if (!rejoin.complete(done, raft)) snapshots.done(done, raft, now);
      }
      case Event.DiskFailed(Throwable cause) ->
          throw new IllegalStateException("its disk failed: " + cause.getMessage(), cause);
      case Event.ChangeMembership(Membership target, Consumer<Outcome> reply) ->
          raft.step(new Input.ChangeMembership(waiting.submit(null, reply, deadline()), target));
      case Event.Transfer(int target, Consumer<Outcome> reply) ->
          raft.step(new Input.Transfer(waiting.submit(null, reply, deadline()), target));
      case Event.OfSnapshots wish -> snapshots.handle(wish, state.kv(), raft, now);
      case Event.AskStatus(Consumer<Status> reply) -> reply.accept(status());
    }
  }

  private Status status() {
    var moment =
        new StatusReport.Moment(
            now - roles.sinceNanos(),
            clusterClock.millis(now),
            proposals.isDiskFull(),
            problems.health(rejoin.waitsFor(raft), raft.isRemoved(), digests, now));
    return report.status(moment, counts);
  }

  private long deadline() {
    return now + settings.requestTimeoutNanos();
  }

  // ---- requests ----

  /// @param witness a member that follows this one, as of after the request was made
  private void submit(Event.Submit submit, int witness) {
    var refusal = state.kv().limits().refusalOf(submit.operation());
    if (refusal.isPresent()) {
      submit.reply().accept(new Outcome.Done(refusal.get()));
    } else if (raft.isLeader()) {
      serveAsLeader(submit, witness);
    } else if (waiting.forwards(submit) && memory.isTooMuch(submit)) {
      memory.refuse(submit);
    } else if (isOnlyToName()) {
      submit.reply().accept(new Outcome.NotLeader(leaderToName()));
    } else if (proposals.isDiskFull() && raft.leader() == Membership.NONE) {
      proposals.refuse(submit);
    } else {
      waiting.queue(submit, now, deadline());
    }
  }

  private void read(Event.Read event) {
    var refusal = state.kv().limits().refusalOf(event.read());
    if (refusal.isPresent()) event.reply().accept(new Outcome.Done(refusal.get()));
    else if (isOnlyToName() || digests.differs())
      event.reply().accept(new Outcome.NotLeader(leaderToName()));
    else waiting.read(event, now, deadline());
  }

  /// Whether the leader is to be named and not asked: a question would be taken for the word of a
  /// member that counts. One that was removed knows of no leader.
  private boolean isOnlyToName() {
    boolean isLed = raft.leader() != Membership.NONE;
    return raft.isRemoved() || raft.incarnation().rejoining() && isLed;
  }

  private int leaderToName() {
    return raft.isRemoved() || raft.isLeader() ? Membership.NONE : raft.leader();
  }

  private void serveAsLeader(Event.Submit submit, int witness) {
    boolean mayWait = submit.operation() instanceof Operation.Command && witness == Membership.NONE;
    if (mayWait && (waiting.hasQueued() || !proposals.takesCommands()))
      waiting.queue(submit, now, deadline());
    else begin(submit, witness, deadline());
  }

  private void begin(Event.Submit submit, int witness, long deadline) {
    switch (submit.operation()) {
      case Operation.Read _ when digests.differs() ->
          submit.reply().accept(new Outcome.NotLeader(leaderToName()));
      case Operation.Read read ->
          raft.step(new Input.Read(waiting.submit(submit, read, deadline), witness));
      case Operation.Command command -> proposals.submit(submit, command, deadline, now);
    }
  }

  private void fromPeer(PeerMessage message) {
    if (message.to() != raft.id()) return;
    switch (message) {
      case PeerMessage.Raft(Message inner, long clusterTimeMillis) -> {
        if (PeerMessage.bringsEntries(inner) && !memory.hasRoomForEntries(log, settings)) return;
        raft.step(new Input.Receive(inner));
        boolean leads = raft.leader() == inner.from() && raft.term() == inner.term();
        if (leads && raft.last().term() == raft.term())
          clusterClock.synchronize(clusterTimeMillis, now);
      }
      case PeerMessage.Forward forward -> {
        boolean leads = raft.isLeader() && raft.term() == forward.term();
        // Where it does not lead it never will: a copy that comes later is refused as well.
        for (Event.Submit request : replies.requests(forward))
          if (leads) submit(request, forward.from());
          else request.reply().accept(new Outcome.NotLeader(raft.leader()));
      }
      case PeerMessage.ForwardReply reply -> waiting.answered(reply, now);
      case PeerMessage.ReadIndexRequest ask -> replyReadIndex(ask);
      case PeerMessage.ReadIndexReply reply -> {
        waiting.answered(reply);
        commits.answered(reply.number(), now);
        raft.step(new Input.Committed(reply.from(), reply.term(), reply.index()));
      }
      case PeerMessage.Bootstrap bootstrap -> rejoin.handle(bootstrap, raft);
      case PeerMessage.Admin _ -> {}
      case PeerMessage.Digests theirs -> digests.handle(theirs, state.kv(), raft);
    }
  }

  /// Answers with how far this leader has committed, once it is known that it led when it was
  /// asked.
  private void replyReadIndex(PeerMessage.ReadIndexRequest ask) {
    if (!raft.isLeader() || raft.term() != ask.term()) return;
    long ticket = waiting.submit(null, replies.readIndex(ask), deadline());
    raft.step(new Input.Read(ticket, ask.from()));
  }

  /// Goes on with what waits for a leader, be it this member or another.
  private void attend() {
    int leader = raft.leader();
    if (raft.isLeader())
      waiting.lead(proposals::takesCommands, (submit, end) -> begin(submit, Membership.NONE, end));
    else if (raft.isRemoved()) waiting.abandon();
    else if (isOnlyToName()) waiting.name(leader);
    else if (leader != Membership.NONE) waiting.follow(leader, raft.term(), now);
  }

  /// Has watches told of a commit before the leader's next message brings it.
  private void askForCommit() {
    boolean follows = raft.leader() != Membership.NONE && !raft.isLeader() && !isOnlyToName();
    if (watches.count() > 0 && follows) commits.ask(raft, waiting, now);
    else commits.stop();
  }

  private void tick() {
    long elapsed = (now - tickedNanos) / settings.tickNanos();
    if (elapsed < 1) return;
    tickedNanos += elapsed * settings.tickNanos();
    raft.step(new Input.Tick((int) Math.min(elapsed, Integer.MAX_VALUE)));
    clusterClock.reached(state.kv().clusterTimeMillis(), now);
    // A leader that cannot answer in time is not the one to be sent to.
    int other = raft.isLeader() ? Membership.NONE : raft.leader();
    waiting.expire(now, other, state.kv());
    proposals.tick(() -> waiting.submit(null, _ -> {}, deadline()), now);
    rejoin.tick(raft);
    if (digests.tick(raft, state.kv()))
      raft.step(new Input.Transfer(waiting.submit(null, _ -> {}, deadline()), Membership.NONE));
    snapshots.tick(state.kv(), raft, memory, now);
    memory.look(now, world.observer());
    state.tick(memory.isFull(), now);
  }

  private void watchLeader() {
    clusterClock.leads(raft.isLeader(), now);
    inbox.note(watches.leadership(raft.leader() != Membership.NONE, now), raft.isLeader());
    if (!roles.note(raft, now)) return;
    proposals.termBegan();
    if (raft.leader() == Membership.NONE) return;
    counts.leaderChanges++;
    waiting.leaderChanged(now);
  }

  // ---- what is ready ----

  /// Returns whether there is more to hand out at once.
  private boolean serveWatches() {
    if (isBehind()) return false;
    WatchEnd why = raft.isRemoved() ? WatchEnd.REMOVED : null;
    if (digests.differs()) why = WatchEnd.DATA_DIFFERS;
    return watches.serve(state.kv(), why, raft.leader() != Membership.NONE, now);
  }

  private void applied(Entry entry) {
    digests.applied(state.kv(), raft);
    world.applied().accept(entry);
  }

  private void act(Ready ready) {
    for (RaftEvent event : ready.events()) {
      counts.event(event);
      problems.event(event, now);
      world.observer().accept(event);
    }
    ready.requests().proposed().forEach(one -> waiting.placed(one, state.kv().appliedIndex()));
    ready.requests().dropped().forEach(dropped -> waiting.dropped(dropped, raft.leader(), now));
    for (Message message : ready.messages())
      world.transport().send(new PeerMessage.Raft(message, clusterClock.millis(now)));
    if (ready.disk().persist() != null) log.submit(ready.disk().persist());
    ready.disk().chunkReads().forEach(snapshots::read);
    ready.disk().chunkWrites().forEach(snapshots::write);
    if (ready.apply().restore() != null) {
      state.letGo();
      watches.letGo();
      snapshots.restore(ready.apply().restore(), state.kv().limits());
    }
    state.take(ready, raft.leader());
  }
}
