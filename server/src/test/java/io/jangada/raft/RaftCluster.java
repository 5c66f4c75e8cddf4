package io.jangada.raft;

import io.jangada.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// Several members, every message between them, every disk and every tick under the test's control.
/// Nothing happens by itself, and after each step the laws are checked.
final class RaftCluster {
  /// Hears what happens, for a trace.
  interface Listener {
    void stepping(ClusterMember member);

    void stepped(ClusterMember member, List<RaftEvent> events);

    void delivered(Message message, boolean lost);

    Listener NONE =
        new Listener() {
          @Override
          public void stepping(ClusterMember member) {}

          @Override
          public void stepped(ClusterMember member, List<RaftEvent> events) {}

          @Override
          public void delivered(Message message, boolean lost) {}
        };
  }

  private static final int SETTLE_MESSAGES_MAX = 100_000;

  final SortedMap<Integer, ClusterMember> members = new TreeMap<>();
  final ClusterLaws laws = new ClusterLaws(members);

  /// Messages on their way, in the order in which they were sent.
  final ArrayDeque<Message> pool = new ArrayDeque<>();

  /// Directed links that lose everything, as `from->to`.
  final TreeSet<String> cut = new TreeSet<>();

  Listener listener = Listener.NONE;
  long sentCount;
  private long nextTicket = 1;
  private int wipes;

  /// Members 1 to `count`, not started, with ordinary settings.
  RaftCluster(int count) {
    this(ids(count), config -> config, _ -> new Dice());
  }

  RaftCluster(int count, Function<RaftConfig, RaftConfig> tune) {
    this(ids(count), tune, _ -> new Dice());
  }

  RaftCluster(
      List<Integer> voters,
      Function<RaftConfig, RaftConfig> tune,
      IntFunction<RandomGenerator> random) {
    for (int id : voters) add(tune.apply(configOf(id, voters)), random.apply(id));
  }

  /// Times that are easy to reckon with: elections after 10 to 20 ticks, heartbeats every 3.
  static RaftConfig configOf(int id, List<Integer> voters) {
    return RaftConfig.of(id, Membership.of(voters)).withTimes(10, 20, 3);
  }

  private static List<Integer> ids(int count) {
    List<Integer> ids = new ArrayList<>();
    for (int id = 1; id <= count; id++) ids.add(id);
    return ids;
  }

  /// Adds a member, which is not started yet.
  ClusterMember add(RaftConfig config, RandomGenerator random) {
    ClusterMember member = new ClusterMember(config, random, 16);
    members.put(config.id(), member);
    return member;
  }

  RaftCluster start() {
    members.keySet().forEach(this::restart);
    return this;
  }

  ClusterMember member(int id) {
    return members.get(id);
  }

  RaftNode node(int id) {
    ClusterMember member = members.get(id);
    if (!member.isUp()) throw new IllegalStateException(member + " is down");
    return member.node;
  }

  // ---- steps ----

  void step(int id, Input input) {
    ClusterMember member = members.get(id);
    listener.stepping(member);
    int events = member.events.size();
    node(id).step(input);
    drain(member);
    listener.stepped(member, List.copyOf(member.events.subList(events, member.events.size())));
  }

  private void drain(ClusterMember member) {
    while (true) {
      int reads = member.reads.size();
      Ready ready = member.node.advance();
      member.take(ready);
      laws.stepped(member);
      for (Message message : ready.messages()) {
        laws.sent(message);
        pool.add(message);
        sentCount++;
      }
      for (long ticket : member.reads.subList(reads, member.reads.size()))
        laws.answered(member, ticket);
      if (member.disk.automatic && !member.disk.isIdle())
        member.node.step(new Input.Synced(member.disk.sync()));
      else if (!member.inputs.isEmpty()) member.node.step(member.inputs.poll());
      else if (member.hasLoss()) renew(member);
      else if (member.node.isReadmitted()) endProbation(member);
      else if (!member.node.hasMore()) return;
    }
  }

  /// Makes it durable that the member's data is other data, since the leader found a loss.
  private void renew(ClusterMember member) {
    long incarnation = 100L * member.id + ++wipes;
    member.disk.standing = new Incarnation(incarnation, true);
    member.node.step(new Input.DataRenewed(incarnation));
  }

  /// A disk shows an old copy of itself: what it held `entries` after its beginning.
  void rollBack(int id, int entries) {
    members.get(id).crash(0, 0);
    members.get(id).disk.rollBack(entries);
    laws.wiped(id);
  }

  /// Makes it durable that the member counts, and tells it.
  private static void endProbation(ClusterMember member) {
    member.disk.standing = new Incarnation(member.disk.standing.number(), false);
    member.node.step(new Input.Readmitted());
  }

  /// Makes the oldest batch of a member durable, if there is one.
  boolean sync(int id) {
    MemberDisk disk = members.get(id).disk;
    if (disk.isIdle()) return false;
    step(id, new Input.Synced(disk.sync()));
    return true;
  }

  long propose(int id, String command) {
    long ticket = nextTicket++;
    step(id, new Input.Propose(ticket, Bytes.utf8(command)));
    return ticket;
  }

  long read(int id) {
    return read(id, Membership.NONE);
  }

  long read(int id, int witness) {
    long ticket = nextTicket++;
    laws.asked(ticket);
    step(id, new Input.Read(ticket, witness));
    return ticket;
  }

  long change(int id, Membership target) {
    long ticket = nextTicket++;
    step(id, new Input.ChangeMembership(ticket, target));
    return ticket;
  }

  long transfer(int id, int target) {
    long ticket = nextTicket++;
    step(id, new Input.Transfer(ticket, target));
    return ticket;
  }

