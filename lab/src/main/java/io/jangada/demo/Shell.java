package io.jangada.demo;

import io.jangada.cli.ExitCode;
import io.jangada.cli.shell.UserError;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.Status;
import io.jangada.raft.Membership;
import io.jangada.server.Reasons;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Does what a line asks for and says what came of it. Each line is done before the next is looked
/// at.
final class Shell {
  private static final long REPLY_MILLIS_MAX = 3_000;

  private final DemoCluster cluster;
  private final EventNarrator narrator;
  private final Screen screen;
  private final DemoClient client;
  private final ShellParser parser;
  private final Settling rest;
  private boolean over;
  private DemoClient.Answer lastAnswer;

  Shell(DemoCluster cluster, DemoClient client, EventNarrator narrator, Screen screen) {
    this.cluster = cluster;
    this.client = client;
    this.narrator = narrator;
    this.screen = screen;
    this.parser = new ShellParser(cluster);
    this.rest = new Settling(cluster);
  }

  /// Whether it was asked to quit.
  boolean isOver() {
    return over;
  }

  /// What the last operation on the store came to; null when there was none.
  DemoClient.Answer lastAnswer() {
    return lastAnswer;
  }

  /// @return the exit code that this line alone would deserve
  int run(String line) throws InterruptedException {
    Optional<ShellCommand> command;
    try {
      command = parser.parse(line);
    } catch (UserError complaint) {
      return wrong(complaint);
    }
    if (command.isEmpty()) return ExitCode.OK;
    try {
      return run(command.get());
    } catch (UserError complaint) {
      screen.complain("jangada demo: " + complaint.getMessage());
      return ExitCode.FAILED;
    }
  }

  /// Something was typed that makes no sense.
  int wrong(UserError complaint) {
    screen.complain("jangada demo: " + complaint.getMessage());
    return ExitCode.USAGE;
  }

  private int run(ShellCommand command) throws InterruptedException, UserError {
    return switch (command) {
      case ShellCommand.Ask(Operation operation, int member) -> ask(operation, member);
      case ShellCommand.ShowStatus() -> {
        screen.answer(StatusTable.text(cluster));
        yield ExitCode.OK;
      }
      case ShellCommand.Kill(SortedSet<Integer> members) -> kill(members);
      case ShellCommand.Start(SortedSet<Integer> members) -> start(members);
      case ShellCommand.Partition(SortedSet<Integer> side) -> partition(side);
      case ShellCommand.Heal() -> {
        cluster.heal();
        narrator.narrate("the network is whole again");
        yield ExitCode.OK;
      }
      case ShellCommand.Transfer(int target) -> transfer(target);
      case ShellCommand.Snapshot() -> snapshot();
      case ShellCommand.Wait(long millis) -> await(millis);
      case ShellCommand.Help() -> {
        ShellParser.HELP.forEach(screen::answer);
        yield ExitCode.OK;
      }
      case ShellCommand.Quit() -> {
        over = true;
        yield ExitCode.OK;
      }
    };
  }

  private int ask(Operation operation, int member) throws InterruptedException, UserError {
    if (member != Membership.NONE && !cluster.isUp(member))
      throw new UserError(EventNarrator.name(member) + " is down");
    lastAnswer =
        member == Membership.NONE ? client.ask(operation) : client.askOnce(member, operation);
    ReplyText wording = ReplyText.of(operation, lastAnswer);
    screen.answer(wording.text());
    return wording.code();
  }

  private int kill(SortedSet<Integer> members) throws InterruptedException, UserError {
    SortedSet<Integer> up = new TreeSet<>(members);
    up.removeIf(member -> !cluster.isUp(member));
    if (up.isEmpty()) throw new UserError("down already: " + EventNarrator.names(members));
    for (int member : up) {
      Leadership.Lead lead = cluster.leadership().now();
      boolean led = lead.member() == member;
      boolean gone = cluster.kill(member);
      narrator.narrate(
          member, "is killed" + (led ? ": term " + lead.term() + " has no leader" : ""));
      if (!gone) narrator.narrate(member, "still hangs on its disk and cannot be started again");
    }
    if (!cluster.canServe())
      narrator.narrate("no majority is left: nothing can be read or written");
    return ExitCode.OK;
  }

