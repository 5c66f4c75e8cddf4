package io.jangada.front.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.net.Loops;
import io.jangada.node.DurableMember;
import io.jangada.node.Followers;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftConfig;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three members in one process, with a front each: who leads answers, and the others say who that
/// is.
class RedirectTest {
  private static final int MEMBERS = 3;

  @TempDir private Path directory;
  private final Loops loops = new Loops("text", 1);
  private final AtomicReferenceArray<Replica> replicas = new AtomicReferenceArray<>(MEMBERS);
  private final List<DurableMember> members = new ArrayList<>();
  private final List<TextFront> fronts = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    for (int id = 0; id < MEMBERS; id++) members.add(member(id));
    for (int id = 0; id < MEMBERS; id++) replicas.set(id, members.get(id).replica());
    for (int id = 0; id < MEMBERS; id++) fronts.add(front(id, known -> known >= 0));
  }

  @AfterEach
  void close() throws IOException {
    for (Client one : clients) one.close();
    fronts.forEach(TextFront::close);
    members.forEach(DurableMember::close);
    loops.close();
  }

  /// Elections take a second or two, so that none comes about because a machine is slow.
  private DurableMember member(int id) throws IOException {
    RaftConfig raft = RaftConfig.of(id, Membership.of(0, 1, 2)).withTimes(100, 200, 10);
    var settings =
        new DurableMember.Settings(
            ReplicaSettings.of(raft).withFollowers(Followers.HOLD),
            Start.StorageSettings.small("text"));
    var surroundings =
        new DurableMember.Surroundings(
            new OsDisk(directory.resolve("" + id)), this::send, new SplittableRandom(id));
    return DurableMember.start(settings, surroundings, new Served.Silent());
  }

  private void send(PeerMessage message) {
    Replica to = replicas.get(message.to());
    if (to != null) to.receive(message);
  }

  private TextFront front(int id, IntPredicate knows) throws IOException {
    TextFront front = TextFront.start(Served.settings().withKnows(knows), loops);
    front.serve(members.get(id).replica(), AdminDesk.NONE);
    return front;
  }

  private Client client(TextFront front) throws IOException {
    Client client = new Client(front.address());
    clients.add(client);
    return client;
  }

  /// Has a member stand, and asks until it leads.
  private Client elect(int id) throws IOException {
    Client client = client(fronts.get(id));
    long end = System.nanoTime() + Client.BOUND_MILLIS * 1_000_000L;
    members.get(id).replica().receive(new PeerMessage.Raft(new Message.TimeoutNow(id, id, 0), 0));
    while (!client.ask("get nothing\r\n").equals("ERR_NOT_FOUND"))
      assertThat(System.nanoTime()).as("no leader").isLessThan(end);
    return client;
  }

  /// Asks until a member knows who leads.
  private Client follower(int id, int leader) throws IOException {
    Client client = client(fronts.get(id));
    long end = System.nanoTime() + Client.BOUND_MILLIS * 1_000_000L;
    while (!client.ask("get nothing\r\n").equals("REDIRECT " + leader))
      assertThat(System.nanoTime()).as("no redirect").isLessThan(end);
    return client;
  }

  @Test
  void followersSayWhoLeadsAndGoOnServing() throws IOException {
    Client leader = elect(1);
    assertThat(leader.ask("set name 0 3\r\nabc\r\n")).startsWith("OK ");
    for (int id : List.of(0, 2)) {
      Client follower = follower(id, 1);
      assertThat(follower.ask("get name\r\n")).isEqualTo("REDIRECT 1");
      assertThat(follower.ask("getm name\r\n")).isEqualTo("REDIRECT 1");
      assertThat(follower.ask("set name 0 8\r\nget\r\nget\r\n")).isEqualTo("REDIRECT 1");
      assertThat(follower.ask("cas name 0 1 3\r\nxyz\r\n")).isEqualTo("REDIRECT 1");
      assertThat(follower.ask("delete name\r\n")).isEqualTo("REDIRECT 1");
      assertThat(follower.ask("once me 1 delete name\r\n")).isEqualTo("REDIRECT 1");
      assertThat(follower.ask("frob\r\n")).isEqualTo("ERR_CMD_ERR");
      assertThat(follower.ask("set name 0 x\r\n")).isEqualTo("ERR_CMD_ERR");
      assertThat(follower.ask("get " + "k".repeat(2_000) + "\r\n")).isEqualTo("ERR_CMD_ERR");
      assertThat(follower.ask("get name\r\n")).isEqualTo("REDIRECT 1");
    }
    assertThat(leader.value("get name\r\n")).isEqualTo("VALUE 3|abc");
    assertThat(fronts.get(0).stats().errors().get("REDIRECT")).isGreaterThanOrEqualTo(7);
  }

  @Test
  void aLeaderThatTheConfigurationDoesNotNameIsNotNamed() throws IOException {
    elect(1);
    follower(0, 1);
    TextFront narrow = front(0, known -> known != 1);
    fronts.add(narrow);
    assertThat(client(narrow).ask("get name\r\n")).isEqualTo("ERR_INTERNAL");
    assertThat(client(narrow).ask("frob\r\n")).isEqualTo("ERR_CMD_ERR");
  }
}
