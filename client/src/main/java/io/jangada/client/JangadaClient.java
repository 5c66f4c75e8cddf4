package io.jangada.client;

import io.jangada.bytes.Bytes;
import io.jangada.net.Loops;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A client of a Jangada cluster.
///
/// ```java
/// var options = ClientOptions.of(Endpoint.parseList("127.0.0.1:9000,127.0.0.1:9001"));
/// try (var client = JangadaClient.connect(options)) {
///   switch (client.set(Bytes.utf8("boat"), Bytes.utf8("jangada"), 0).join()) {
///     case Reply.Written(long version) -> …
///     case Reply.Mismatch() -> …             // it is there already
///     case Reply.Unknown(String reason) -> … // it may have been stored
///     …
///   }
/// }
/// ```
///
/// Every call ends within its deadline, always with a [Reply] and never with an exception. What is
/// asked of a server that dies, hangs or does not lead goes to another one. A change goes under the
/// number of a session, so that it is done once however often it had to be sent.
///
/// All methods may be called from any thread. Calls that are under way at the same time are done in
/// no particular order. Futures are completed on the client's own thread: what hangs on them must
/// not block, or has to be an `…Async` stage.
public final class JangadaClient implements AutoCloseable {
  static final Bytes MEMBERS = Bytes.utf8("admin members");

  /// Admin commands that can be repeated without harm.
  private static final List<String> LOOKS =
      List.of("status", "members", "backup", "chunk", "snapshot");

  private static final int NAME_CHARS = 20;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

  private final Dispatcher dispatcher;
  private final Loops own;
  private final long callNanos;

  private JangadaClient(Dispatcher dispatcher, Loops own, long callNanos) {
    this.dispatcher = dispatcher;
    this.own = own;
    this.callNanos = callNanos;
  }

  /// A client with a thread of its own. Connections are made as calls need them.
  public static JangadaClient connect(ClientOptions options) {
    Loops own = new Loops("jangada-client", 1);
    return new JangadaClient(
        new Dispatcher(options, newName(), own), own, nanos(options.timing().callMillis()));
  }

  /// A client on one of these event loops, which must outlive it.
  public static JangadaClient connect(ClientOptions options, Loops loops) {
    return new JangadaClient(
        new Dispatcher(options, newName(), loops), null, nanos(options.timing().callMillis()));
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /// A name that no other client ever had: servers remember by it what was done.
  private static String newName() {
    SecureRandom random = new SecureRandom();
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < NAME_CHARS; i++)
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    return name.toString();
  }

  /// The same client with another deadline for its calls. Closing one closes both.
  public JangadaClient within(Duration deadline) {
    if (deadline.isNegative() || deadline.toMillis() > ClientOptions.Timing.MILLIS_MAX)
      throw new IllegalArgumentException("a deadline of " + deadline);
    return new JangadaClient(dispatcher, own, deadline.toNanos());
  }

  /// The value of a key.
  public CompletableFuture<Reply.ToGet> get(Bytes key) {
    return send(Reply.ToGet.class, key, Command.get(key));
  }

  /// The value of a key, with its version.
  public CompletableFuture<Reply.ToGetm> getm(Bytes key) {
    return send(Reply.ToGetm.class, key, Command.getm(key));
  }

  /// Stores a value under a key that is not there. (Servers can be configured to replace the value
  /// of one that is.)
  ///
  /// @param exptimeSeconds how long it is to live, 0 for ever
  public CompletableFuture<Reply.ToWrite> set(Bytes key, Bytes value, long exptimeSeconds) {
    return send(Reply.ToWrite.class, key, Command.set(key, value, exptimeSeconds));
  }

  /// Replaces the value of a key that is there and has this version.
  ///
  /// @param exptimeSeconds how long the new value is to live, 0 for ever
  public CompletableFuture<Reply.ToWrite> cas(
      Bytes key, long version, Bytes value, long exptimeSeconds) {
    return send(Reply.ToWrite.class, key, Command.cas(key, version, value, exptimeSeconds));
  }

  /// Removes a key.
  public CompletableFuture<Reply.ToDelete> delete(Bytes key) {
    return send(Reply.ToDelete.class, key, Command.delete(key));
  }

  /// An admin command, of any member or, where it takes one, of the leader. One that changes
  /// something has no number: it is sent again only while it surely was not done.
  public CompletableFuture<Reply.ToAdmin> admin(String... words) {
    return adminAt(null, words);
  }

  /// An admin command of this server and no other. That it does not lead, or cannot be reached, is
  /// [Reply.Unavailable] at once.
  public CompletableFuture<Reply.ToAdmin> adminAt(Endpoint server, String... words) {
    boolean looks =
        words.length > 0 && (LOOKS.contains(words[0]) || List.of(words).contains("dry-run"));
    for (String word : words)
      if (Command.whyNotKey(Bytes.utf8(word)) != null)
        return CompletableFuture.completedFuture(
            new Reply.Refused("an admin command is words without blanks: '" + word + "'"));
    Bytes line = Bytes.utf8("admin " + String.join(" ", words));
    CommandKind kind = looks ? CommandKind.ADMIN_LOOK : CommandKind.ADMIN_CHANGE;
    return submit(Reply.ToAdmin.class, server, new Command(kind, line, Bytes.EMPTY));
  }

  private <R extends Reply> CompletableFuture<R> send(Class<R> type, Bytes key, Command command) {
    String whyNot = Command.whyNotKey(key);
    return whyNot == null
        ? submit(type, null, command)
        : CompletableFuture.completedFuture(type.cast(new Reply.Refused(whyNot)));
  }

  private <R extends Reply> CompletableFuture<R> submit(
      Class<R> type, Endpoint only, Command command) {
    CompletableFuture<R> future = new CompletableFuture<>();
    dispatcher.submit(
        new Call(
            command,
            System.nanoTime() + callNanos,
            only,
            reply -> future.complete(type.cast(reply))));
    return future;
  }

  /// Ends all connections. Calls that are under way end now, as [Reply.Unavailable] or
  /// [Reply.Unknown].
  @Override
  public void close() {
    dispatcher.close();
    if (own != null) own.close();
  }
}
