package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.net.Loops;
import io.jangada.node.DurableMember;
import io.jangada.node.FollowerPolicy;
import io.jangada.node.PeerMessage;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.protocol.binary.BinaryClient;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftConfig;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three members in one process, with a front each: who leads answers, and the others say who that
/// is, or wait until they know.
class RedirectTest {
  private static final int MEMBERS = 3;

  /// A second or two before an election: none comes about because a machine is slow.
  private static final int PATIENT_TICKS = 100;

  /// Ten minutes: there is no leader unless a test makes one.
  private static final int ENDLESS_TICKS = 60_000;

  @TempDir private Path directory;
  private final Loops loops = new Loops("text", 1);
  private final AtomicReferenceArray<Replica> replicas = new AtomicReferenceArray<>(MEMBERS);
  private final List<DurableMember> members = new ArrayList<>();
  private final List<TextListener> fronts = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Client one : clients) one.close();
    fronts.forEach(TextListener::close);
    members.forEach(DurableMember::close);
    loops.close();
  }

  private void start(int electionTicks, long requestTimeoutMillis) throws IOException {
    for (int id = 0; id < MEMBERS; id++)
      members.add(member(id, electionTicks, requestTimeoutMillis));
    for (int id = 0; id < MEMBERS; id++) replicas.set(id, members.get(id).replica());
    for (int id = 0; id < MEMBERS; id++) front(id, settings -> settings);
  }

  private DurableMember member(int id, int electionTicks, long requestTimeoutMillis)
      throws IOException {
    RaftConfig raft =
        RaftConfig.of(id, Membership.of(0, 1, 2)).withTimes(electionTicks, 2 * electionTicks, 10);
    ReplicaSettings replica =
        ReplicaSettings.of(raft)
            .withFollowers(FollowerPolicy.HOLD)
            .withTimes(10_000_000, requestTimeoutMillis, 100);
    var settings = new DurableMember.Settings(replica, Start.StorageSettings.small("text"));
    var surroundings =
        new DurableMember.Surroundings(
            new OsDisk(directory.resolve("" + id)), this::send, new SplittableRandom(id));
    return DurableMember.start(settings, surroundings, new Served.Silent());
  }

  private void send(PeerMessage message) {
    Replica to = replicas.get(message.to());
    if (to != null) to.receive(message);
  }

  private TextListener front(int id, UnaryOperator<TextSettings> adjust) throws IOException {
    TextListener front = TextListener.start(adjust.apply(Served.settings()), loops);
    fronts.add(front);
    front.serve(members.get(id).replica(), AdminHandler.NONE);
    return front;
  }

  private Client client(TextListener front) throws IOException {
    Client client = new Client(front.address());
    clients.add(client);
    return client;
  }

  private Client client(int id) throws IOException {
    return client(fronts.get(id));
  }

  private void stand(int id) {
    members.get(id).replica().receive(new PeerMessage.Raft(new Message.TimeoutNow(id, id, 0), 0));
  }

  @Test
  void followersSayWhoLeadsAndGoOnServing() throws IOException {
    start(PATIENT_TICKS, Client.BOUND_MILLIS);
    stand(1);
    Client leader = client(1);
    assertThat(leader.ask("set name 0 3\r\nabc\r\n")).startsWith("OK ");
    for (int id : List.of(0, 2)) {
      Client follower = client(id);
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
    assertThat(fronts.get(0).stats().errors().get("REDIRECT")).isEqualTo(7);
  }

  @Test
  void aLeaderThatTheConfigurationDoesNotNameIsNotNamed() throws IOException {
    start(PATIENT_TICKS, Client.BOUND_MILLIS);
    stand(1);
    assertThat(client(0).ask("get name\r\n")).isEqualTo("REDIRECT 1");
    TextListener narrow =
        front(
            0,
            settings -> settings.withAddresses(id -> id == 1 ? Optional.empty() : Optional.of("")));
    assertThat(client(narrow).ask("get name\r\n")).isEqualTo("ERR_INTERNAL");
    assertThat(client(narrow).ask("frob\r\n")).isEqualTo("ERR_CMD_ERR");
  }

  @Test
  void commandsAreHeldUntilALeaderIsKnown() throws IOException {
    start(ENDLESS_TICKS, Client.BOUND_MILLIS);
    List<Client> waiting = new ArrayList<>();
    for (int id = 0; id < MEMBERS; id++)
      waiting.add(client(id).send("set k" + id + " 0 1\r\nx\r\nget k" + id + "\r\nfrob\r\n"));
    // Malformed lines need no leader.
    for (int id = 0; id < MEMBERS; id++)
      assertThat(client(id).ask("frob\r\n")).isEqualTo("ERR_CMD_ERR");
    stand(2);
    for (int id : List.of(0, 1)) {
      assertThat(waiting.get(id).line()).isEqualTo("REDIRECT 2");
      assertThat(waiting.get(id).line()).isEqualTo("REDIRECT 2");
      assertThat(waiting.get(id).line()).isEqualTo("ERR_CMD_ERR");
    }
    assertThat(waiting.get(2).line()).startsWith("OK ");
    assertThat(waiting.get(2).reply()).isEqualTo("VALUE 1|x");
    assertThat(waiting.get(2).line()).isEqualTo("ERR_CMD_ERR");
  }

  @Test
  void whereNoLeaderComesTheEndIsAnInternalError() throws IOException {
    start(ENDLESS_TICKS, 100);
    assertThat(client(0).ask("get name\r\n")).isEqualTo("ERR_INTERNAL");
    assertThat(client(0).ask("set name 0 1\r\nx\r\n")).isEqualTo("ERR_INTERNAL");
  }

  @Test
  void aWriteThatNoMajorityTakesEndsInDoubt() throws IOException {
    start(ENDLESS_TICKS, 200);
    stand(0);
    Client client = client(0);
    long end = System.nanoTime() + Client.BOUND_MILLIS * 1_000_000L;
    while (!client.ask("once me 1 set name 0 1\r\nx\r\n").startsWith("OK "))
      assertThat(System.nanoTime()).as("no leader").isLessThan(end);
    replicas.set(1, null);
    replicas.set(2, null);
    assertThat(client.ask("delete name\r\n")).isEqualTo("ERR_INTERNAL");
  }

  @Test
  void followersServeReadsIfTheyAreTo() throws IOException {
    start(PATIENT_TICKS, Client.BOUND_MILLIS);
    stand(1);
    Client leader = client(1);
    Client follower =
        client(front(0, settings -> settings.withReading(new ReadConsistency.Follower())));
    Client stale =
        client(
            front(2, settings -> settings.withReading(new ReadConsistency.BoundedStale(60_000))));
    for (int i = 0; i < 50; i++) {
      assertThat(leader.ask("set k" + i + " 0 1\r\nx\r\n")).startsWith("OK ");
      assertThat(follower.value("get k" + i + "\r\n")).isEqualTo("VALUE 1|x");
      assertThat(stale.value("get k" + i + "\r\n")).isIn("VALUE 1|x", "ERR_NOT_FOUND");
    }
    assertThat(follower.ask("delete k0\r\n")).isEqualTo("REDIRECT 1");
    assertThat(stale.ask("delete k0\r\n")).isEqualTo("REDIRECT 1");
  }

  @Test
  void binaryClientsAreToldWhereTheLeaderIs() throws IOException {
    start(PATIENT_TICKS, Client.BOUND_MILLIS);
    stand(1);
    assertThat(client(1).ask("set name 0 3\r\nabc\r\n")).startsWith("OK ");
    TextListener front =
        front(0, settings -> settings.withAddresses(id -> Optional.of("member-" + id + ":9000")));
    TextListener narrow = front(0, settings -> settings.withAddresses(_ -> Optional.empty()));
    Operation.Get get = new Operation.Get(Bytes.utf8("name"));
    Operation.Command delete = new Operation.Delete(get.key(), new Condition.Always());
    try (BinaryClient client = new BinaryClient(front.address());
        BinaryClient other = new BinaryClient(narrow.address())) {
      for (Operation operation : List.of(get, delete)) {
        client.send(operation);
        assertThat(client.read().leader()).isEqualTo("1 member-1:9000");
        other.send(operation);
        assertThat(other.read().leader()).isEqualTo("1 ");
      }
      assertThat(client.askFollower(get)).isInstanceOf(Result.Found.class);
    }
    assertThat(front.stats().errors().get("REDIRECT")).isEqualTo(2);
  }
}
