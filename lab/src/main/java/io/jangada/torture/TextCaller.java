package io.jangada.torture;

import io.jangada.bytes.Bytes;
import io.jangada.check.Result;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// A client with one connection to one server, which sends its wishes in one packet and retries
/// nothing. Sent elsewhere it goes there most times, and now and then it goes to any server, so
/// that each of them has clients.
final class TextCaller implements Caller {
  private static final int REPLY_MILLIS_MAX = 3_000;
  private static final int ELSEWHERE_ONE_IN = 30;
  private static final int STAYS_ONE_IN = 4;

  private final ProcessCluster cluster;
  private final RandomGenerator random;
  private TextConnection connection;

  TextCaller(ProcessCluster cluster, RandomGenerator random) {
    this.cluster = cluster;
    this.random = random;
  }

  @Override
  public void ask(List<Wish> wishes, Ear ear) {
    int answered = 0;
    boolean sent = false;
    try {
      if (connection == null || random.nextInt(ELSEWHERE_ONE_IN) == 0) goAnywhere();
      sent = true;
      connection.send(bytes(wishes));
      int elsewhere = -1;
      while (answered < wishes.size()) {
        TextReply reply = connection.receive();
        if (reply instanceof TextReply.Redirect(int leader)) elsewhere = leader;
        ear.hear(answered, said(wishes.get(answered), reply));
        answered++;
      }
      if (elsewhere >= 0 && random.nextInt(STAYS_ONE_IN) > 0) goTo(elsewhere);
    } catch (IOException e) {
      close();
      for (int i = answered; i < wishes.size(); i++)
        ear.hear(i, sent && wishes.get(i).writes() ? new Said.Unknown() : new Said.No());
    }
  }

  private void goAnywhere() throws IOException {
    List<Integer> servers = new ArrayList<>(cluster.ids());
    goTo(servers.get(random.nextInt(servers.size())));
  }

  private void goTo(int server) throws IOException {
    close();
    if (!cluster.ids().contains(server)) throw new IOException("server " + server + " is gone");
    connection = TextConnection.open(cluster.clientAddress(server), REPLY_MILLIS_MAX);
  }

  private static byte[] bytes(List<Wish> wishes) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    for (Wish wish : wishes) {
      Bytes data = Bytes.utf8(wish.value());
      String line =
          switch (wish.verb()) {
            case GET -> "get " + wish.key();
            case GETM -> "getm " + wish.key();
            case DELETE -> "delete " + wish.key();
            case SET -> "set " + wish.key() + " " + wish.exptimeSeconds() + " " + data.length();
            case CAS ->
                "cas "
                    + wish.key()
                    + " "
                    + wish.exptimeSeconds()
                    + " "
                    + wish.version()
                    + " "
                    + data.length();
          };
      packet.writeBytes(TextConnection.command(line, data));
    }
    return packet.toByteArray();
  }

  private static Said said(Wish wish, TextReply reply) {
    return switch (reply) {
      case TextReply.Ok(long version) -> new Said.Done(new Result.Written(version));
      case TextReply.Value(Bytes value) -> new Said.Done(new Result.Found(value.toUtf8()));
      case TextReply.Meta(long version, long _, Bytes value) ->
          new Said.Done(new Result.Found(value.toUtf8(), version));
      case TextReply.Deleted() -> new Said.Done(new Result.Deleted());
      case TextReply.NotFound() -> new Said.Done(new Result.Absent());
      case TextReply.OtherVersion() ->
          new Said.Done(wish.verb() == Wish.Verb.SET ? new Result.Exists() : new Result.Mismatch());
      case TextReply.Redirect _, TextReply.NoMemory _ -> new Said.No();
      case TextReply.InternalError _, TextReply.Forgotten _ ->
          wish.writes() ? new Said.Unknown() : new Said.No();
      case TextReply.CommandError _ ->
          throw new IllegalStateException("a command was refused: " + wish);
    };
  }

  @Override
  public void close() {
    if (connection != null) connection.close();
    connection = null;
  }
}
