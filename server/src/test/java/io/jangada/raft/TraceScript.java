package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Runs the commands of a golden trace. One command a line, `#` begins a comment:
///
/// ```
/// cluster 5 [lease=N pace=N quorum-only retained=N message-entries=N window=N priority=n1:N]
///           [spread-timeouts]      election timeouts of 12, 14, 16 ... ticks, not all the longest
/// member n4 [knows=n1,n2,n3]        a member that is not in the first membership
/// log n1 1 1 4 4                    preset: the terms of its entries; (their commands are empty)
/// term n1 7                         preset: a term later than its log's last
/// start [n1,n2]                     all members, or these
///
/// elect n1 [votes n2,n3]            its clock runs out, these vote, others hear nothing
/// timeout n1                        its clock alone runs out
/// tick N [n1,n2]                    time for all, or for these; nothing is delivered
/// run N                             time for all, everything delivered after each tick
/// propose n1 "a" [lost-to n2,n3]    read n1 [witness n2]
/// change n1 voters=n1,n2 [learners=n4] [joining=n4]       transfer n1 [n2]
///
/// settle [n1,n2]                    deliver (among these) until nobody has anything to say
/// deliver FROM->TO [Type]           once what is on its way now; * for anybody
/// newest FROM->TO [Type]            only the newest: it overtakes the others
/// lose FROM->TO [Type]              repeat FROM->TO [Type]: deliver, and keep a copy on its way
/// cut n1->n2 | cut n1-n2            partition n1,n2 | n3      isolate n1      heal
/// crash n1      restart n1          snapshot n1
/// hold-disk n1  sync n1 [N]         free-disk n1
///
/// logs [n1,n2]                      prints state and log
/// quietly COMMAND                   does it without a word
/// ```
final class TraceScript {
  private final Narrator narrator = new Narrator();
  private RaftCluster cluster;

  /// Runs commands and returns what happened.
  List<String> run(List<String> commands) {
    for (String command : commands) {
      String text = command.strip();
      if (text.isEmpty() || text.startsWith("#")) continue;
      try {
        narrator.muted = text.startsWith("quietly ");
        run(new Words(narrator.muted ? text.substring("quietly ".length()) : text));
      } catch (RuntimeException e) {
        throw new IllegalStateException("at '" + text + "': " + e.getMessage(), e);
      }
    }
    List<String> said = List.copyOf(narrator.lines);
    narrator.lines.clear();
    return said;
  }

