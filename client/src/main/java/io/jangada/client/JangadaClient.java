package io.jangada.client;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.net.Loops;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

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
/// Some calls go over the text protocol and others over the binary one, over connections of their
/// own; to the user that makes no difference but for keys, which the text protocol ends at a blank.
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
  private final boolean isLent;

  private JangadaClient(Dispatcher dispatcher, Loops own, long callNanos) {
    this(dispatcher, own, callNanos, false);
  }

  private JangadaClient(Dispatcher dispatcher, Loops own, long callNanos, boolean isLent) {
    this.dispatcher = dispatcher;
    this.own = own;
    this.callNanos = callNanos;
    this.isLent = isLent;
  }

  /// A client with a thread of its own. Connections are made as calls need them.
  ///
  /// @throws IllegalArgumentException when files of [ClientTls] cannot be used; the message says
  ///   which, and why
  public static JangadaClient connect(ClientOptions options) {
    Dialler dialler = Dialler.of(options.connections().tls());
    Loops own = new Loops("jangada-client", 1);
    return new JangadaClient(
        new Dispatcher(options, dialler, newName(), own), own, callNanos(options));
  }

  /// A client on one of these event loops, which must outlive it.
  ///
  /// @throws IllegalArgumentException when files of [ClientTls] cannot be used
  public static JangadaClient connect(ClientOptions options, Loops loops) {
    Dialler dialler = Dialler.of(options.connections().tls());
    return new JangadaClient(
        new Dispatcher(options, dialler, newName(), loops), null, callNanos(options));
  }

  private static long callNanos(ClientOptions options) {
    return nanos(options.timing().callMillis());
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
    return new JangadaClient(dispatcher, own, deadline.toNanos(), isLent);
  }

  /// The same client, lent to a user that closes what it uses: closing this one does nothing.
  public JangadaClient lent() {
    return new JangadaClient(dispatcher, own, callNanos, true);
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

  // ---- order and history, over the binary protocol: keys are any bytes ----

  /// Stores a value, whether or not the key is there.
  public CompletableFuture<Reply.ToPut> put(Bytes key, Bytes value) {
    return put(Put.set(key, value));
  }

  /// Changes one key.
  public CompletableFuture<Reply.ToPut> put(Put put) {
    return change(Reply.ToPut.class, put);
  }

  /// Adds to a value that is a decimal number. A key that is not there counts as 0.
  public CompletableFuture<Reply.ToPut> add(Bytes key, long delta) {
    return put(Put.add(key, delta, delta));
  }

  /// Puts bytes behind a value. A key that is not there counts as an empty one.
  public CompletableFuture<Reply.ToPut> append(Bytes key, Bytes bytes) {
    return put(Put.append(key, bytes));
  }

  /// Puts bytes in front of a value. A key that is not there counts as an empty one.
  public CompletableFuture<Reply.ToPut> prepend(Bytes key, Bytes bytes) {
    return put(Put.prepend(key, bytes));
  }

  /// Has a key live for so long from now on.
  public CompletableFuture<Reply.ToPut> touch(Bytes key, Duration ttl) {
    return put(Put.touch(key).ttl(ttl));
  }

  /// Reads the keys of a range at one revision, up to the request's limit or about as many bytes as
  /// may be in flight ([ClientOptions.Limits]); then [Reply.Ranged#rest] is the range still unread.
  public CompletableFuture<Reply.ToRange> range(RangeRequest request) {
    return gather(request, System.nanoTime() + callNanos);
  }

  private CompletableFuture<Reply.ToRange> gather(RangeRequest request, long deadlineNanos) {
    var gathering = new RangeReading.Gathering(dispatcher.bytesInFlightMax());
    return new RangeReading(piece -> piece(piece, deadlineNanos), request, gathering::take)
        .start()
        .thenApply(gathering::whole)
        .thenCompose(
            reply -> {
              // Another server leads by now, which does not keep the revision that was begun.
              boolean isOvertaken = reply instanceof Reply.Compacted && request.revision() == 0;
              return isOvertaken && System.nanoTime() - deadlineNanos < 0
                  ? gather(request, deadlineNanos)
                  : CompletableFuture.completedFuture(reply);
            });
  }

  /// Keys of a range in pieces, all of one revision: a range of any size, of which one piece at a
  /// time is held in memory. The deadline is that of each piece.
  ///
  /// @param taker is given each piece on the client's own thread; the next one is fetched when what
  ///   it returned is completed, and with false it is the last
  /// @return completed after the last piece, with a [Reply.Ranged] that has no entries, or with
  ///   what went wrong: [Reply.Compacted] where the leader changed, and the revision is not kept
  public CompletableFuture<Reply.ToRange> range(
      RangeRequest request, Function<Reply.Ranged, CompletionStage<Boolean>> taker) {
    return new RangeReading(piece -> piece(piece, System.nanoTime() + callNanos), request, taker)
        .start();
  }

  private CompletableFuture<Reply.ToRange> piece(RangeRequest request, long deadlineNanos) {
    return read(Reply.ToRange.class, request::writeTo, deadlineNanos);
  }

  /// How many keys are in a range.
  public CompletableFuture<Reply.ToCount> count(KeyRange keys) {
    return count(RangeRequest.of(keys));
  }

  /// The same as of a revision.
  public CompletableFuture<Reply.ToCount> count(RangeRequest request) {
    long deadlineNanos = System.nanoTime() + callNanos;
    var gathering = new RangeReading.Gathering(Long.MAX_VALUE);
    return new RangeReading(
            piece -> piece(piece, deadlineNanos), request.countOnly(), gathering::take)
        .start()
        .thenApply(gathering::counted);
  }

  /// Removes all keys of a range.
  public CompletableFuture<Reply.ToRemoval> deleteRange(KeyRange keys) {
    return change(Reply.ToRemoval.class, Step.deleteRange(keys, false));
  }

  /// Does one list of steps or another, at once.
  public CompletableFuture<Reply.ToTransaction> transaction(Transaction transaction) {
    return change(Reply.ToTransaction.class, transaction);
  }

  /// Has a listener told of all changes in a range, until the watch is closed.
  public Watch watch(KeyRange keys, WatchOptions options, WatchListener listener) {
    return dispatcher.watch(keys, options, listener);
  }

  /// Makes a lease: keys that are put under it are removed when it ends.
  public CompletableFuture<Reply.ToGrant> lease(Duration ttl) {
    return lease(0, ttl);
  }

  /// The same with a number that is not in use; 0 to have one drawn.
  public CompletableFuture<Reply.ToGrant> lease(long lease, Duration ttl) {
    long millis = ttl.toMillis();
    if (lease < 0 || millis < 1)
      return CompletableFuture.completedFuture(
          new Reply.Refused("a lease has a number above 0, and lasts 1 ms or more"));
    return change(Reply.ToGrant.class, out -> out.put(11).putLong(lease).putLong(millis));
  }

  /// Has leases last for their whole time from now on.
  public CompletableFuture<Reply.ToKeepAlive> keepAlive(List<Long> leases) {
    List<Long> all = List.copyOf(leases);
    Consumer<ByteWriter> form =
        out -> {
          out.put(13).putInt(all.size());
          for (long lease : all) out.putLong(lease);
        };
    return submit(
        Reply.ToKeepAlive.class,
        null,
        BinaryRequest.of(BinaryRequest.Kind.REPEATABLE_CHANGE, Reply.ToKeepAlive.class, form));
  }

  /// Keeps a lease alive until it is told to stop, or this client ends.
  ///
  /// @param ttl as the lease was granted
  public LeaseKeeper keepAlive(long lease, Duration ttl) {
    LeaseKeeper keeper = new LeaseKeeper(ttl.toNanos());
    JangadaClient hasty = new JangadaClient(dispatcher, own, Math.min(callNanos, ttl.toNanos()));
    dispatcher.keep(keeper, () -> keepAlive(hasty, lease, keeper), ttl.toNanos() / 3);
    return keeper;
  }

  private static void keepAlive(JangadaClient client, long lease, LeaseKeeper keeper) {
    long sentNanos = System.nanoTime();
    client.keepAlive(List.of(lease)).thenAccept(reply -> keeper.onReply(sentNanos, reply));
  }

  /// Ends a lease, and removes its keys.
  public CompletableFuture<Reply.ToRemoval> revoke(long lease) {
    return change(Reply.ToRemoval.class, out -> out.put(12).putLong(lease));
  }

  /// What is left of a lease, with its keys.
  public CompletableFuture<Reply.ToTimeToLive> timeToLive(long lease) {
    return read(
        Reply.ToTimeToLive.class, out -> out.put(6).putLong(lease), System.nanoTime() + callNanos);
  }

  /// The numbers of all leases.
  public CompletableFuture<Reply.ToLeases> leases() {
    return read(Reply.ToLeases.class, out -> out.put(7), System.nanoTime() + callNanos);
  }

  private <R extends Reply> CompletableFuture<R> change(Class<R> type, Step step) {
    return change(type, step::writeTo);
  }

  private <R extends Reply> CompletableFuture<R> change(
      Class<R> type, Consumer<ByteWriter> operation) {
    return submit(type, null, BinaryRequest.of(BinaryRequest.Kind.CHANGE, type, operation));
  }

  private <R extends Reply> CompletableFuture<R> read(
      Class<R> type, Consumer<ByteWriter> operation, long deadlineNanos) {
    return submit(
        type, deadlineNanos, null, BinaryRequest.of(BinaryRequest.Kind.READ, type, operation));
  }

  // ---- administration ----

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
      Class<R> type, Endpoint only, Request request) {
    return submit(type, System.nanoTime() + callNanos, only, request);
  }

  private <R extends Reply> CompletableFuture<R> submit(
      Class<R> type, long deadlineNanos, Endpoint only, Request request) {
    CompletableFuture<R> future = new CompletableFuture<>();
    dispatcher.submit(
        new Call(request, deadlineNanos, only, reply -> future.complete(type.cast(reply))));
    return future;
  }

  /// Ends all connections. Calls that are under way end now, as [Reply.Unavailable] or
  /// [Reply.Unknown].
  @Override
  public void close() {
    if (isLent) return;
    dispatcher.close();
    if (own != null) own.close();
  }
}
