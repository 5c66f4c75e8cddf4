package io.jangada.protocol.redis;

import io.jangada.kv.Operation;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Status;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.text.Served;
import io.jangada.protocol.text.TextSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A port for Redis's clients, and the member behind it, alone in its cluster.
final class ServedRedis implements AutoCloseable {
  final Served served;
  private final Loops loops = new Loops("redis", 1);
  private final RedisListener listener;
  private final List<RespClient> clients = new ArrayList<>();

  ServedRedis(Path directory) throws IOException {
    served = Served.usual(directory);
    TextSettings text = Served.settings();
    listener =
        RedisListener.start(
            new PortSettings(
                new ClientListener.Place(
                    "redis",
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    PortGate.plain("redis")),
                PortLimits.DEFAULT,
                text.kv(),
                new PortSettings.Clients(new ReadConsistency.Follower(), true, "1.2.3")),
            loops);
    listener.serve(served.member.replica(), null, Audit.NONE);
  }

  RespClient client() throws IOException {
    return client(RespClient.BOUND_BYTES);
  }

  /// @param receivedBytesMax what the client's socket takes unread, about
  RespClient client(int receivedBytesMax) throws IOException {
    RespClient client = new RespClient(listener.address(), receivedBytesMax);
    clients.add(client);
    return client;
  }

  /// Has the replica do something that no client can ask for.
  Outcome submit(Operation operation) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    served.member.replica().submit(operation, null, done::complete);
    return done.join();
  }

  /// How many watches have yet to get what happened before.
  int lagging() {
    CompletableFuture<Status> status = new CompletableFuture<>();
    served.member.replica().status(status::complete);
    return status.join().usage().watching().lagging();
  }

  void disconnect() throws IOException {
    for (RespClient one : clients) one.close();
    clients.clear();
  }

  @Override
  public void close() throws IOException {
    disconnect();
    listener.close();
    served.close();
    loops.close();
  }
}
