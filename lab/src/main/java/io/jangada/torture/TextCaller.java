package io.jangada.torture;

import io.jangada.bytes.Bytes;
import io.jangada.check.RecordedResult;
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
  public void execute(List<ClientOp> clientOps, Listener listener) {
    int answered = 0;
    boolean sent = false;
    try {
      if (connection == null || random.nextInt(ELSEWHERE_ONE_IN) == 0) goAnywhere();
      sent = true;
      connection.send(bytes(clientOps));
      int elsewhere = -1;
      while (answered < clientOps.size()) {
        TextReply reply = connection.receive();
        if (reply instanceof TextReply.Redirect(int leader)) elsewhere = leader;
        listener.onResult(answered, result(clientOps.get(answered), reply));
        answered++;
      }
      if (elsewhere >= 0 && random.nextInt(STAYS_ONE_IN) > 0) goTo(elsewhere);
    } catch (IOException e) {
      close();
      for (int i = answered; i < clientOps.size(); i++)
        listener.onResult(
            i, sent && clientOps.get(i).writes() ? new OpResult.Unknown() : new OpResult.No());
    }
  }

  private void goAnywhere() throws IOException {
    List<Integer> servers = new ArrayList<>(cluster.ids());
    goTo(servers.get(random.nextInt(servers.size())));
  }

  private void goTo(int server) throws IOException {
    close();
    if (!cluster.ids().contains(server)) throw new IOException("server " + server + " is gone");
    connection = cluster.connect(server, REPLY_MILLIS_MAX);
  }

  private static byte[] bytes(List<ClientOp> clientOps) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    for (ClientOp clientOp : clientOps) {
      Bytes data = Bytes.utf8(clientOp.value());
      String line =
          switch (clientOp.verb()) {
            case GET -> "get " + clientOp.key();
            case GETM -> "getm " + clientOp.key();
            case DELETE -> "delete " + clientOp.key();
            case SET ->
                "set " + clientOp.key() + " " + clientOp.exptimeSeconds() + " " + data.length();
            case CAS ->
                "cas "
                    + clientOp.key()
                    + " "
                    + clientOp.exptimeSeconds()
                    + " "
                    + clientOp.version()
                    + " "
                    + data.length();
          };
      packet.writeBytes(TextConnection.command(line, data));
    }
    return packet.toByteArray();
  }

  private static OpResult result(ClientOp clientOp, TextReply reply) {
    return switch (reply) {
      case TextReply.Ok(long version) -> new OpResult.Done(new RecordedResult.Written(version));
      case TextReply.Value(Bytes value) ->
          new OpResult.Done(new RecordedResult.Found(value.toUtf8()));
      case TextReply.Meta(long version, long _, Bytes value) ->
          new OpResult.Done(new RecordedResult.Found(value.toUtf8(), version));
      case TextReply.Deleted() -> new OpResult.Done(new RecordedResult.Deleted());
      case TextReply.NotFound() -> new OpResult.Done(new RecordedResult.Absent());
      case TextReply.OtherVersion() ->
          new OpResult.Done(
              clientOp.verb() == ClientOp.Verb.SET
                  ? new RecordedResult.Exists()
                  : new RecordedResult.Mismatch());
      case TextReply.Redirect _, TextReply.NoMemory _ -> new OpResult.No();
      case TextReply.InternalError _, TextReply.Forgotten _ ->
          clientOp.writes() ? new OpResult.Unknown() : new OpResult.No();
      case TextReply.CommandError _ ->
          throw new IllegalStateException("a command was refused: " + clientOp);
    };
  }

  @Override
  public void close() {
    if (connection != null) connection.close();
    connection = null;
  }
}
