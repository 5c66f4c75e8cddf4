package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.KvLimits;
import io.jangada.kv.Result;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.store.DataOpening;
import io.jangada.store.LogSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Members driven by hand on one thread, with one clock and a network that delivers when told to.
final class HandCluster {
  static final long MILLI = 1_000_000;
  static final long TICK = 10 * MILLI;
  private static final int ROUNDS_MAX = 10_000;

  /// What a test may want other than usual.
  record Settings(UnaryOperator<ReplicaSettings> replica, Start.StorageSettings storage) {
    static final Settings USUAL =
        new Settings(settings -> settings, Start.StorageSettings.small("by-hand"));

    Settings withReplica(UnaryOperator<ReplicaSettings> replica) {
      return new Settings(replica, storage);
    }

    /// Members that found their cluster, and that keep count of their data.
    Settings founding() {
      return new Settings(
          replica, storage.withPolicy(storage.policy().withNewData(DataOpening.NewData.FOUNDS)));
    }

    Settings withLogQueue(long bytes) {
      LogSettings log = new LogSettings(64 << 10, 64 << 10, bytes);
      return new Settings(replica, new Start.StorageSettings("by-hand", log, KvLimits.DEFAULT));
    }
  }

  long now = 1_000 * TICK;
  int nextLife;
  Clock clock = () -> now;
  final List<RaftEvent> events = new ArrayList<>();

  /// Everything that was sent, lost or not.
  final List<PeerMessage> sent = new ArrayList<>();

  private final ArrayDeque<PeerMessage> underWay = new ArrayDeque<>();
  private Predicate<PeerMessage> lost = _ -> false;
  private final List<HandMember> members = new ArrayList<>();

  HandCluster(int size, Settings settings) {
    this(size, 0, settings);
  }

  /// @param joining members beside the founders, which may be taken in later
  HandCluster(int founders, int joining, Settings settings) {
    List<Integer> ids = new ArrayList<>();
    for (int id = 1; id <= founders; id++) ids.add(id);
    for (int id = 1; id <= founders + joining; id++) {
      RaftConfig raft = RaftConfig.of(id, Membership.of(ids));
      ReplicaSettings usual = ReplicaSettings.of(raft).withTimes(TICK / MILLI * MILLI, 1_000, 200);
      members.add(new HandMember(this, settings.replica.apply(usual), settings.storage));
    }
  }

  HandMember member(int id) {
    return members.get(id - 1);
  }

  List<HandMember> members() {
    return members;
  }

  void send(PeerMessage message) {
    sent.add(message);
    if (!lost.test(message)) underWay.add(message);
  }

  /// From now on such messages are lost.
  void lose(Predicate<PeerMessage> lost) {
    this.lost = lost;
  }

  void loseNothing() {
    lose(_ -> false);
  }

  /// From now on nobody hears this member, nor does it hear anybody.
  void isolate(int id) {
    lose(message -> message.from() == id || message.to() == id);
  }

  /// Everything happens that can happen without time going by.
  void settle() {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      for (HandMember member : members) member.poll();
      boolean more = !underWay.isEmpty();
      deliver();
      for (HandMember member : members) more |= member.work();
      if (!more) return;
    }
    throw new AssertionError("the cluster does not come to rest");
  }

  /// Gives every message that is under way to its receiver, who does not look at it yet.
  void deliver() {
    for (PeerMessage message; (message = underWay.poll()) != null; )
      member(message.to()).replica().receive(message);
  }

  /// Lets time go by, a tick at a time, with everything that happens meanwhile.
  void ticks(int count) {
    for (int i = 0; i < count; i++) {
      now += TICK;
      settle();
    }
  }

  /// Lets time go by until something is so, which it must be within a bound.
  void ticksUntil(BooleanSupplier done) {
    for (int ticks = 0; !done.getAsBoolean(); ticks++) {
      assertThat(ticks).isLessThan(1_000);
      ticks(1);
    }
  }

  /// Makes a member stand and win, and have its first entry committed.
  HandMember elect(int id) {
    HandMember member = stand(id);
    assertThat(member.replica().raft().isEstablished()).isTrue();
    return member;
  }

  /// Makes a member stand and win.
  HandMember stand(int id) {
    HandMember member = standInVain(id);
    assertThat(member.leads()).as("member %d leads", id).isTrue();
    return member;
  }

  /// Makes a member stand, whatever comes of it.
  HandMember standInVain(int id) {
    HandMember member = member(id);
    long term = member.replica().raft().term();
    var order = new Message.TimeoutNow(id, id, term);
    member.replica().receive(new PeerMessage.Raft(order, 0));
    settle();
    ticks(5);
    return member;
  }

  /// How many of the messages sent so far are of a kind.
  long count(Predicate<PeerMessage> kind) {
    return sent.stream().filter(kind).count();
  }

  static boolean isAppend(PeerMessage message) {
    return message instanceof PeerMessage.Raft(Message.AppendEntries _, long _);
  }

  static boolean bringsEntries(PeerMessage message) {
    return message instanceof PeerMessage.Raft(Message.AppendEntries append, long _)
        && !append.entries().isEmpty();
  }

  static boolean isForward(PeerMessage message) {
    return message instanceof PeerMessage.Forward;
  }

  static boolean isForwardReply(PeerMessage message) {
    return message instanceof PeerMessage.ForwardReply;
  }

  /// The value that a read found, or what else it came to.
  static String found(List<Outcome> outcomes) {
    assertThat(outcomes).hasSize(1);
    return switch (outcomes.getFirst()) {
      case Outcome.Done(Result.Found found) -> found.value().toUtf8();
      case Outcome.Done(Result result) -> "" + result;
      case Outcome.NotLeader _,
          Outcome.Busy _,
          Outcome.NoMemory _,
          Outcome.Refused _,
          Outcome.Unknown _ ->
          "" + outcomes.getFirst();
    };
  }

  /// That the writes were done, in this order.
  static void assertDoneInOrder(List<List<Outcome>> writes) {
    long version = 0;
    for (List<Outcome> each : writes) {
      assertThat(each).singleElement().isInstanceOf(Outcome.Done.class);
      Result result = ((Outcome.Done) each.getFirst()).result();
      assertThat(((Result.Written) result).version()).isGreaterThan(version);
      version = ((Result.Written) result).version();
    }
  }

  static void assertDone(List<Outcome> outcomes) {
    assertThat(outcomes).singleElement().isInstanceOf(Outcome.Done.class);
  }
}
