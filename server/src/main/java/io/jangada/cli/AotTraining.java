package io.jangada.cli;

import io.jangada.server.ConfigException;
import io.jangada.server.Server;
import io.jangada.server.ServerConfig;
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
  private final int[] ports = new int[2 * SERVERS + 1];

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
    String http = id == 1 ? ", \"HttpPort\": " + ports[2 * SERVERS] : "";
    return "{\"Id\": %d, \"Hostname\": \"localhost\", \"ClientPort\": %d, \"LogPort\": %d%s}"
        .formatted(id, ports[id], ports[SERVERS + id], http);
  }

  private boolean serveAll() throws ConfigException, IOException {
    String[] words = {"kvstore", "0", "--config", file.toString()};
    Thread.ofPlatform().daemon().start(() -> EntryPoint.main(words));
    for (int id = 1; id < SERVERS; id++) Server.start(ServerConfig.read(file), id, _ -> {});
    for (int port = 0; port < SERVERS; port++) {
      if (!comesToServe(ports[port])) return false;
    }
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

  private static String answer(Socket socket, String command) throws IOException {
    OutputStream out = socket.getOutputStream();
    InputStream in = socket.getInputStream();
    out.write(command.getBytes(StandardCharsets.UTF_8));
    byte[] bytes = new byte[8 << 10];
    int length = Math.max(0, in.read(bytes));
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
