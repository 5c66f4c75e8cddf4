package io.jangada.protocol.binary;

import static io.jangada.protocol.binary.ServedBinary.get;
import static io.jangada.protocol.binary.ServedBinary.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands and reads over real sockets.
class RequestsTest {
  private static final Condition ALWAYS = new Condition.Always();

  @TempDir private Path directory;
  private ServedBinary served;
  private BinaryClient client;

  @BeforeEach
  void start() throws IOException {
    served = new ServedBinary(directory);
    client = served.client();
  }

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  private static Bytes key(String key) {
    return Bytes.utf8(key);
  }

  private Result.Changed change(Operation.Put put) throws IOException {
    return (Result.Changed) client.ask(put);
  }

  @Test
  void aValueIsPutReadAndDeleted() throws IOException {
    long first = change(put("name", "abc")).revision();
    assertThat(((Result.Found) client.ask(get("name"))).value()).isEqualTo(key("abc"));
    assertThat(change(put("name", "de")).revision()).isEqualTo(first + 1);
    Operation.Delete delete = new Operation.Delete(key("name"), ALWAYS);
    assertThat(client.ask(delete)).isEqualTo(new Result.Deleted(first + 2));
    assertThat(client.ask(delete)).isEqualTo(new Result.NotFound());
    assertThat(client.ask(get("name"))).isEqualTo(new Result.NotFound());
  }

  @Test
  void whatTextClientsWriteIsThere() throws IOException {
    try (BinaryClient text = new BinaryClient(served.served.front.address(), false)) {
      text.send("set name 0 3\r\nabc\r\n".getBytes());
      assertThat(text.in().readNBytes(3)).isEqualTo("OK ".getBytes());
      assertThat(((Result.Found) client.ask(get("name"))).value()).isEqualTo(key("abc"));
    }
  }

  @Test
  void rangesComeInPiecesOfOneRevision() throws IOException {
    Bytes value = Bytes.wrap(new byte[10_000]);
    for (int i = 0; i < 100; i++) change(put(String.format("k%02d", i), value));
    served.keepHistory();
    KeyRange rest = KeyRange.prefix(key("k"));
    long revision = 0;
    int found = 0;
    int pieces = 0;
    while (rest != null) {
      var range = new Operation.Range(rest, revision, Operation.Selection.ALL, Operation.Page.ALL);
      Result.Ranged piece = (Result.Ranged) client.ask(range);
      if (revision == 0) assertThat(piece.count()).isEqualTo(100);
      else assertThat(piece.revision()).isEqualTo(revision);
      for (KeyValue entry : piece.entries())
        assertThat(entry.key()).isEqualTo(key(String.format("k%02d", found++)));
      revision = piece.revision();
      rest = piece.rest();
      change(put("k99", "changed " + pieces++));
    }
    assertThat(found).isEqualTo(100);
    assertThat(pieces).isGreaterThan(3);
  }

  @Test
  void commandsOfAllKindsAreDone() throws IOException {
    Result.Granted lease = (Result.Granted) client.ask(new Operation.Grant(7, 60_000));
    assertThat(lease.lease()).isEqualTo(7);
    var attached =
        new Operation.Put(
            key("leased"), new Change.Set(key("v"), 3), new Lifetime.Leased(7), ALWAYS, false);
    change(attached);
    Result.Leased leased = (Result.Leased) client.ask(new Operation.GetLease(7));
    assertThat(leased.keys()).containsExactly(key("leased"));
    assertThat(client.ask(new Operation.KeepAlive(List.of(7L, 8L))))
        .isEqualTo(new Result.KeptAlive(List.of(60_000L, 0L)));
    assertThat(client.ask(new Operation.ListLeases())).isEqualTo(new Result.LeaseList(List.of(7L)));
    assertThat(((Result.Removed) client.ask(new Operation.Revoke(7))).count()).isEqualTo(1);
    var transaction =
        new Operation.Transaction(
            List.of(
                new Compare.Number(
                    KeyRange.of(key("n")), Compare.Field.CREATED, Compare.Relation.EQUAL, 0)),
            List.of(put("n", "1"), get("n")),
            List.of(get("n")));
    Result.Transacted done = (Result.Transacted) client.ask(transaction);
    assertThat(done.succeeded()).isTrue();
    assertThat(done.results()).hasSize(2);
    assertThat(((Result.Transacted) client.ask(transaction)).succeeded()).isFalse();
    var add =
        new Operation.Put(
            key("n"),
            new Change.Add(Change.Arithmetic.SIGNED, 41, null),
            new Lifetime.Same(),
            ALWAYS,
            true);
    Result.Changed added = change(add);
    assertThat(added.number()).isEqualTo(key("42"));
    assertThat(added.former().value()).isEqualTo(key("1"));
    Result.Removed removed =
        (Result.Removed) client.ask(new Operation.DeleteRange(KeyRange.ALL, true));
    assertThat(removed.formers()).hasSize(1);
    assertThat(client.ask(new Operation.Compact(1L << 40)))
        .isEqualTo(new Result.Refused(Result.Reason.FUTURE_REVISION));
    assertThat(client.ask(put("k".repeat(2_000), "v")))
        .isEqualTo(new Result.Refused(Result.Reason.KEY_TOO_LONG));
    assertThat(client.ask(put("k", Bytes.wrap(new byte[(1 << 20) + 1]))))
        .isEqualTo(new Result.Refused(Result.Reason.VALUE_TOO_LONG));
  }

