package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.link.Probe;
import io.jangada.node.Backup;
import io.jangada.node.BackupChunk;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Status;
import io.jangada.protocol.text.AdminHandler;
import io.jangada.protocol.text.AdminReply;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
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
  private static final String STOPPING = "the server is about to stop";
  private static final int THREADS = 4;
  private static final int COMMANDS_MAX = 64;
  private static final int PROBE_MILLIS_MAX = 1_000;
  private static final long MAJORITY_MILLIS_MAX = 1_000;
  private static final long REPLACE_MILLIS = 500;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// @param probe looks whether a server is where it is said to be
  /// @param turn told of what happens in the protocol
  /// @param transferMillisMax how long a handover may take
  record Parts(
      ReplicaQueries questions,
      StatusJson report,
      Addresses addresses,
      EventLog journal,
      ChangeSignal changes,
      Probe probe,
      long transferMillisMax) {}

  private final Parts parts;
  private final ReplicaQueries questions;
  private final Semaphore free = new Semaphore(COMMANDS_MAX);
  private final ScheduledThreadPoolExecutor threads;

  /// The replacement that goes on by itself as long as this server leads.
  private AdminLine.Replace replacing;

  AdminCommands(String name, Parts parts) {
    this.parts = parts;
    this.questions = parts.questions;
    this.threads =
        new ScheduledThreadPoolExecutor(
            THREADS, task -> Thread.ofPlatform().name(name).daemon(true).unstarted(task));
  }

  @Override
  public void run(List<String> words, Consumer<AdminReply> reply) {
    Optional<AdminLine> line = AdminLine.read(words);
    if (line.isEmpty()) {
      reply.accept(new AdminReply.CommandError());
    } else if (!free.tryAcquire()) {
      reply.accept(JsonObjectBuilder.refusal("too many admin commands at once").reply());
    } else {
      begin(line.get(), reply);
    }
  }

  private void begin(AdminLine line, Consumer<AdminReply> reply) {
    Consumer<AdminReply> end =
        answer -> {
          free.release();
          reply.accept(answer);
        };
    try {
      switch (line) {
        case AdminLine.Backup _ -> backup(end);
        case AdminLine.Chunk chunk -> chunk(chunk, end);
        case AdminLine.Status _,
            AdminLine.Members _,
            AdminLine.Add _,
            AdminLine.Promote _,
            AdminLine.Remove _,
            AdminLine.Replace _,
            AdminLine.Transfer _,
            AdminLine.Snapshot _ ->
            threads.execute(() -> answer(line, end));
      }
    } catch (RejectedExecutionException e) {
      end.accept(JsonObjectBuilder.refusal(STOPPING).reply());
    }
  }

  private void answer(AdminLine line, Consumer<AdminReply> reply) {
    AdminReply answer = new AdminReply.InternalError();
    try {
      answer = carryOut(line);
    } catch (RuntimeException e) {
      parts.journal.error("could not carry out " + line + ": " + e, e);
    } finally {
      reply.accept(answer);
    }
  }

  private AdminReply carryOut(AdminLine line) {
    Optional<Status> status = questions.status();
    if (status.isEmpty())
      return JsonObjectBuilder.refusal("the server does not say how it stands").reply();
    return switch (line) {
      case AdminLine.Status _ -> parts.report.status(status.get()).put("ok", true).reply();
      case AdminLine.Members _ -> parts.report.members(status.get()).put("ok", true).reply();
      case AdminLine.Add add -> change(status.get(), add, add.dryRun());
      case AdminLine.Promote promote -> change(status.get(), promote, promote.dryRun());
      case AdminLine.Remove remove -> change(status.get(), remove, remove.dryRun());
      case AdminLine.Replace replace -> change(status.get(), replace, replace.dryRun());
      case AdminLine.Transfer(OptionalInt target) -> transfer(status.get(), target);
      case AdminLine.Snapshot _ -> snapshot();
      case AdminLine.Backup _, AdminLine.Chunk _ -> new AdminReply.CommandError();
    };
  }

  // ---- membership ----

  private AdminReply change(Status status, AdminLine wish, boolean dryRun) {
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
      case Plan.Refusal(String why) -> JsonObjectBuilder.refusal(why).reply();
      case Plan.Nothing(String says, boolean done) -> said(wish, says, done, dryRun).reply();
      case Plan.Change change when dryRun -> said(wish, change.says(), change.done(), true).reply();
      case Plan.Change change -> carryOut(wish, change);
    };
  }

  private Plan plan(Status status, AdminLine wish) {
    Planner planner = new Planner(status.membership(), parts.report.alive(status), parts.addresses);
    return switch (wish) {
      case AdminLine.Add add -> planner.add(add.id(), add.address(), add.learner());
      case AdminLine.Promote promote -> planner.promote(promote.id());
      case AdminLine.Remove remove -> planner.remove(remove.id());
      case AdminLine.Replace swap -> planner.replace(swap.old(), swap.next(), swap.address());
      case AdminLine.Status _,
          AdminLine.Members _,
          AdminLine.Transfer _,
          AdminLine.Snapshot _,
          AdminLine.Backup _,
          AdminLine.Chunk _ ->
          throw new IllegalArgumentException("no wish about the membership: " + wish);
    };
  }

  /// Whether a majority of the voters answers now, which a change needs: a read asks them.
  private boolean isHeardByMajority() {
    Operation.Get read = new Operation.Get(Bytes.EMPTY);
    Outcome outcome =
        ReplicaQueries.outcome(
            MAJORITY_MILLIS_MAX,
            reply -> questions.replica().read(read, new ReadConsistency.Linearizable(), reply));
    return outcome instanceof Outcome.Done;
  }

  private static String noMajority(Membership membership) {
    return "the voters are "
        + EventLog.names(membership.voters())
        + ", and no majority of them answers: they could not decide it, and nothing was changed";
  }

  private record Newcomer(int id, Address address) {}

  private Optional<String> rejection(int id, Address at) {
    InetSocketAddress place = new InetSocketAddress(at.host(), at.peerPort());
    return parts.probe.rejection(id, place, PROBE_MILLIS_MAX);
  }

  /// The server that a wish brings in; null when it brings in none.
  private static Newcomer newcomer(Status status, AdminLine wish) {
    return switch (wish) {
      case AdminLine.Add add -> new Newcomer(add.id(), add.address());
      case AdminLine.Replace swap when !status.membership().contains(swap.next()) ->
          new Newcomer(swap.next(), swap.address());
      case AdminLine.Replace _,
          AdminLine.Promote _,
          AdminLine.Remove _,
          AdminLine.Status _,
          AdminLine.Members _,
          AdminLine.Transfer _,
          AdminLine.Snapshot _,
          AdminLine.Backup _,
          AdminLine.Chunk _ ->
          null;
    };
  }

  private AdminReply carryOut(AdminLine wish, Plan.Change change) {
    parts.journal.info("is asked: " + change.says());
    Outcome outcome =
        questions.outcome(reply -> questions.replica().changeMembership(change.target(), reply));
    return switch (outcome) {
      case Outcome.Done _ -> said(wish, change.says(), change.done(), false).reply();
      case Outcome.NotLeader(int leader) -> redirect(leader);
      case Outcome.Busy(String reason) -> JsonObjectBuilder.refusal(reason).reply();
      case Outcome.NoMemory() -> JsonObjectBuilder.refusal(Outcome.NoMemory.REASON).reply();
      case Outcome.Refused(String reason) -> JsonObjectBuilder.refusal(reason).reply();
      case Outcome.Unknown() ->
          JsonObjectBuilder.refusal(
                  "it is not known whether that was decided, now or as soon as a majority of the"
                      + " voters answers; see 'admin members'")
              .reply();
    };
  }

  private JsonObjectBuilder said(AdminLine wish, String says, boolean done, boolean dryRun) {
    if (!dryRun && !done && wish instanceof AdminLine.Replace swap) goOn(swap);
    return JsonObjectBuilder.ok().put("says", says).put("done", done).put("dryRun", dryRun);
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
    Optional<Status> status = questions.status();
    boolean over = true;
    if (status.isPresent() && elsewhere(status.get()).isEmpty()) {
      Plan plan = plan(status.get(), swap);
      over =
          switch (plan) {
            case Plan.Refusal(String why) -> {
              parts.journal.warn("gives up replacing server " + swap.old() + ": " + why);
              yield true;
            }
            case Plan.Nothing(String _, boolean done) -> done;
            case Plan.Change change -> {
              carryOut(swap, change);
              yield false;
            }
          };
    }
    again(swap, over);
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
    if (status.leader() == status.id()) return Optional.empty();
    return Optional.of(redirect(status.leader()));
  }

  private static AdminReply redirect(int leader) {
    return leader == Membership.NONE
        ? JsonObjectBuilder.refusal("no leader is known at the moment").reply()
        : new AdminReply.Redirect(leader);
  }

  // ---- the rest ----

  private AdminReply transfer(Status status, OptionalInt wanted) {
    Optional<AdminReply> elsewhere = elsewhere(status);
    if (elsewhere.isPresent()) return elsewhere.get();
    if (wanted.isPresent()) {
      int wish = wanted.getAsInt();
      if (wish == status.id())
        return JsonObjectBuilder.ok().put("leader", wish).put("says", "it leads already").reply();
      if (!status.membership().voters().contains(wish))
        return JsonObjectBuilder.refusal("server " + wish + " is no voter").reply();
      if (!parts.report.alive(status).contains(wish))
        return JsonObjectBuilder.refusal("server " + wish + " does not answer").reply();
    }
    int target = wanted.orElse(Membership.NONE);
    long deadline = System.nanoTime() + parts.transferMillisMax * NANOS_PER_MILLI;
    Outcome outcome = transferLeadership(target, deadline);
    return switch (outcome) {
      case Outcome.Done _ -> transferred(status, deadline);
      case Outcome.NotLeader(int leader) -> redirect(leader);
      case Outcome.Busy(String reason) -> JsonObjectBuilder.refusal(reason).reply();
      case Outcome.NoMemory() -> JsonObjectBuilder.refusal(Outcome.NoMemory.REASON).reply();
      case Outcome.Refused(String _) ->
          JsonObjectBuilder.refusal("there is no other voter that could take the lead").reply();
      case Outcome.Unknown() ->
          JsonObjectBuilder.refusal("it is not known whether it began").reply();
    };
  }

  private Outcome transferLeadership(int target, long deadlineNanos) {
    long millis = Math.max(1, (deadlineNanos - System.nanoTime()) / NANOS_PER_MILLI);
    return ReplicaQueries.outcome(millis, reply -> questions.replica().transfer(target, reply));
  }

  private AdminReply transferred(Status before, long deadlineNanos) {
    int leader = awaitSuccessor(before, deadlineNanos);
    return leader == Membership.NONE
        ? JsonObjectBuilder.refusal("the other did not take the lead in time").reply()
        : JsonObjectBuilder.ok()
            .put("leader", leader)
            .put("says", "server " + leader + " leads")
            .reply();
  }

  /// Waits until somebody else leads. Returns who, or [Membership#NONE] when the time is over.
  private int awaitSuccessor(Status before, long deadlineNanos) {
    do {
      Status now = questions.status().orElse(before);
      if (now.leader() != before.id() && now.leader() != Membership.NONE) return now.leader();
    } while (parts.changes.await(deadlineNanos));
    return Membership.NONE;
  }

  /// Hands the lead over, if this server has it.
  ///
  /// @return whether somebody else leads now
  boolean leave(long deadlineNanos) {
    Optional<Status> status = questions.status();
    if (status.isEmpty() || status.get().leader() != status.get().id()) return false;
    if (!canFollow(status.get())) return false;
    if (!(transferLeadership(Membership.NONE, deadlineNanos) instanceof Outcome.Done)) return false;
    return awaitSuccessor(status.get(), deadlineNanos) != Membership.NONE;
  }

  /// Whether the others, as far as they answer, can elect a leader without this server.
  private boolean canFollow(Status status) {
    SortedSet<Integer> voters = new TreeSet<>(status.membership().voters());
    int majority = voters.size() / 2 + 1;
    voters.remove(status.id());
    voters.retainAll(parts.report.alive(status));
    return voters.size() >= majority;
  }

  private AdminReply snapshot() {
    Outcome outcome = questions.outcome(questions.replica()::takeSnapshot);
    return switch (outcome) {
      case Outcome.Done _ -> JsonObjectBuilder.ok().put("says", "a snapshot has begun").reply();
      case Outcome.Busy(String reason) -> JsonObjectBuilder.refusal(reason).reply();
      case Outcome.NoMemory() -> JsonObjectBuilder.refusal(Outcome.NoMemory.REASON).reply();
      case Outcome.Refused(String reason) -> JsonObjectBuilder.refusal(reason).reply();
      case Outcome.NotLeader _, Outcome.Unknown _ -> JsonObjectBuilder.refusal(STOPPING).reply();
    };
  }

  private void backup(Consumer<AdminReply> reply) {
    boolean asked =
        questions
            .replica()
            .backup(
                backup ->
                    reply.accept(
                        switch (backup) {
                          case Backup.Snapshot(SnapshotMeta meta) ->
                              parts.report.backup(meta).put("ok", true).reply();
                          case Backup.Busy(String reason) ->
                              JsonObjectBuilder.refusal(reason).reply();
                          case Backup.Failed(String reason) ->
                              JsonObjectBuilder.refusal(reason).reply();
                          case Backup.Chunk _ -> new AdminReply.InternalError();
                        }));
    if (!asked) reply.accept(JsonObjectBuilder.refusal(STOPPING).reply());
  }

  /// A chunk's bytes could be any, also those of a JSON object: what is no chunk is an error.
  private void chunk(AdminLine.Chunk line, Consumer<AdminReply> reply) {
    BackupChunk wanted = new BackupChunk(new EntryId(line.index(), line.term()), line.number());
    boolean asked =
        questions
            .replica()
            .backupChunk(
                wanted,
                backup ->
                    reply.accept(
                        switch (backup) {
                          case Backup.Chunk(Bytes data) -> new AdminReply.Value(data);
                          case Backup.Snapshot _, Backup.Busy _, Backup.Failed _ ->
                              new AdminReply.InternalError();
                        }));
    if (!asked) reply.accept(new AdminReply.InternalError());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
