package io.jangada.endtoend;

import io.jangada.check.Op;
import io.jangada.check.RecordedResult;
import io.jangada.harness.ProcessCluster;
import io.jangada.server.OptionalPort;
import io.jangada.server.ServerConfig;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A client of one of the protocols, as small as can be: one request at a time, a line or a value
/// as the reply. It goes to the member that it is told to.
final class WireClient implements AutoCloseable {
  private static final int MILLIS_MAX = 10_000;

  /// What a protocol says of reads, writes and deletes.
  private enum Protocol {
    TEXT,
    MEMCACHED,
    REDIS,
    ETCD
  }

  private final Protocol protocol;
  private final ProcessCluster cluster;
  private Socket socket;
  private InputStream in;
  private int member;

  private WireClient(Protocol protocol, ProcessCluster cluster) {
    this.protocol = protocol;
    this.cluster = cluster;
  }

  /// @param number which says what it speaks
  static WireClient of(int number, ProcessCluster cluster) {
    return new WireClient(Protocol.values()[number % Protocol.values().length], cluster);
  }

  /// Null where nothing was done. Where it is not known whether something was, the connection is
  /// closed.
  ///
  /// @throws IOException where it is not known
  RecordedResult ask(String key, Op op, int at) throws IOException {
    try {
      if (socket == null || member != at && protocol != Protocol.TEXT) connect(at);
      return switch (protocol) {
        case TEXT -> text(key, op);
        case MEMCACHED -> memcached(key, op);
        case REDIS -> redis(key, op);
        case ETCD -> etcd(key, op);
      };
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void connect(int at) throws IOException {
    close();
    ServerConfig.Entry entry = cluster.entry(at);
    int port =
        switch (protocol) {
          case TEXT -> entry.clientPort();
          case MEMCACHED -> entry.port(OptionalPort.MEMCACHED);
          case REDIS -> entry.port(OptionalPort.REDIS);
          case ETCD -> entry.port(OptionalPort.ETCD);
        };
    socket = new Socket(entry.hostname(), port);
    socket.setSoTimeout(MILLIS_MAX);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    member = at;
  }

  private void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int one; (one = in.read()) != '\n'; ) {
      if (one < 0) throw new IOException("the connection ended");
      if (one != '\r') line.append((char) one);
    }
    return line.toString();
  }

  private String data(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) throw new IOException("the connection ended");
    line();
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static IOException doubtful(String reply) {
    return new IOException("not known: " + reply);
  }

  // ---- the protocols ----

  private RecordedResult text(String key, Op op) throws IOException {
    send(
        switch (op) {
          case Op.Write(String value) ->
              "set " + key + " 0 " + value.length() + "\r\n" + value + "\r\n";
          case Op.Delete() -> "delete " + key + "\r\n";
          default -> "get " + key + "\r\n";
        });
    String reply = line();
    if (reply.startsWith("REDIRECT ")) {
      connect(Integer.parseInt(reply.substring(9)));
      return null;
    }
    if (reply.startsWith("VALUE "))
      return new RecordedResult.Found(data(Integer.parseInt(reply.substring(6))));
    if (reply.startsWith("OK ")) return new RecordedResult.Written();
    if (reply.equals("DELETED")) return new RecordedResult.Deleted();
    if (reply.equals("ERR_NOT_FOUND")) return new RecordedResult.Absent();
    throw doubtful(reply);
  }

  private RecordedResult memcached(String key, Op op) throws IOException {
    send(
        switch (op) {
          case Op.Write(String value) ->
              "set " + key + " 0 0 " + value.length() + "\r\n" + value + "\r\n";
          case Op.Delete() -> "delete " + key + "\r\n";
          default -> "get " + key + "\r\n";
        });
    String reply = line();
    if (reply.startsWith("VALUE ")) {
      String value = data(Integer.parseInt(reply.substring(reply.lastIndexOf(' ') + 1)));
      line();
      return new RecordedResult.Found(value);
    }
    return switch (reply) {
      case "STORED" -> new RecordedResult.Written();
      case "DELETED" -> new RecordedResult.Deleted();
      case "END", "NOT_FOUND" -> new RecordedResult.Absent();
      case "SERVER_ERROR temporarily unavailable, not done" -> null;
      default -> throw doubtful(reply);
    };
  }

  private RecordedResult redis(String key, Op op) throws IOException {
    send(
        switch (op) {
          case Op.Write(String value) -> "SET " + key + " " + value + "\r\n";
          case Op.Delete() -> "DEL " + key + "\r\n";
          default -> "GET " + key + "\r\n";
        });
    String reply = line();
    if (reply.startsWith("-TRYAGAIN")) return null;
    if (reply.startsWith("$") && !reply.equals("$-1"))
      return new RecordedResult.Found(data(Integer.parseInt(reply.substring(1))));
    return switch (reply) {
      case "+OK" -> new RecordedResult.Written();
      case ":1" -> new RecordedResult.Deleted();
      case ":0", "$-1" -> new RecordedResult.Absent();
      default -> throw doubtful(reply);
    };
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private RecordedResult etcd(String key, Op op) throws IOException {
    String path =
        switch (op) {
          case Op.Write _ -> "put";
          case Op.Delete() -> "deleterange";
          default -> "range";
        };
    String value = op instanceof Op.Write(String one) ? ",\"value\":\"" + base64(one) + "\"" : "";
    String body = "{\"key\":\"" + base64(key) + "\"" + value + "}";
    send(
        "POST /v3/kv/"
            + path
            + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
    String status = line();
    int length = 0;
    for (String header; !(header = line()).isEmpty(); )
      if (header.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
        length = Integer.parseInt(header.substring(15).trim());
    String json = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    if (!status.contains(" 200 ")) throw doubtful(status + " " + json);
    if (op instanceof Op.Write) return new RecordedResult.Written();
    if (op instanceof Op.Delete)
      return json.contains("\"deleted\"")
          ? new RecordedResult.Deleted()
          : new RecordedResult.Absent();
    Matcher found = Pattern.compile("\"value\":\"([^\"]*)\"").matcher(json);
    if (!found.find()) return new RecordedResult.Absent();
    byte[] bytes = Base64.getDecoder().decode(found.group(1));
    return new RecordedResult.Found(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() {
    try {
      if (socket != null) socket.close();
    } catch (IOException e) {
      // It is given up in any case.
    }
    socket = null;
  }
}