  @Test
  void aCommandOfASessionIsDoneOnce() throws IOException {
    var add =
        new Operation.Put(
            key("n"),
            new Change.Add(Change.Arithmetic.SIGNED, 1, 0L),
            new Lifetime.ForEver(),
            ALWAYS,
            false);
    client.once("me", 1, add);
    Result second = client.once("me", 2, add);
    assertThat(served.client().once("me", 2, add)).isEqualTo(second);
    assertThat(((Result.Found) client.ask(get("n"))).value()).isEqualTo(key("1"));
    client.once("you", 2, add);
    assertThat(((Result.Found) client.ask(get("n"))).value()).isEqualTo(key("2"));
  }

  @Test
  void readsSayHowFreshTheyAreToBe() throws IOException {
    change(put("name", "abc"));
    for (ByteWriter reading :
        List.of(
            new ByteWriter(1).put(0),
            new ByteWriter(1).put(1),
            new ByteWriter(9).put(2).putLong(1_000)))
      assertThat(client.read(get("name"), reading).result()).isInstanceOf(Result.Found.class);
  }

  @Test
  void whatIsMalformedIsRefusedAndTheConnectionGoesOn() throws IOException {
    Operation.Get read = get("k");
    Operation.Put write = put("k", "v");
    Map<String, byte[]> malformed = new TreeMap<>();
    malformed.put("no operation", BinaryClient.frame(1, 1, new ByteWriter(1).put(0)));
    malformed.put("nothing", BinaryClient.frame(1, 1, new ByteWriter(1)));
    malformed.put("garbage", BinaryClient.frame(1, 1, new ByteWriter(3).put(0).put(1).put(99)));
    malformed.put("a read as a command", frame(1, new ByteWriter(1).put(0), read));
    malformed.put("a command as a read", frame(2, new ByteWriter(1).put(0), write));
    malformed.put("another session", frame(1, new ByteWriter(1).put(2), write));
    malformed.put("another reading", frame(2, new ByteWriter(1).put(3), read));
    malformed.put("stale of a year", frame(2, new ByteWriter(9).put(2).putLong(1L << 40), read));
    malformed.put(
        "a session without a name",
        frame(1, new ByteWriter(9).put(1).putText("").putLong(1), write));
    malformed.put(
        "a session of a member",
        frame(1, new ByteWriter(9).put(1).putText("\0").putLong(1), write));
    malformed.put(
        "a sequence", frame(1, new ByteWriter(9).put(1).putText("me").putLong(-1), write));
    malformed.put(
        "a server's", frame(1, new ByteWriter(1).put(0), new Operation.KeepHistory(true)));
    malformed.put("a window", BinaryClient.frame(1, 4, new ByteWriter(4).putInt(-1)));
    malformed.put("a watch", BinaryClient.frame(1, 3, new ByteWriter(4).putInt(-1)));
    for (var each : malformed.entrySet()) {
      client.send(each.getValue());
      BinaryClient.Frame refused = client.read(BinaryFormat.REFUSED);
      assertThat(refused.number()).as(each.getKey()).isEqualTo(1);
      assertThat(refused.reason()).as(each.getKey()).startsWith("malformed: ");
    }
    assertThat(client.ask(write)).isInstanceOf(Result.Changed.class);
    assertThat(served.served.front.stats().errors().get("ERR_CMD_ERR")).isEqualTo(malformed.size());
  }

  private static byte[] frame(int kind, ByteWriter before, Operation operation) {
    return BinaryClient.frame(1, kind, before.putRaw(CommandCodec.encode(operation)));
  }

  @Test
  void manyRequestsAreUnderWayAtOnce() throws IOException {
    int count = 20_000;
    Map<Long, String> open = new HashMap<>();
    int sent = 0;
    while (sent < count || !open.isEmpty()) {
      while (sent < count && open.size() < 2_000) {
        String value = "value " + sent;
        open.put(client.send(sent % 2 == 0 ? put("k" + sent, value) : get("nothing")), value);
        sent++;
      }
      BinaryClient.Frame frame = client.read(BinaryFormat.DONE);
      assertThat(open.remove(frame.number())).isNotNull();
    }
    assertThat(((Result.Found) client.ask(get("k" + (count - 2)))).value())
        .isEqualTo(key("value " + (count - 2)));
    Map<String, Long> commands = served.served.front.stats().commands();
    assertThat(commands.get("binary command")).isEqualTo(count / 2);
    assertThat(commands.get("binary read")).isEqualTo(count / 2 + 1);
  }
}
