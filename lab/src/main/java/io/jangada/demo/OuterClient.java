package io.jangada.demo;

import io.jangada.bytes.Bytes;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.TimeToLive;
import io.jangada.node.Outcome;
import io.jangada.raft.Membership;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeoutException;

/// A client through the servers' ports, in the text protocol. What the protocol cannot do in one
/// command, such as to write whatever is there, is done in several: each is done once, and the last
/// only if nothing came between.
final class OuterClient implements DemoClient {
  private static final int REPLY_MILLIS_MAX = 1_500;
  private static final int TRIES_MAX = 100;

  private static final Outcome UNSAYABLE =
      new Outcome.Refused("keys of the text protocol have no blanks");

  /// Sends one command and waits for its reply.
  private interface Line {
    TextReply ask(String line, Bytes data, boolean writes)
        throws InterruptedException, TimeoutException;
  }

  private final OuterCluster cluster;
  private final TextClient client;

  OuterClient(OuterCluster cluster) {
    this.cluster = cluster;
    this.client =
        new TextClient(
            cluster.processes(),
            "demo-" + Long.toString(System.nanoTime(), 36),
            new TextClient.Patience(REPLY_MILLIS_MAX, PATIENCE_MILLIS));
  }

  @Override
  public Answer ask(Operation operation) throws InterruptedException {
    long began = System.nanoTime();
    return answer(
        operation,
        began,
        (line, data, writes) -> writes ? client.write(line, data) : client.ask(line, data));
  }

  @Override
  public Answer askOnce(int member, Operation operation) throws InterruptedException {
    long began = System.nanoTime();
    InetSocketAddress address = cluster.processes().clientAddress(member);
    return answer(
        operation,
        began,
        (line, data, _) -> {
          try (TextConnection connection = TextConnection.open(address, REPLY_MILLIS_MAX)) {
            return connection.ask(line, data);
          } catch (IOException e) {
            throw new TimeoutException(e.getMessage());
          }
        });
  }

  private Answer answer(Operation operation, long began, Line line) throws InterruptedException {
    Outcome outcome = new Outcome.NotLeader(Membership.NONE);
    try {
      if (!cluster.processes().awake().isEmpty()) outcome = outcome(operation, line);
    } catch (TimeoutException e) {
      outcome = new Outcome.Unknown();
    }
    long took = System.nanoTime() - began;
    Outcome settled = DemoClient.settled(operation, outcome);
    // Who answered is known at once, and that it leads only when it was looked at again.
    boolean answered = settled instanceof Outcome.Done;
    return new Answer(settled, answered ? cluster.awaitLead() : cluster.leadership().now(), took);
  }

  private static Outcome outcome(Operation operation, Line line)
      throws InterruptedException, TimeoutException {
    return switch (operation) {
      case Operation.Get(Bytes key) -> isSayable(key) ? read(key, line) : UNSAYABLE;
      case Operation.Write write -> isSayable(write.key()) ? write(write, line) : UNSAYABLE;
      case Operation.Delete(Bytes key, Condition _) ->
          isSayable(key)
              ? outcome(line.ask("delete " + key.toUtf8(), Bytes.EMPTY, true))
              : UNSAYABLE;
      case Operation.Expire _ -> new Outcome.Refused("clients cannot ask for that");
    };
  }

  private static boolean isSayable(Bytes key) {
    return key.toUtf8().codePoints().noneMatch(c -> c <= ' ' || c == 0x7f);
  }

  private static Outcome read(Bytes key, Line line) throws InterruptedException, TimeoutException {
    return outcome(line.ask("getm " + key.toUtf8(), Bytes.EMPTY, false));
  }

  private static Outcome write(Operation.Write write, Line line)
      throws InterruptedException, TimeoutException {
    if (write.ttl() % 1_000 != 0)
      return new Outcome.Refused("the text protocol counts the time to live in whole seconds");
    Outcome last = new Outcome.Unknown();
    for (int tried = 0; tried < TRIES_MAX; tried++) {
      last = read(write.key(), line);
      if (!(last instanceof Outcome.Done(Result there))) return last;
      long version = there instanceof Result.Found found ? found.version() : 0;
      if (write.condition() instanceof Condition.Value(Bytes wanted)) {
        if (!(there instanceof Result.Found found)) return last;
        if (!found.value().equals(wanted)) return new Outcome.Done(new Result.Mismatch(version));
      }
      last = outcome(line.ask(command(write, version), write.value(), true));
      boolean overtaken =
          last instanceof Outcome.Done(Result found)
              && (found instanceof Result.Mismatch || found instanceof Result.NotFound);
      if (!overtaken) return last;
    }
    return last;
  }

  private static String command(Operation.Write write, long version) {
    String key = write.key().toUtf8();
    long seconds = TimeToLive.seconds(write.ttl());
    String tail = " " + write.value().length();
    return version == 0
        ? "set " + key + " " + seconds + tail
        : "cas " + key + " " + seconds + " " + version + tail;
  }

  private static Outcome outcome(TextReply reply) {
    return switch (reply) {
      case TextReply.Ok(long version) -> new Outcome.Done(new Result.Written(version));
      case TextReply.Value(Bytes value) -> new Outcome.Done(new Result.Found(value, 0, 0, 0));
      case TextReply.Meta(long version, long exptime, Bytes value) ->
          new Outcome.Done(new Result.Found(value, version, TimeToLive.ofSeconds(exptime), 0));
      case TextReply.Deleted() -> new Outcome.Done(new Result.Deleted(0));
      case TextReply.NotFound() -> new Outcome.Done(new Result.NotFound());
      case TextReply.OtherVersion() -> new Outcome.Done(new Result.Mismatch(0));
      case TextReply.CommandError() ->
          new Outcome.Refused("the text protocol cannot say that, or it is too long");
      case TextReply.InternalError() -> new Outcome.Unknown();
      case TextReply.NoMemory() -> new Outcome.NoMemory();
      case TextReply.Forgotten() -> new Outcome.Done(new Result.Forgotten());
      case TextReply.Redirect(int leader) -> new Outcome.NotLeader(leader);
    };
  }
}
