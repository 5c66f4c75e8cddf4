package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Right;
import io.jangada.link.Probe;
import io.jangada.net.TlsException;
import io.jangada.node.Backup;
import io.jangada.node.BackupChunk;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.protocol.text.AdminHandler;
import io.jangada.protocol.text.AdminReply;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import io.jangada.server.Plan.Completion;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Carries out the `admin` commands of one server. A few may wait at a time, each on a thread that
/// is not an event loop's; the rest are turned away.
final class AdminCommands implements AdminHandler, AutoCloseable {
  private static final String REST =
      "; the rest follows while this server leads: after a change of leader, ask again";
  private static final String STOPPING = "the server is about to stop";
  private static final String SILENT = "the server does not report its status";
  private static final int THREADS = 4;
  private static final int COMMANDS_MAX = 64;

  /// How far a member may be behind the cluster that is asked for what it has.
  private static final long STALE_MILLIS_MAX = 60_000;

  private static final int PROBE_MILLIS_MAX = 1_000;
  private static final long MAJORITY_MILLIS_MAX = 1_000;
  private static final long REPLACE_MILLIS = 500;
  private static final long TLS_LOOK_MILLIS = 1_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  record Parts(
      ReplicaQueries queries,
      StatusJson report,
      EventLog eventLog,
      Places places,
      Leading leading) {}

  /// @param probe looks whether a server is where it is said to be
  record Places(Addresses addresses, Probe probe, ServerTls tls) {}

  /// @param changes signalled when something happens in the protocol
  /// @param transferMillisMax how long a transfer of leadership may take
  record Leading(ChangeSignal changes, long transferMillisMax) {}

  private final Replica replica;
  private final Parts parts;
  private final ReplicaQueries queries;
  private final UserAdmin users;
  private final Semaphore free = new Semaphore(COMMANDS_MAX);
  private final ScheduledThreadPoolExecutor threads;

  /// The replacement that goes on by itself as long as this server leads. Another leader does not
  /// know of it.
  private AdminLine.Replace replacing;

