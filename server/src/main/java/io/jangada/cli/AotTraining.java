package io.jangada.cli;

import io.jangada.server.ConfigException;
import io.jangada.server.Server;
import io.jangada.server.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Three servers in one process, for as long as it takes them to serve some clients: the start-up
/// cache of servers is made from it. One of them starts as `kvstore` does. The process ends with 0
/// when all was served.
///
/// What runs here but never in a server's start makes every start slower, because the JVM loads
/// everything that is in the cache: so the client is a bare socket.
public final class AotTraining {
  private static final int SERVERS = 3;
  private static final int ROUNDS = 20;
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int ATTEMPTS = 1_000;

  private final Path file;
  private final int[] ports = new int[5 * SERVERS + 1];

  private AotTraining(Path directory) throws IOException {
    file = directory.resolve("config.json");
    choosePorts();
    String json = "{\"Path\": \"data\", \"Servers\": [" + entry(0);
    for (int id = 1; id < SERVERS; id++) json += ", " + entry(id);
    Files.writeString(file, json + "]}");
  }

  /// @param args a folder that is empty
  public static void main(String[] args) throws Exception {
    System.exit(new AotTraining(Path.of(args[0])).serveAll() ? 0 : 1);
  }

  private void choosePorts() throws IOException {
    ServerSocket[] sockets = new ServerSocket[ports.length];
    for (int i = 0; i < ports.length; i++) {
      sockets[i] = new ServerSocket(0);
      ports[i] = sockets[i].getLocalPort();
    }
    for (ServerSocket socket : sockets) socket.close();
  }

  private String entry(int id) {
    String http = id == 1 ? ", \"HttpPort\": " + ports[5 * SERVERS] : "";
    String form =
        "{\"Id\": %d, \"Hostname\": \"localhost\","
            + " \"ClientPort\": %d, \"LogPort\": %d, \"EtcdPort\": %d,"
            + " \"MemcachedPort\": %d, \"RedisPort\": %d%s}";
    return form.formatted(
        id,
        ports[id],
        ports[SERVERS + id],
        ports[2 * SERVERS + id],
        ports[3 * SERVERS + id],
        ports[4 * SERVERS + id],
        http);
  }

  private boolean serveAll() throws ConfigException, IOException {
    String[] words = {"kvstore", "0", "--config", file.toString()};
    Thread.ofPlatform().daemon().start(() -> EntryPoint.main(words));
    for (int id = 1; id < SERVERS; id++) Server.start(ServerConfig.read(file), id, _ -> {});
    for (int port = 0; port < SERVERS; port++) {
      if (!comesToServe(ports[port])) return false;
    }
    servesEtcdsClients(ports[2 * SERVERS]);
    answers(
        ports[3 * SERVERS], "set a 0 0 1\r\nb\r\n", "gets a\r\n", "ms a 1\r\nb\r\n", "mg a v\r\n");
    answers(
        ports[4 * SERVERS], "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n", "GET a\r\n", "INCR n\r\n");
    return true;
  }

  private static boolean comesToServe(int port) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        if (serves(port)) return true;
      } catch (IOException notYet) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS / ATTEMPTS));
      }
    }
    return false;
  }

  /// Whether a server answers what a client asks; one that does not lead redirects the client.
  private static boolean serves(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (int round = 0; round < ROUNDS; round++) {
        String key = "key" + port + "-" + round;
        String set = answer(socket, "set " + key + " 0 5\r\nvalue\r\n");
        if (!set.startsWith("OK") && !set.startsWith("REDIRECT")) return false;
        answer(socket, "get " + key + "\r\n");
        answer(socket, "cas " + key + " 60 1 5\r\nother\r\n");
        answer(socket, "getm " + key + "\r\n");
        answer(socket, "delete " + key + "\r\n");
      }
      answer(socket, "admin status\r\n");
      return true;
    }
  }

  /// Has what a server says to memcached's or Redis's clients prepared as well.
  private static void answers(int port, String... commands) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (int round = 0; round < ROUNDS; round++)
        for (String command : commands) answer(socket, command);
    }
  }

  /// Has what a server says to etcd's clients prepared as well, JSON and gRPC.
  private static void servesEtcdsClients(int port) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        answer(socket, json("put", "{\"key\": \"YQ==\", \"value\": \"Yg==\"}"));
        answer(socket, json("range", "{\"key\": \"YQ==\"}"));
      }
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        answer(socket, new String(range(), StandardCharsets.ISO_8859_1));
      }
    }
  }

  private static String json(String method, String body) {
    return "POST /v3/kv/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(method, body.length(), body);
  }

  /// The bytes of a gRPC client that reads the key `a`: its preface, its settings, and a stream
  /// with header fields that are not compressed and one message.
  private static byte[] range() {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    String[] names = {":method", ":scheme", ":path", "content-type", "te"};
    String[] values = {"POST", "http", "/etcdserverpb.KV/Range", "application/grpc", "trailers"};
    for (int i = 0; i < names.length; i++) {
      fields.write(0);
      for (String text : new String[] {names[i], values[i]}) {
        fields.write(text.length());
        fields.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(out, 4, 0, new byte[0]);
    frame(out, 1, 4, fields.toByteArray());
    frame(out, 0, 1, new byte[] {0, 0, 0, 0, 3, 10, 1, 'a'});
    return out.toByteArray();
  }

  /// @param type settings (4) of the connection; or header fields (1) or data (0) of stream 1
  private static void frame(ByteArrayOutputStream out, int type, int flags, byte[] payload) {
    out.writeBytes(new byte[] {0, 0, (byte) payload.length, (byte) type, (byte) flags});
    out.writeBytes(new byte[] {0, 0, 0, (byte) (type == 4 ? 0 : 1)});
    out.writeBytes(payload);
  }

  private static String answer(Socket socket, String command) throws IOException {
    OutputStream out = socket.getOutputStream();
    InputStream in = socket.getInputStream();
    out.write(command.getBytes(StandardCharsets.ISO_8859_1));
    byte[] bytes = new byte[8 << 10];
    int length = Math.max(0, in.read(bytes));
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
