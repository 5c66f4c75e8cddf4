package io.jangada.demo;

import io.jangada.bytes.Bytes;
import io.jangada.cli.Durations;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.raft.Membership;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Makes a [Command] out of a line, or says what is wrong with it. A line that names the leader is
/// understood once there is one.
final class CommandParser {
  static final long WAIT_MILLIS_MAX = 600_000;

  static final List<String> HELP =
      List.of(
          "get KEY                   read, linearizably",
          "set KEY VALUE [TTL]       write; a TTL such as 500ms, 10s or 5m lets it expire.",
          "                          A value that is there is replaced (jangada set leaves it)",
          "cas KEY OLD NEW           write NEW if the value is OLD",
          "delete KEY                remove",
          "@2 get KEY                ask n2 instead of the leader; so for set, cas and delete",
          "status                    how each member stands",
          "kill 2 | leader | all     end members as kill -9 would",
          "start 2 | all             start them again on what their disks hold",
          "pause 1, resume 1         stop processes, let them go on (with --processes)",
          "partition 1 | 1,2         cut these members off from the others",
          "heal                      make the network whole again",
          "transfer 3                hand the lead to n3",
          "snapshot                  each member makes a snapshot and drops its log before it",
          "wait [2s]                 wait so long; or until all who can be reached are up to date",
          "help, quit");

  private final DemoCluster cluster;

  CommandParser(DemoCluster cluster) {
    this.cluster = cluster;
  }

  /// What the line asks for; nothing for a line without words.
  Optional<Command> parse(String line) throws Complaint, InterruptedException {
    List<String> words = Words.of(line);
    if (words.isEmpty()) return Optional.empty();
    int member = Membership.NONE;
    if (words.getFirst().startsWith("@")) {
      member = member(words.getFirst().substring(1));
      words = words.subList(1, words.size());
      if (words.isEmpty()) throw new Complaint("what is to be asked of n" + member + "?");
    }
    String verb = words.getFirst().toLowerCase(Locale.ROOT);
    List<String> rest = words.subList(1, words.size());
    Operation operation = operation(verb, rest);
    if (operation != null) return Optional.of(new Command.Ask(operation, member));
    if (member != Membership.NONE)
      throw new Complaint("only get, set, cas and delete can be asked of one member");
    return Optional.of(other(verb, rest));
  }

  private static Operation operation(String verb, List<String> rest) throws Complaint {
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

  private Command other(String verb, List<String> rest) throws Complaint, InterruptedException {
    return switch (verb) {
      case "kill" -> new Command.Kill(members(rest, "kill 2"));
      case "start" -> new Command.Start(members(rest, "start 2"));
      case "pause" -> new Command.Pause(members(rest, "pause 2"));
      case "resume" -> new Command.Resume(members(rest, "resume 2"));
      case "partition" -> new Command.Partition(side(rest));
      case "transfer" -> {
        need(rest, 1, 1, "transfer 3");
        yield new Command.Transfer(member(rest.getFirst()));
      }
      case "wait" -> {
        need(rest, 0, 1, "wait [2s]");
        yield new Command.Wait(rest.isEmpty() ? 0 : waiting(rest.getFirst()));
      }
      case "status" -> alone(rest, new Command.ShowStatus());
      case "heal" -> alone(rest, new Command.Heal());
      case "snapshot" -> alone(rest, new Command.Snapshot());
      case "help", "?" -> alone(rest, new Command.Help());
      case "quit", "exit" -> alone(rest, new Command.Quit());
      default -> throw new Complaint("there is no command " + Words.quote(verb) + "; try 'help'");
    };
  }

  private static Command alone(List<String> rest, Command command) throws Complaint {
    if (!rest.isEmpty()) throw new Complaint("nothing can follow that command");
    return command;
  }

  private static void need(List<String> rest, int min, int max, String usage) throws Complaint {
    if (rest.size() < min || rest.size() > max) throw new Complaint("it goes: " + usage);
  }

  private static Bytes key(List<String> rest) throws Complaint {
    if (rest.getFirst().isEmpty()) throw new Complaint("a key has at least one character");
    return Bytes.utf8(rest.getFirst());
  }

  private static long duration(String text) throws Complaint {
    long millis = Durations.parseMillis(text);
    if (millis < 1)
      throw new Complaint(Words.quote(text) + " is no duration such as 500ms, 10s or 5m");
    return millis;
  }

  private static long waiting(String text) throws Complaint {
    long millis = duration(text);
    if (millis > WAIT_MILLIS_MAX) throw new Complaint("10m is the longest wait");
    return millis;
  }

  private SortedSet<Integer> side(List<String> rest) throws Complaint, InterruptedException {
    SortedSet<Integer> side = members(rest, "partition 1 (or 1,2)");
    if (side.size() == cluster.ids().size())
      throw new Complaint("those are all members: nobody is left to cut them off from");
    return side;
  }

  private SortedSet<Integer> members(List<String> rest, String usage)
      throws Complaint, InterruptedException {
    SortedSet<Integer> members = new TreeSet<>();
    for (String word : rest)
      for (String name : word.split(",")) {
        if (name.equals("all")) members.addAll(cluster.ids());
        else if (!name.isEmpty()) members.add(member(name));
      }
    if (members.isEmpty()) throw new Complaint("it goes: " + usage);
    return members;
  }

  private int member(String name) throws Complaint, InterruptedException {
    if (name.equals("leader")) {
      Leadership.Lead lead = cluster.awaitLead();
      if (!lead.isKnown()) throw new Complaint("nobody leads");
      return lead.member();
    }
    String digits = name.startsWith("n") ? name.substring(1) : name;
    int id = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 0;
    if (!cluster.ids().contains(id))
      throw new Complaint(
          "there is no member " + Words.quote(name) + ", only " + Story.names(cluster.ids()));
    return id;
  }
}