  AdminCommands(String name, Replica replica, Parts parts) {
    this.replica = replica;
    this.parts = parts;
    this.queries = parts.queries;
    this.users = new UserAdmin(replica, queries);
    this.threads =
        new ScheduledThreadPoolExecutor(
            THREADS, task -> Thread.ofPlatform().name(name).daemon(true).unstarted(task));
    ServerTls tls = parts.places.tls;
    if (!tls.isOff())
      threads.scheduleWithFixedDelay(
          tls::reloadIfChanged, TLS_LOOK_MILLIS, TLS_LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void run(List<String> words, Caller caller, Consumer<AdminReply> reply) {
    Optional<AdminLine> line = AdminLine.read(words);
    if (line.isEmpty()) {
      reply.accept(new AdminReply.CommandError());
    } else if (!free.tryAcquire()) {
      reply.accept(refused("too many admin commands at once"));
    } else {
      Consumer<AdminReply> end =
          answer -> {
            free.release();
            reply.accept(answer);
          };
      if (line.get().right() == null) begin(line.get(), caller, end);
      else checkRight(line.get(), caller, end);
    }
  }

  @Override
  public List<String> withoutSecrets(List<String> words) {
    Optional<AdminLine> line = AdminLine.read(words);
    if (line.isEmpty()) return AdminHandler.super.withoutSecrets(words);
    return switch (line.get()) {
      case AdminLine.Backup _,
          AdminLine.Chunk _,
          AdminLine.Status _,
          AdminLine.Members _,
          AdminLine.Transfer _,
          AdminLine.Snapshot _,
          AdminLine.ReloadCerts _,
          AdminLine.Change _ ->
          words;
      // The third word may be a name, and the fourth a password's hash.
      case UserLine _ -> words.subList(0, Math.min(3, words.size()));
    };
  }

  /// Where users are not checked, as far as this member knows, nothing is asked: a member without a
  /// cluster can be looked after.
  private void checkRight(AdminLine line, Caller caller, Consumer<AdminReply> end) {
    queries
        .statusLater()
        .thenAccept(
            status -> {
              if (status.isEmpty()) end.accept(refused(SILENT));
              else if (status.get().state().contents().checksUsers()) askRight(line, caller, end);
              else begin(line, caller, end);
            });
  }

  /// A change of the membership asks the cluster; what concerns this member's data alone asks what
  /// it has applied.
  private void askRight(AdminLine line, Caller caller, Consumer<AdminReply> end) {
    ReadConsistency reading =
        line.right() == Right.MEMBERS
            ? new ReadConsistency.Follower()
            : new ReadConsistency.BoundedStale(STALE_MILLIS_MAX);
    replica.read(
        caller,
        new Operation.CheckRight(line.right()),
        reading,
        outcome -> {
          if (outcome instanceof Outcome.Done(Result.AuthState _)) begin(line, caller, end);
          else if (outcome instanceof Outcome.Done(Result.Refused(Result.Reason reason)))
            end.accept(refused(UserAdmin.text(reason)));
          else end.accept(refused("whether it is permitted cannot be found out now"));
        });
  }

  private void begin(AdminLine line, Caller caller, Consumer<AdminReply> end) {
    try {
      switch (line) {
        case AdminLine.Backup _ -> backup(end);
        case AdminLine.Chunk chunk -> chunk(chunk, end);
        case AdminLine.Task task -> threads.execute(() -> answer(task, caller, end));
      }
    } catch (RejectedExecutionException e) {
      end.accept(refused(STOPPING));
    }
  }

  private void answer(AdminLine.Task task, Caller caller, Consumer<AdminReply> reply) {
    AdminReply answer = new AdminReply.InternalError();
    try {
      answer = carryOut(task, caller);
    } catch (RuntimeException e) {
      parts.eventLog.error(
          "failed to carry out an admin " + task.getClass().getSimpleName() + ": " + e, e);
    } finally {
      reply.accept(answer);
    }
  }

  private AdminReply carryOut(AdminLine.Task task, Caller caller) {
    Optional<Status> status = queries.status();
    if (status.isEmpty()) return refused(SILENT);
    return switch (task) {
      case AdminLine.Status _ -> parts.report.status(status.get()).put("ok", true).reply();
      case AdminLine.Members _ -> parts.report.members(status.get()).put("ok", true).reply();
      case AdminLine.Change change -> change(status.get(), change);
      case AdminLine.Transfer(OptionalInt target) -> transfer(status.get(), target);
      case AdminLine.Snapshot _ -> snapshot();
      case UserLine line -> users.run(line, caller);
      case AdminLine.ReloadCerts _ -> reloadCerts();
    };
  }

  // ---- membership ----

  private AdminReply change(Status status, AdminLine.Change wish) {
    Optional<AdminReply> elsewhere = elsewhere(status);
    if (elsewhere.isPresent()) return elsewhere.get();
    Plan plan = plan(status, wish);
    if (plan instanceof Plan.Change
        && newcomer(status, wish) instanceof Newcomer(int id, Address at)) {
      Optional<String> silence = rejection(id, at);
      if (silence.isPresent()) plan = new Plan.Refusal(silence.get());
    }
    if (plan instanceof Plan.Change && !isHeardByMajority())
      plan = new Plan.Refusal(noMajority(status.membership()));
    return switch (plan) {
      case Plan.Refusal(String why) -> refused(why);
      case Plan.Nothing(String says, Completion completion) ->
          reply(wish, says, completion).reply();
      case Plan.Change change when wish.dryRun() ->
          reply(wish, change.says(), change.completion()).reply();
      case Plan.Change change -> carryOut(wish, change);
    };
  }

  private Plan plan(Status status, AdminLine.Change wish) {
    Planner planner =
        new Planner(status.membership(), parts.report.alive(status), parts.places.addresses);
    return switch (wish) {
      case AdminLine.Add add when add.learner() -> planner.addLearner(add.id(), add.address());
      case AdminLine.Add add -> planner.add(add.id(), add.address());
      case AdminLine.Promote promote -> planner.promote(promote.id());
      case AdminLine.Remove remove -> planner.remove(remove.id());
      case AdminLine.Replace swap -> planner.replace(swap.old(), swap.next(), swap.address());
    };
  }

  /// Whether a majority of the voters answers now, which a change needs: a read asks them.
  boolean isHeardByMajority() {
    Operation.Get read = new Operation.Get(Bytes.EMPTY);
    Outcome outcome =
        ReplicaQueries.outcome(
            MAJORITY_MILLIS_MAX,
            reply -> replica.read(Caller.MEMBER, read, new ReadConsistency.Linearizable(), reply));
    return outcome instanceof Outcome.Done;
  }

  private static String noMajority(Membership membership) {
    return "the voters are "
        + EventLog.names(membership.voters())
        + ", and no majority of them answers: the change could not be committed, and was not begun";
  }

  private record Newcomer(int id, Address address) {}

  private Optional<String> rejection(int id, Address at) {
    InetSocketAddress place = new InetSocketAddress(at.host(), at.peerPort());
    return parts.places.probe.rejection(id, place, PROBE_MILLIS_MAX);
  }

  /// The server that a wish brings in; null when it brings in none.
  private static Newcomer newcomer(Status status, AdminLine.Change wish) {
    return switch (wish) {
      case AdminLine.Add add -> new Newcomer(add.id(), add.address());
      case AdminLine.Replace swap when !status.membership().contains(swap.next()) ->
          new Newcomer(swap.next(), swap.address());
      case AdminLine.Replace _, AdminLine.Promote _, AdminLine.Remove _ -> null;
    };
  }

  private AdminReply carryOut(AdminLine.Change wish, Plan.Change change) {
    parts.eventLog.info("accepts an admin request: " + change.says());
    Outcome outcome = queries.outcome(reply -> replica.changeMembership(change.target(), reply));
    return switch (outcome) {
      case Outcome.Done _ -> reply(wish, change.says(), change.completion()).reply();
      case Outcome.NotLeader(int leader) -> redirect(leader);
      case Outcome.Busy(String reason) -> refused(reason);
      case Outcome.NoMemory() -> refused(Outcome.NoMemory.REASON);
      case Outcome.Refused(String reason) -> refused(reason);
      case Outcome.Unknown() ->
          refused(
              "the outcome is unknown: the change may be committed now, or as soon as a"
                  + " majority of the voters answers; see 'admin members'");
    };
  }

  /// The steps that are left of a replacement are this leader's to take, and no other's.
  private JsonObjectBuilder reply(AdminLine.Change wish, String says, Completion completion) {
    boolean done = completion == Completion.COMPLETE;
    String rest = "";
    if (!done && wish instanceof AdminLine.Replace swap) {
      if (!wish.dryRun()) goOn(swap);
      rest = REST;
    }
    return JsonObjectBuilder.ok()
        .put("says", says + rest)
        .put("done", done)
        .put("dryRun", wish.dryRun());
  }

  private synchronized void goOn(AdminLine.Replace swap) {
    if (swap.equals(replacing)) return;
    boolean idle = replacing == null;
    replacing = swap;
    if (idle) threads.schedule(this::drive, REPLACE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Takes the next step of the replacement that is under way.
  private void drive() {
    AdminLine.Replace swap = replacement();
    boolean over =
        switch (nextStep(swap)) {
          case Plan.Refusal(String why) -> {
            parts.eventLog.warn("gives up replacing server " + swap.old() + ": " + why);
            yield true;
          }
          case Plan.Nothing(String _, Completion completion) -> completion == Completion.COMPLETE;
          case Plan.Change change -> {
            carryOut(swap, change);
            yield false;
          }
        };
    again(swap, over);
  }

  private Plan nextStep(AdminLine.Replace swap) {
    Optional<Status> status = queries.status();
    if (status.isEmpty()) return new Plan.Refusal(SILENT);
    Plan plan = plan(status.get(), swap);
    boolean done =
        plan instanceof Plan.Nothing nothing && nothing.completion() == Completion.COMPLETE;
    return done || status.get().isLeader()
        ? plan
        : new Plan.Refusal("this server does not lead any more; ask the new leader for it");
  }

  private synchronized AdminLine.Replace replacement() {
    return replacing;
  }

  private synchronized void again(AdminLine.Replace done, boolean over) {
    if (over && done.equals(replacing)) replacing = null;
    if (replacing != null && !threads.isShutdown())
      threads.schedule(this::drive, REPLACE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// What to answer when this server does not lead; empty when it does.
  private static Optional<AdminReply> elsewhere(Status status) {
    return status.isLeader() ? Optional.empty() : Optional.of(redirect(status.role().leader()));
  }

  static AdminReply redirect(int leader) {
    return leader == Membership.NONE
        ? refused("no leader is known at the moment")
        : new AdminReply.Redirect(leader);
  }

  // ---- the rest ----

  private AdminReply transfer(Status status, OptionalInt wanted) {
    Optional<AdminReply> elsewhere = elsewhere(status);
    if (elsewhere.isPresent()) return elsewhere.get();
    if (wanted.isPresent()) {
      int wish = wanted.getAsInt();
      if (wish == status.role().id())
        return JsonObjectBuilder.ok().put("leader", wish).put("says", "it leads already").reply();
      if (!status.membership().voters().contains(wish))
        return refused("server " + wish + " is no voter");
      if (!parts.report.alive(status).contains(wish))
        return refused("server " + wish + " does not answer");
    }
    int target = wanted.orElse(Membership.NONE);
    long deadline = System.nanoTime() + parts.leading.transferMillisMax * NANOS_PER_MILLI;
    Outcome outcome = transferLeadership(target, deadline);
    return switch (outcome) {
      case Outcome.Done _ -> transferred(status, deadline);
      case Outcome.NotLeader(int leader) -> redirect(leader);
      case Outcome.Busy(String reason) -> refused(reason);
      case Outcome.NoMemory() -> refused(Outcome.NoMemory.REASON);
      case Outcome.Refused(String _) -> refused("no other voter can become leader");
      case Outcome.Unknown() -> refused("the outcome is unknown: the transfer may have begun");
    };
  }

  private Outcome transferLeadership(int target, long deadlineNanos) {
    long millis = Math.max(1, (deadlineNanos - System.nanoTime()) / NANOS_PER_MILLI);
    return ReplicaQueries.outcome(millis, reply -> replica.transfer(target, reply));
  }

  private AdminReply transferred(Status before, long deadlineNanos) {
    int leader = awaitSuccessor(before, deadlineNanos);
    return leader == Membership.NONE
        ? refused("the transfer did not end in time")
        : JsonObjectBuilder.ok()
            .put("leader", leader)
            .put("says", "server " + leader + " leads")
            .reply();
  }

  /// Waits until another server leads. Returns its id, or [Membership#NONE] after the deadline.
  private int awaitSuccessor(Status before, long deadlineNanos) {
    do {
      Status now = queries.status().orElse(before);
      if (now.role().leader() != before.role().id() && now.role().leader() != Membership.NONE)
        return now.role().leader();
    } while (parts.leading.changes.await(deadlineNanos));
    return Membership.NONE;
  }

  /// Transfers leadership of this server, which leads, to another. Returns whether that leads now.
  boolean transferTo(Status status, int target) {
    long deadline = System.nanoTime() + parts.leading.transferMillisMax * NANOS_PER_MILLI;
    return transferLeadership(target, deadline) instanceof Outcome.Done
        && awaitSuccessor(status, deadline) == target;
  }

  /// Transfers leadership, if this server leads.
  ///
  /// @return whether another server leads now
  boolean leave(long deadlineNanos) {
    Optional<Status> status = queries.status();
    if (status.isEmpty() || !status.get().isLeader()) return false;
    if (!canFollow(status.get())) return false;
    if (!(transferLeadership(Membership.NONE, deadlineNanos) instanceof Outcome.Done)) return false;
    return awaitSuccessor(status.get(), deadlineNanos) != Membership.NONE;
  }

  /// Whether the others, as far as they answer, can elect a leader without this server.
  private boolean canFollow(Status status) {
    SortedSet<Integer> voters = new TreeSet<>(status.membership().voters());
    int majority = voters.size() / 2 + 1;
    voters.remove(status.role().id());
    voters.retainAll(parts.report.alive(status));
    return voters.size() >= majority;
  }

  private AdminReply reloadCerts() {
    ServerTls tls = parts.places.tls;
    if (tls.isOff()) return refused("no port of this server has TLS");
    try {
      tls.reload();
      return JsonObjectBuilder.ok().put("says", "the TLS files are read again").reply();
    } catch (TlsException e) {
      parts.eventLog.warn("goes on with old TLS files: " + e.getMessage());
      return refused(e.getMessage());
    }
  }

  private AdminReply snapshot() {
    Outcome outcome = queries.outcome(replica::takeSnapshot);
    return switch (outcome) {
      case Outcome.Done _ -> JsonObjectBuilder.ok().put("says", "a snapshot has begun").reply();
      case Outcome.Busy(String reason) -> refused(reason);
      case Outcome.NoMemory() -> refused(Outcome.NoMemory.REASON);
      case Outcome.Refused(String reason) -> refused(reason);
      case Outcome.NotLeader _, Outcome.Unknown _ -> refused(STOPPING);
    };
  }

  private void backup(Consumer<AdminReply> reply) {
    boolean submitted =
        replica.backup(
            backup ->
                reply.accept(
                    switch (backup) {
                      case Backup.Snapshot(SnapshotMeta meta) ->
                          parts.report.backup(meta).put("ok", true).reply();
                      case Backup.Busy(String reason) -> refused(reason);
                      case Backup.Failed(String reason) -> refused(reason);
                      case Backup.Chunk _ -> new AdminReply.InternalError();
                    }));
    if (!submitted) reply.accept(refused(STOPPING));
  }

  /// Replies with a chunk, or with an error: a chunk's bytes could look like a JSON object.
  private void chunk(AdminLine.Chunk line, Consumer<AdminReply> reply) {
    BackupChunk wanted = new BackupChunk(new EntryId(line.index(), line.term()), line.number());
    boolean submitted =
        replica.backupChunk(
            wanted,
            backup ->
                reply.accept(
                    switch (backup) {
                      case Backup.Chunk(Bytes data) -> new AdminReply.Value(data);
                      case Backup.Snapshot _, Backup.Busy _, Backup.Failed _ ->
                          new AdminReply.InternalError();
                    }));
    if (!submitted) reply.accept(new AdminReply.InternalError());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  static AdminReply refused(String why) {
    return JsonObjectBuilder.refusal(why).reply();
  }
}
