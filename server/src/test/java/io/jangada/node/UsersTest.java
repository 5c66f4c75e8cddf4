package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Users;
import io.jangada.node.watch.Recorder;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Who asks goes with what is asked, through a cluster that is driven by hand.
class UsersTest {
  private static final Caller ROOT = new Caller(Users.ROOT, 2);
  private static final Bytes ANN = Bytes.utf8("ann");
  private static final Caller CALLER = new Caller(ANN, 4);
  private static final KeyRange OWN = KeyRange.prefix(Bytes.utf8("a"));
  private static final Outcome DENIED =
      new Outcome.Done(new Result.Refused(Result.Reason.PERMISSION_DENIED));
  private static final Outcome NOBODY = new Outcome.Done(new Result.Refused(Result.Reason.NO_USER));

  private final HandCluster cluster = new HandCluster(3, HandCluster.Settings.USUAL);
  private HandMember leader;
  private HandMember follower;

  @BeforeEach
  void enable() {
    leader = cluster.elect(1);
    follower = cluster.member(2);
    for (AuthChange change :
        List.of(
            new AuthChange.AddUser(Users.ROOT, null),
            new AuthChange.GrantRole(Users.ROOT, Users.ROOT),
            new AuthChange.AddUser(ANN, null),
            new AuthChange.AddRole(ANN),
            new AuthChange.GrantRole(ANN, ANN),
            new AuthChange.GrantPermission(ANN, new Permission(Permission.Kind.READ_WRITE, OWN)),
            new AuthChange.Enable(Bytes.utf8("0123456789abcdef")))) change(change);
    cluster.ticks(10);
  }

  private void change(AuthChange change) {
    HandCluster.assertDone(ask(leader, ROOT, new Operation.ChangeUsers(change)));
  }

  private List<Outcome> ask(HandMember member, Caller caller, Operation operation) {
    List<Outcome> outcomes = new ArrayList<>();
    member.replica().submit(caller, operation, null, outcomes::add);
    cluster.settle();
    return outcomes;
  }

  private List<Outcome> readHere(HandMember member, Caller caller, Operation.Read read) {
    List<Outcome> outcomes = new ArrayList<>();
    member.replica().read(caller, read, new ReadConsistency.Follower(), outcomes::add);
    cluster.settle();
    return outcomes;
  }

  private static Operation write(String key) {
    return new Operation.Write(Bytes.utf8(key), Bytes.EMPTY, 0, new Condition.Always());
  }

  private static Operation.Read get(String key) {
    return new Operation.Get(Bytes.utf8(key));
  }

  @Test
  @DisplayName("a follower passes on who asks, for commands and reads")
  void forwarded() {
    HandCluster.assertDone(ask(follower, CALLER, write("a1")));
    assertThat(ask(follower, CALLER, write("b1"))).containsExactly(DENIED);
    assertThat(ask(follower, null, write("a1"))).containsExactly(NOBODY);
    assertThat(ask(follower, CALLER, get("a1")).getFirst().toString()).contains("Found");
    assertThat(ask(follower, CALLER, get("b1"))).containsExactly(DENIED);
    assertThat(ask(follower, null, get("a1"))).containsExactly(NOBODY);
    assertThat(readHere(follower, CALLER, get("a1")).getFirst().toString()).contains("Found");
    assertThat(readHere(follower, CALLER, get("b1"))).containsExactly(DENIED);
  }

  @Test
  @DisplayName("a watch ends when it is no longer permitted, at any member, and hands out no more")
  void watches() {
    Recorder here = new Recorder();
    Recorder there = new Recorder();
    Recorder nobody = new Recorder();
    var request = new WatchRequest(OWN);
    leader.replica().watch(new Watch.Asked(CALLER, request), here);
    follower.replica().watch(new Watch.Asked(CALLER, request), there);
    follower.replica().watch(new Watch.Asked(request), nobody);
    cluster.settle();
    assertThat(nobody.ended).isEqualTo(WatchEnd.PERMISSION_DENIED);
    HandCluster.assertDone(ask(leader, CALLER, write("a1")));
    cluster.ticks(10);
    assertThat(here.events).hasSize(1);
    assertThat(there.events).hasSize(1);
    change(new AuthChange.RevokeRole(ANN, ANN));
    HandCluster.assertDone(ask(leader, ROOT, write("a2")));
    cluster.ticks(10);
    assertThat(here.ended).isEqualTo(WatchEnd.PERMISSION_DENIED);
    assertThat(there.ended).isEqualTo(WatchEnd.PERMISSION_DENIED);
    assertThat(here.events).hasSize(1);
    assertThat(there.events).hasSize(1);
  }

  @Test
  @DisplayName("keep-alives are gathered by who asks, and what one may not do is not another's")
  void keepAlives() {
    for (long lease = 1; lease <= 2; lease++)
      HandCluster.assertDone(ask(leader, ROOT, new Operation.Grant(lease, 60_000)));
    var change = new Change.Set(Bytes.EMPTY, 0);
    var leased = new Lifetime.Leased(2);
    HandCluster.assertDone(
        ask(
            leader,
            ROOT,
            new Operation.Put(Bytes.utf8("z"), change, leased, new Condition.Always(), false)));
    long before = leader.replica().raft().last().index();
    List<Outcome> own = ask(leader, CALLER, new Operation.KeepAlive(List.of(1L)));
    List<Outcome> others = ask(leader, CALLER, new Operation.KeepAlive(List.of(1L, 2L)));
    List<Outcome> root = ask(leader, ROOT, new Operation.KeepAlive(List.of(2L)));
    List<Outcome> nobody = ask(leader, null, new Operation.KeepAlive(List.of(1L)));
    cluster.ticks(2);
    assertThat(own).containsExactly(new Outcome.Done(new Result.KeptAlive(List.of(60_000L))));
    assertThat(others).containsExactly(DENIED);
    assertThat(root).containsExactly(new Outcome.Done(new Result.KeptAlive(List.of(60_000L))));
    assertThat(nobody).containsExactly(NOBODY);
    assertThat(leader.replica().raft().last().index())
        .as("what nobody asked for is not in the log")
        .isEqualTo(before + 2);
  }
}