  private void run(Words words) {
    switch (words.next()) {
      case "cluster", "member", "log", "term", "start" -> setUp(words);
      case "deliver", "newest", "lose", "repeat", "settle" -> messages(words);
      case "cut", "partition", "isolate", "heal" -> links(words);
      case "crash", "restart", "hold-disk", "sync", "free-disk", "snapshot" -> machine(words);
      case "elect", "timeout", "tick", "run" -> time(words);
      case "propose", "read", "change", "transfer" -> ask(words);
      case "logs" -> {
        for (int id : words.membersOr(cluster.members.keySet()))
          narrator.say(Narrator.status(cluster.member(id)));
      }
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  private void setUp(Words words) {
    switch (words.again()) {
      case "cluster" -> {
        int count = Integer.parseInt(words.next());
        SortedMap<String, String> options = words.options();
        boolean spread = options.remove("spread-timeouts") != null;
        cluster = new RaftCluster(count, config -> tuned(config, options));
        if (spread) cluster.members.values().forEach(m -> ((Dice) m.random).next = 2 * m.id);
        cluster.listener = narrator;
      }
      case "member" -> {
        int id = words.member();
        List<Integer> known = words.members("knows=", List.of(1));
        cluster.add(RaftCluster.configOf(id, known), new Dice());
      }
      case "log" -> {
        MemberDisk disk = cluster.member(words.member()).disk;
        List<Entry> log = new ArrayList<>();
        while (words.hasNext()) {
          long term = Long.parseLong(words.next());
          long index = log.size() + 1L;
          log.add(new Entry(index, term, Entry.Kind.COMMAND, Bytes.EMPTY));
        }
        disk.preset(new HardState(log.getLast().term(), Membership.NONE), log);
      }
      case "term" -> {
        MemberDisk disk = cluster.member(words.member()).disk;
        disk.preset(new HardState(Long.parseLong(words.next()), Membership.NONE), List.of());
      }
      case "start" -> {
        narrator.muted = true;
        words.membersOr(cluster.members.keySet()).forEach(cluster::restart);
      }
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  private static RaftConfig tuned(RaftConfig config, SortedMap<String, String> options) {
    RaftConfig tuned = config;
    for (var option : options.entrySet()) {
      String value = option.getValue();
      RaftConfig.TrafficPolicy thrift = tuned.traffic();
      tuned =
          switch (option.getKey()) {
            case "lease" -> tuned.withLeaseTicks(Integer.parseInt(value));
            case "quorum-only" ->
                tuned.withTraffic(new RaftConfig.TrafficPolicy(true, thrift.paceTicks(), 0));
            case "pace" ->
                tuned.withTraffic(
                    new RaftConfig.TrafficPolicy(thrift.quorumOnly(), Integer.parseInt(value), 0));
            case "priority" -> {
              String[] parts = value.split(":");
              yield parts[0].equals("n" + config.id())
                  ? tuned.withPriority(Integer.parseInt(parts[1]))
                  : tuned;
            }
            default -> tuned.withLimits(limited(tuned.limits(), option.getKey(), value));
          };
    }
    return tuned;
  }

  private static RaftConfig.Limits limited(RaftConfig.Limits limits, String name, String value) {
    TestLimits tuned = TestLimits.of(limits);
    int number = Integer.parseInt(value);
    return switch (name) {
      case "retained" -> tuned.retainedBytes(number).get();
      case "message-entries" -> tuned.messageEntriesMax(number).get();
      case "window" -> tuned.inflightMessagesMax(number).get();
      default -> throw new IllegalArgumentException("unknown option " + name);
    };
  }

  private void messages(Words words) {
    switch (words.again()) {
      case "settle" -> cluster.settle(RaftCluster.among(words.membersOr(cluster.members.keySet())));
      case "deliver" -> some(cluster.deliver(words.messages()));
      case "lose" -> some(cluster.lose(words.messages()));
      case "newest" -> {
        Predicate<Message> which = words.messages();
        List<Message> all = cluster.pool.stream().filter(which).toList();
        some(all.size());
        cluster.pool.removeLastOccurrence(all.getLast());
        cluster.deliver(all.getLast());
      }
      case "repeat" -> {
        List<Message> chosen = cluster.take(words.messages());
        some(chosen.size());
        chosen.forEach(cluster::deliver);
        cluster.pool.addAll(chosen);
      }
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  private static void some(int count) {
    if (count == 0) throw new IllegalArgumentException("no such message is on its way");
  }

  private void links(Words words) {
    switch (words.again()) {
      case "cut" -> {
        while (words.hasNext()) {
          String link = words.next();
          boolean oneWay = link.contains("->");
          String[] ends = link.split(oneWay ? "->" : "-");
          int a = Words.member(ends[0]);
          int b = Words.member(ends[1]);
          if (oneWay) cluster.cut.add(RaftCluster.link(a, b));
          else cluster.cutBoth(a, b);
        }
      }
      case "partition" -> {
        List<List<Integer>> groups = new ArrayList<>();
        for (String group : words.rest().split("\\|")) groups.add(Words.members(group.strip()));
        cluster.partition(groups);
      }
      case "isolate" -> cluster.isolate(words.member());
      case "heal" -> cluster.heal();
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  private void machine(Words words) {
    String command = words.again();
    int id = words.member();
    MemberDisk disk = cluster.member(id).disk;
    switch (command) {
      case "crash" -> cluster.crash(id);
      case "restart" -> {
        cluster.restart(id);
        narrator.say("starts: " + Narrator.status(cluster.member(id)));
      }
      case "snapshot" -> cluster.snapshot(id);
      case "hold-disk" -> disk.automatic = false;
      case "free-disk" -> {
        while (cluster.sync(id)) continue;
        disk.automatic = true;
      }
      case "sync" -> {
        int count = words.hasNext() ? Integer.parseInt(words.next()) : Integer.MAX_VALUE;
        for (int i = 0; i < count && cluster.sync(id); i++) continue;
      }
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  private void time(Words words) {
    switch (words.again()) {
      case "elect" -> {
        int id = words.member();
        words.skip("votes");
        cluster.elect(id, words.membersOr(cluster.members.keySet()));
      }
      case "timeout" -> cluster.timeOut(words.member());
      case "tick" -> {
        int count = Integer.parseInt(words.next());
        List<Integer> ids = words.membersOr(cluster.members.keySet());
        for (int i = 0; i < count; i++)
          for (int id : ids) if (cluster.member(id).isUp()) cluster.tick(id);
      }
      case "run" -> cluster.run(Integer.parseInt(words.next()));
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  private void ask(Words words) {
    String command = words.again();
    int id = words.member();
    switch (command) {
      case "propose" -> {
        String quoted = words.next();
        cluster.propose(id, quoted.substring(1, quoted.length() - 1));
        if (words.skip("lost-to")) {
          List<Integer> deaf = words.membersOr(List.of());
          cluster.lose(m -> m.from() == id && deaf.contains(m.to()));
        }
      }
      case "read" -> cluster.read(id, words.skip("witness") ? words.member() : Membership.NONE);
      case "change" -> {
        List<Integer> voters = words.members("voters=", List.of());
        List<Integer> learners = words.members("learners=", List.of());
        List<Integer> joining = words.members("joining=", List.of());
        cluster.change(id, new Membership(voters, List.of(), learners, joining));
      }
      case "transfer" -> cluster.transfer(id, words.hasNext() ? words.member() : Membership.NONE);
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  /// The words of one command.
  private static final class Words {
    private final List<String> words;
    private int at;

    Words(String line) {
      words = Arrays.asList(line.split("\\s+"));
    }

    boolean hasNext() {
      return at < words.size();
    }

    String next() {
      if (!hasNext()) throw new IllegalArgumentException("a word is missing");
      return words.get(at++);
    }

    /// The command's own name, once more.
    String again() {
      return words.getFirst();
    }

    boolean skip(String word) {
      boolean there = hasNext() && words.get(at).equals(word);
      if (there) at++;
      return there;
    }

    String rest() {
      String rest = String.join(" ", words.subList(at, words.size()));
      at = words.size();
      return rest;
    }

    int member() {
      return member(next());
    }

    static int member(String name) {
      if (!name.matches("n\\d+")) throw new IllegalArgumentException("no member: " + name);
      return Integer.parseInt(name.substring(1));
    }

    static List<Integer> members(String names) {
      return Arrays.stream(names.split(",")).map(Words::member).toList();
    }

    List<Integer> membersOr(Iterable<Integer> otherwise) {
      if (hasNext()) return members(next());
      List<Integer> all = new ArrayList<>();
      otherwise.forEach(all::add);
      return all;
    }

    List<Integer> members(String prefix, List<Integer> otherwise) {
      for (String word : words)
        if (word.startsWith(prefix)) return members(word.substring(prefix.length()));
      return otherwise;
    }

    SortedMap<String, String> options() {
      SortedMap<String, String> options = new TreeMap<>();
      while (hasNext()) {
        String[] parts = next().split("=", 2);
        options.put(parts[0], parts.length > 1 ? parts[1] : "");
      }
      return options;
    }

    Predicate<Message> messages() {
      String[] ends = next().split("->");
      Predicate<Message> which = m -> true;
      if (!ends[0].equals("*")) which = which.and(RaftCluster.from(member(ends[0])));
      if (!ends[1].equals("*")) which = which.and(RaftCluster.to(member(ends[1])));
      if (!hasNext()) return which;
      String type = next();
      return which.and(m -> m.getClass().getSimpleName().equals(type));
    }
  }
}
