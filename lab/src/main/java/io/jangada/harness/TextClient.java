package io.jangada.harness;

import io.jangada.bytes.Bytes;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/// A client of a [ProcessCluster] over [TextConnection]s: it follows `REDIRECT`, goes to another
/// server when one does not answer, and asks again until there is an answer that says something or
/// its patience ends. What it writes is numbered (`once`), so that it is done once however often it
/// is sent. For one thread at a time.
public final class TextClient implements AutoCloseable {
  private static final long PAUSE_MILLIS = 10;

  /// @param replyMillisMax how long one server may take
  /// @param millisMax how long all of it may take
  public record Patience(int replyMillisMax, long millisMax) {
    /// For a cluster that may be in the middle of an election on a busy machine.
    public static final Patience USUAL = new Patience(2_000, 20_000);
  }

  private final ProcessCluster cluster;
  private final String name;
  private final Patience patience;
  private final SortedMap<Integer, TextConnection> connections = new TreeMap<>();
  private long number;
  private int next = -1;
  private int answeredBy = -1;

  /// @param name of the session that its writes belong to; no other client's, 1 to 32 printable
  ///   characters without blanks
  public TextClient(ProcessCluster cluster, String name, Patience patience) {
    if (!name.matches("[!-~]{1,32}"))
      throw new IllegalArgumentException("no name of a session: '" + name + "'");
    this.cluster = cluster;
    this.name = name;
    this.patience = patience;
  }

  public TextReply set(String key, long exptimeSeconds, Bytes value)
      throws InterruptedException, TimeoutException {
    return write("set " + key + " " + exptimeSeconds + " " + value.length(), value);
  }

  public TextReply cas(String key, long exptimeSeconds, long version, Bytes value)
      throws InterruptedException, TimeoutException {
    String numbers = exptimeSeconds + " " + version + " " + value.length();
    return write("cas " + key + " " + numbers, value);
  }

  public TextReply get(String key) throws InterruptedException, TimeoutException {
    return request("get " + key, Bytes.EMPTY);
  }

  public TextReply getm(String key) throws InterruptedException, TimeoutException {
    return request("getm " + key, Bytes.EMPTY);
  }

  /// A command that changes something: `set …`, `cas …` or `delete …`, done once.
  public TextReply write(String line, Bytes data) throws InterruptedException, TimeoutException {
    number++;
    return request("once " + name + " " + number + " " + line, data);
  }

  /// Asks until one says something else than that another leads, or that it does not know.
  ///
  /// @throws TimeoutException when no server replied in time; it may have been done, or may yet be
  public TextReply request(String line, Bytes data) throws InterruptedException, TimeoutException {
    return Waiting.need(
        "answer to '" + line + "'",
        patience.millisMax,
        () -> {
          OptionalInt server = choose();
          if (server.isEmpty()) return Optional.empty();
          return attempt(server.getAsInt(), line, data);
        });
  }

  /// Who gave the last answer.
  public int answeredBy() {
    return answeredBy;
  }

  private Optional<TextReply> attempt(int server, String line, Bytes data)
      throws IOException, InterruptedException {
    TextReply reply;
    try {
      reply = connection(server).request(line, data);
    } catch (IOException e) {
      forget(server);
      throw new IOException("server " + server + ": " + e.getMessage(), e);
    }
    switch (reply) {
      case TextReply.Redirect(int leader) -> {
        if (leader == server) Waiting.pause(PAUSE_MILLIS);
        next = leader;
        return Optional.empty();
      }
      case TextReply.InternalError() -> {
        forget(server);
        return Optional.empty();
      }
      case TextReply.Ok _,
          TextReply.Value _,
          TextReply.Meta _,
          TextReply.Deleted _,
          TextReply.NotFound _,
          TextReply.OtherVersion _,
          TextReply.CommandError _,
          TextReply.NoMemory _,
          TextReply.Forgotten _ -> {
        answeredBy = server;
        return Optional.of(reply);
      }
    }
  }

  /// The server to ask next: the one named last, or the one awake that follows the one that failed.
  private OptionalInt choose() {
    SortedSet<Integer> awake = cluster.awake();
    if (awake.isEmpty()) return OptionalInt.empty();
    if (!awake.contains(next)) {
      Iterator<Integer> after = awake.tailSet(next + 1).iterator();
      next = after.hasNext() ? after.next() : awake.first();
    }
    return OptionalInt.of(next);
  }

  private TextConnection connection(int server) throws IOException {
    TextConnection open = connections.get(server);
    if (open != null) return open;
    TextConnection connection = cluster.connect(server, patience.replyMillisMax);
    connections.put(server, connection);
    return connection;
  }

  /// Whatever was on the way on that connection is of no more use; another server comes next.
  private void forget(int server) {
    TextConnection connection = connections.remove(server);
    if (connection != null) connection.close();
    SortedSet<Integer> awake = cluster.awake();
    awake.remove(server);
    if (!awake.isEmpty()) {
      Iterator<Integer> after = awake.tailSet(server + 1).iterator();
      next = after.hasNext() ? after.next() : awake.first();
    }
  }

  @Override
  public void close() {
    List.copyOf(connections.values()).forEach(TextConnection::close);
    connections.clear();
  }
}