  void snapshot(int id) {
    step(id, new Input.SnapshotTaken(members.get(id).snapshot()));
  }

  void crash(int id) {
    crash(id, 0, 0);
  }

  void crash(int id, int written, int torn) {
    members.get(id).crash(written, torn);
  }

  /// The machine is lost, and the member begins anew on another, if not at once.
  void wipe(int id) {
    members.get(id).crash(0, 0);
    members.get(id).disk.wipe(100L * id + ++wipes);
    laws.wiped(id);
  }

  void restart(int id) {
    ClusterMember member = members.get(id);
    listener.stepping(member);
    member.start();
    laws.restarted(member);
    drain(member);
    listener.stepped(member, List.of());
  }

  // ---- messages ----

  boolean isCut(Message message) {
    return cut.contains(link(message.from(), message.to()))
        || !members.containsKey(message.to())
        || !members.get(message.to()).isUp();
  }

  static String link(int from, int to) {
    return from + "->" + to;
  }

  void cutBoth(int a, int b) {
    cut.add(link(a, b));
    cut.add(link(b, a));
  }

  /// Only members of the same group can talk.
  void partition(List<List<Integer>> groups) {
    cut.clear();
    for (int a : members.keySet())
      for (int b : members.keySet())
        if (a != b && groups.stream().noneMatch(g -> g.contains(a) && g.contains(b)))
          cut.add(link(a, b));
  }

  void isolate(int id) {
    for (int other : members.keySet()) if (other != id) cutBoth(id, other);
  }

  void heal() {
    cut.clear();
  }

  void deliver(Message message) {
    boolean lost = isCut(message);
    listener.delivered(message, lost);
    if (!lost) step(message.to(), new Input.Receive(message));
  }

  /// Delivers the messages that are on their way and match, not those sent meanwhile. Returns how
  /// many there were.
  int deliver(Predicate<Message> which) {
    List<Message> chosen = take(which);
    chosen.forEach(this::deliver);
    return chosen.size();
  }

  int lose(Predicate<Message> which) {
    List<Message> chosen = take(which);
    for (Message message : chosen) listener.delivered(message, true);
    return chosen.size();
  }

  List<Message> take(Predicate<Message> which) {
    List<Message> chosen = pool.stream().filter(which).toList();
    pool.removeIf(which);
    return chosen;
  }

  /// Delivers everything, in order, until nobody has anything left to say.
  void settle() {
    settle(_ -> true);
  }

  /// The same for messages that match; others stay where they are.
  void settle(Predicate<Message> which) {
    for (int count = 0; count < SETTLE_MESSAGES_MAX; count++) {
      Message next = pool.stream().filter(which).findFirst().orElse(null);
      if (next == null) return;
      pool.removeFirstOccurrence(next);
      deliver(next);
    }
    throw new IllegalStateException("the members do not stop talking");
  }

  static Predicate<Message> to(int id) {
    return message -> message.to() == id;
  }

  static Predicate<Message> from(int id) {
    return message -> message.from() == id;
  }

  static Predicate<Message> among(List<Integer> ids) {
    return message -> ids.contains(message.from()) && ids.contains(message.to());
  }

  // ---- time ----

  void tick(int id) {
    step(id, new Input.Tick(1));
  }

  /// One tick for every member that is up.
  void tickAll() {
    for (ClusterMember member : members.values()) if (member.isUp()) tick(member.id);
  }

  /// Time goes by on a network without delay.
  void run(int ticks) {
    for (int i = 0; i < ticks; i++) {
      tickAll();
      settle();
    }
  }

  /// Time goes by until somebody leads and every voter it can reach follows. Returns the ticks that
  /// took.
  int runToLeader(int ticksMax) {
    for (int ticks = 0; ticks < ticksMax; ticks++) {
      if (leader() != Membership.NONE && node(leader()).isEstablished()) return ticks;
      run(1);
    }
    throw new AssertionError("no leader within " + ticksMax + " ticks");
  }

  /// The leader of the latest term, or [Membership#NONE].
  int leader() {
    int leader = Membership.NONE;
    for (ClusterMember member : members.values())
      if (member.isUp()
          && member.node.isLeader()
          && (leader == Membership.NONE || member.node.term() > node(leader).term()))
        leader = member.id;
    return leader;
  }

  /// A member's clock alone runs until it stands for election.
  void timeOut(int id) {
    List<RaftEvent> events = members.get(id).events;
    int from = events.size();
    for (int i = 0; i < 100 && !node(id).isLeader(); i++) {
      tick(id);
      for (RaftEvent event : events.subList(from, events.size()))
        if (event instanceof RaftEvent.ElectionStarted) return;
    }
  }

  /// Everybody but leaders hears nothing for the shortest election timeout, then this member stands
  /// and the voters answer; what it says to others meanwhile is lost.
  void elect(int id, List<Integer> voters) {
    List<Integer> all = new ArrayList<>(voters);
    all.add(id);
    for (ClusterMember member : members.values())
      if (member.isUp() && !member.node.isLeader())
        for (int i = 0; i < member.config.electionTicksMin(); i++) tick(member.id);
    Predicate<Message> election =
        m -> m instanceof Message.RequestVote || m instanceof Message.RequestVoteReply;
    // The first attempt may only teach it that a later term has begun.
    for (int attempt = 0; attempt < 2 && !node(id).isLeader(); attempt++) {
      timeOut(id);
      settle(election.and(among(all)));
      lose(election);
    }
    if (!node(id).isLeader()) throw new IllegalStateException("n" + id + " was not elected");
  }

  void elect(int id) {
    elect(id, List.copyOf(members.keySet()));
  }
}
