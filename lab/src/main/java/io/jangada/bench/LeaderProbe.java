package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.client.Endpoint;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Which of some servers leads, and how it reads the protocol: found out by asking.
public final class LeaderProbe {
  private static final int REPLY_MILLIS_MAX = 1_000;
  private static final String KEY = "jangada-bench-probe";

  private LeaderProbe() {}

  /// Waits until one of them answers a read itself.
  public static Endpoint await(List<Endpoint> servers, long millisMax)
      throws InterruptedException, TimeoutException {
    return Waiting.need("server that answers reads", millisMax, () -> look(servers));
  }

  private static Optional<Endpoint> look(List<Endpoint> servers) throws IOException {
    IOException last = null;
    for (Endpoint server : servers) {
      try (TextConnection connection = open(server)) {
        TextReply reply = connection.get(KEY);
        if (reply instanceof TextReply.NotFound || reply instanceof TextReply.Value)
          return Optional.of(server);
        last = new IOException(server + " answers " + reply);
      } catch (IOException e) {
        last = new IOException(server + ": " + e.getMessage(), e);
      }
    }
    if (last != null) throw last;
    return Optional.empty();
  }

  /// Whether `set` replaces values there.
  public static boolean overwrites(Endpoint leader) throws IOException {
    try (TextConnection connection = open(leader)) {
      Bytes value = Bytes.utf8("probe");
      connection.set(KEY, 0, value);
      boolean replaced = connection.set(KEY, 0, value) instanceof TextReply.Ok;
      connection.delete(KEY);
      return replaced;
    }
  }

  private static TextConnection open(Endpoint server) throws IOException {
    return TextConnection.open(
        new InetSocketAddress(server.host(), server.port()), REPLY_MILLIS_MAX);
  }
}
