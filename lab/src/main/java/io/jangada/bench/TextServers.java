package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.client.Endpoint;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import io.jangada.net.TlsContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// A cluster of Jangada's, spoken to with the text protocol, or the binary one for what that does
/// not have.
///
/// @param servers one of them leads
/// @param pids their processes, as far as they are of this machine and known
/// @param disk a directory on their disk, or on a like one
/// @param tls how they are spoken to; empty for no TLS
public record TextServers(
    List<Endpoint> servers, List<Long> pids, Path disk, Optional<TlsContext> tls)
    implements SystemUnderTest {
  private static final long LEADER_MILLIS_MAX = 20_000;
  private static final int REPLY_MILLIS_MAX = 1_000;
  private static final String KEY = "jangada-bench-probe";

  @Override
  public Endpoint leader() throws InterruptedException, TimeoutException {
    return Waiting.need("server that answers reads", LEADER_MILLIS_MAX, this::look);
  }

  @Override
  public boolean overwrites(Endpoint leader) throws IOException {
    try (TextConnection connection = open(leader)) {
      Bytes value = Bytes.utf8("probe");
      connection.set(KEY, 0, value);
      boolean replaced = connection.set(KEY, 0, value) instanceof TextReply.Ok;
      connection.delete(KEY);
      return replaced;
    }
  }

  @Override
  public Optional<Long> logEntries() {
    long last = 0;
    for (Endpoint server : servers) {
      try (TextConnection connection = open(server)) {
        if (connection.request("admin status") instanceof TextReply.Value(Bytes status))
          last = Math.max(last, lastIndex(status.toArray()));
      } catch (IOException | MalformedException e) {
        // The others tell, too.
      }
    }
    return last == 0 ? Optional.empty() : Optional.of(last);
  }

  private static long lastIndex(byte[] status) {
    return new JsonReader().read(status, 0, status.length) instanceof Json.Obj said
        ? said.number("lastIndex", 0, Long.MAX_VALUE)
        : 0;
  }

  private Optional<Endpoint> look() throws IOException {
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

  private TextConnection open(Endpoint server) throws IOException {
    InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
    return TextConnection.open(address, REPLY_MILLIS_MAX, tls.orElse(null));
  }

  @Override
  public Supplier<ProtocolDriver> dialogs(Load load, Contents contents) {
    return load.workload().isBinary()
        ? () -> new BinaryDriver(load, contents)
        : speaking(load, contents);
  }

  static Supplier<ProtocolDriver> speaking(Load load, Contents contents) {
    Requests requests = new Requests(contents);
    return () -> new TextDriver(requests, contents, load.inFlight() == 1);
  }
}
