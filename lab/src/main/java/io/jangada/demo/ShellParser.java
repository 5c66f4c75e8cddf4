package io.jangada.demo;

import io.jangada.bytes.Bytes;
import io.jangada.cli.Durations;
import io.jangada.cli.shell.LineWords;
import io.jangada.cli.shell.UserError;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.raft.Membership;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Makes a [ShellCommand] out of a line, or says what is wrong with it. A line that names the
/// leader is understood once there is one.
final class ShellParser {
  static final long WAIT_MILLIS_MAX = 600_000;

  static final List<String> HELP =
      List.of(
          "get KEY                   read, linearizably",
          "set KEY VALUE [TTL]       write; a TTL such as 500ms, 10s or 5m lets it expire.",
          "                          An existing value is replaced (jangada set keeps it)",
          "cas KEY OLD NEW           write NEW if the value is OLD",
          "delete KEY                remove",
          "@2 get KEY                send it to n2, not to the leader; also for set, cas, delete",
          "status                    the status of each member",
          "kill 2 | leader | all     end members as kill -9 would",
          "start 2 | all             start them again with their data",
          "partition 1 | 1,2         partition these members from the others",
          "heal                      end the partition",
          "transfer 3                transfer leadership to n3",
          "snapshot                  each member takes a snapshot and compacts its log",
          "wait [2s]                 wait so long; or until all reachable members are up to date",
          "help, quit");

  private final DemoCluster cluster;

  ShellParser(DemoCluster cluster) {
    this.cluster = cluster;
  }

  /// What the line asks for; nothing for a line without words.
  Optional<ShellCommand> parse(String line) throws UserError, InterruptedException {
    List<String> words = LineWords.of(line);
    if (words.isEmpty()) return Optional.empty();
    int member = Membership.NONE;
    if (words.getFirst().startsWith("@")) {
      member = member(words.getFirst().substring(1));
      words = words.subList(1, words.size());
      if (words.isEmpty()) throw new UserError("a command is needed for n" + member);
    }
    String verb = words.getFirst().toLowerCase(Locale.ROOT);
    List<String> rest = words.subList(1, words.size());
    Operation operation = operation(verb, rest);
    if (operation != null) return Optional.of(new ShellCommand.Ask(operation, member));
    if (member != Membership.NONE)
      throw new UserError("only get, set, cas and delete can be asked of one member");
    return Optional.of(other(verb, rest));
  }

  private static Operation operation(String verb, List<String> rest) throws UserError {
    return switch (verb) {
      case "get" -> {
        need(rest, 1, 1, "get KEY");
        yield new Operation.Get(key(rest));
      }
      case "set" -> {
        need(rest, 2, 3, "set KEY VALUE [TTL]");
        long ttl = rest.size() < 3 ? 0 : duration(rest.get(2));
        yield new Operation.Write(key(rest), Bytes.utf8(rest.get(1)), ttl, new Condition.Always());
      }
      case "cas" -> {
        need(rest, 3, 3, "cas KEY OLD NEW");
        Condition old = new Condition.Value(Bytes.utf8(rest.get(1)));
        yield new Operation.Write(key(rest), Bytes.utf8(rest.get(2)), 0, old);
      }
      case "delete" -> {
        need(rest, 1, 1, "delete KEY");
        yield new Operation.Delete(key(rest), new Condition.Always());
      }
      default -> null;
    };
  }

  private ShellCommand other(String verb, List<String> rest)
      throws UserError, InterruptedException {
    return switch (verb) {
      case "kill" -> new ShellCommand.Kill(members(rest, "kill 2"));
      case "start" -> new ShellCommand.Start(members(rest, "start 2"));
      case "partition" -> new ShellCommand.Partition(side(rest));
      case "transfer" -> {
        need(rest, 1, 1, "transfer 3");
        yield new ShellCommand.Transfer(member(rest.getFirst()));
      }
      case "wait" -> {
        need(rest, 0, 1, "wait [2s]");
        yield new ShellCommand.Wait(rest.isEmpty() ? 0 : waiting(rest.getFirst()));
      }
      case "status" -> alone(rest, new ShellCommand.ShowStatus());
      case "heal" -> alone(rest, new ShellCommand.Heal());
      case "snapshot" -> alone(rest, new ShellCommand.Snapshot());
      case "help", "?" -> alone(rest, new ShellCommand.Help());
      case "quit", "exit" -> alone(rest, new ShellCommand.Quit());
      default ->
          throw new UserError("there is no command " + LineWords.quote(verb) + "; try 'help'");
    };
  }

  private static ShellCommand alone(List<String> rest, ShellCommand command) throws UserError {
    if (!rest.isEmpty()) throw new UserError("nothing can follow that command");
    return command;
  }

  private static void need(List<String> rest, int min, int max, String usage) throws UserError {
    if (rest.size() < min || rest.size() > max) throw new UserError("it goes: " + usage);
  }

  private static Bytes key(List<String> rest) throws UserError {
    if (rest.getFirst().isEmpty()) throw new UserError("a key has at least one character");
    return Bytes.utf8(rest.getFirst());
  }

  private static long duration(String text) throws UserError {
    long millis = Durations.parseMillis(text);
    if (millis < 1)
      throw new UserError(LineWords.quote(text) + " is not a duration such as 500ms, 10s or 5m");
    return millis;
  }

  private static long waiting(String text) throws UserError {
    long millis = duration(text);
    if (millis > WAIT_MILLIS_MAX) throw new UserError("10m is the longest wait");
    return millis;
  }

  private SortedSet<Integer> side(List<String> rest) throws UserError, InterruptedException {
    SortedSet<Integer> side = members(rest, "partition 1 (or 1,2)");
    if (side.size() == cluster.ids().size())
      throw new UserError("those are all members: no member is left on the other side");
    return side;
  }

  private SortedSet<Integer> members(List<String> rest, String usage)
      throws UserError, InterruptedException {
    SortedSet<Integer> members = new TreeSet<>();
    for (String word : rest)
      for (String name : word.split(",")) {
        if (name.equals("all")) members.addAll(cluster.ids());
        else if (!name.isEmpty()) members.add(member(name));
      }
    if (members.isEmpty()) throw new UserError("it goes: " + usage);
    return members;
  }

  private int member(String name) throws UserError, InterruptedException {
    if (name.equals("leader")) {
      Leadership.Lead lead = cluster.awaitLead();
      if (!lead.isKnown()) throw new UserError("no leader");
      return lead.member();
    }
    String digits = name.startsWith("n") ? name.substring(1) : name;
    int id = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 0;
    if (!cluster.ids().contains(id))
      throw new UserError(
          "there is no member "
              + LineWords.quote(name)
              + ", only "
              + EventNarrator.names(cluster.ids()));
    return id;
  }
}