  private int start(SortedSet<Integer> members) throws InterruptedException, UserError {
    SortedSet<Integer> down = new TreeSet<>(members);
    down.removeIf(cluster::isUp);
    if (down.isEmpty()) throw new UserError("up already: " + EventNarrator.names(members));
    for (int member : down) {
      try {
        cluster.start(member);
      } catch (IOException e) {
        throw new UserError(EventNarrator.name(member) + " does not start: " + Reasons.of(e));
      }
    }
    for (int member : down) {
      Optional<Status> status = cluster.status(member);
      if (status.isPresent())
        narrator.narrate(
            member,
            "starts: its disk has term "
                + status.get().role().term()
                + " and entries up to "
                + status.get().log().last().index());
    }
    return serve(down) ? ExitCode.OK : ExitCode.UNAVAILABLE;
  }

  /// Waits until the started servers have caught up, unless there is no leader to catch up with.
  private boolean serve(Set<Integer> started) throws InterruptedException {
    if (!cluster.canServe()) {
      narrator.narrate("there is no majority yet: nothing can be read or written");
      return true;
    }
    Optional<Settling.Found> found = rest.await();
    if (found.isEmpty()) {
      screen.complain("jangada demo: no leader, or a member that lags, for too long");
      return false;
    }
    SortedSet<Integer> caughtUp = new TreeSet<>(started);
    caughtUp.retainAll(found.get().reached());
    if (!caughtUp.isEmpty())
      narrator.narrate(
          EventNarrator.names(caughtUp)
              + (caughtUp.size() == 1 ? " has" : " have")
              + " caught up: entry "
              + found.get().last()
              + " is applied");
    return true;
  }

  private int partition(SortedSet<Integer> side) throws UserError {
    SortedSet<Integer> others = cluster.ids();
    others.removeAll(side);
    cluster.split(side);
    narrator.narrate(EventNarrator.names(side) + " cut off from " + EventNarrator.names(others));
    if (!cluster.canServe())
      narrator.narrate("no majority is left: nothing can be read or written");
    return ExitCode.OK;
  }

  private int transfer(int target) throws InterruptedException, UserError {
    Leadership.Lead before = cluster.awaitLead();
    if (!before.isKnown()) throw new UserError("no leader that could transfer leadership");
    if (before.member() == target)
      throw new UserError(EventNarrator.name(target) + " leads already");
    if (!cluster.isUp(target)) throw new UserError(EventNarrator.name(target) + " is down");
    Outcome outcome = cluster.transfer(target);
    if (!(outcome instanceof Outcome.Done)) throw new UserError("no transfer: " + text(outcome));
    cluster.leadership().awaitOtherThan(before, REPLY_MILLIS_MAX * 1_000_000);
    // Between the two there may be a moment without a leader.
    Leadership.Lead after = cluster.leadership().now();
    if (!after.isKnown()) cluster.leadership().awaitOtherThan(after, REPLY_MILLIS_MAX * 1_000_000);
    if (cluster.leadership().now().member() == target) return ExitCode.OK;
    throw new UserError(EventNarrator.name(target) + " did not become leader");
  }

  private static String text(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done _ -> "done";
      case Outcome.NotLeader _ -> "the member asked is no longer the leader";
      case Outcome.Busy(String reason) -> reason;
      case Outcome.NoMemory _ -> Outcome.NoMemory.REASON;
      case Outcome.Refused(String reason) -> reason;
      case Outcome.Unknown _ -> "no answer";
    };
  }

  private int snapshot() throws InterruptedException, UserError {
    SortedMap<Integer, Long> begun = new TreeMap<>();
    for (int member : cluster.ids()) {
      if (!cluster.isUp(member)) continue;
      Outcome outcome = cluster.takeSnapshot(member);
      if (outcome instanceof Outcome.Done(Result.Written(long index, long _)))
        begun.put(member, index);
      else narrator.narrate(member, "takes no snapshot: " + text(outcome));
    }
    if (begun.isEmpty()) throw new UserError("no snapshot was taken");
    if (!rest.awaitSnapshots(begun)) throw new UserError("a snapshot was begun and not finished");
    begun.forEach(
        (member, index) -> narrator.narrate(member, "has a snapshot up to index " + index));
    return ExitCode.OK;
  }

  private int await(long millis) throws InterruptedException, UserError {
    if (millis > 0) {
      cluster.pause(millis);
      return ExitCode.OK;
    }
    Optional<Settling.Found> found = rest.await();
    if (found.isEmpty()) {
      screen.complain(
          cluster.canServe()
              ? "jangada demo: no leader, or a member that lags, for too long"
              : "jangada demo: there is no majority to elect a leader");
      return ExitCode.UNAVAILABLE;
    }
    Settling.Found at = found.get();
    narrator.narrate(
        EventNarrator.name(at.leader().role().id())
            + " leads term "
            + at.leader().role().term()
            + "; entry "
            + at.last()
            + " is applied by "
            + EventNarrator.names(at.reached()));
    return ExitCode.OK;
  }
}
