package io.jangada.client;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.net.Loops;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Brings every call to its end: gives changes their numbers, sends calls where the leader is
/// thought to be, follows redirects, tries again what may be tried again, and gives up when time is
/// up. All of it happens on one event loop; other threads only hand calls in.
final class Dispatcher implements Connection.Owner {
  /// How often deadlines, pauses and silent servers are looked at, while calls are under way.
  private static final long TICK_MILLIS = 5;

  /// So many attempts follow each other at once; from the next on there are pauses.
  private static final int ATTEMPTS_AT_ONCE = 2;

  private final ClientOptions options;
  private final Dialler dialler;
  private final Loops loops;
  private final EventLoop loop;
  private final Directory directory;
  private final RequestNumbers sessions;
  private final Watches watches;

  private final Queue<Call> submitted = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isWoken = new AtomicBoolean();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final Set<LeaseKeeper> keepers = ConcurrentHashMap.newKeySet();
  private volatile boolean isClosed;

  // From here on everything belongs to the event loop.
  private final Map<Line, Connection[]> connections = new HashMap<>();
  private final Set<Call> live = new LinkedHashSet<>();
  private final ArrayDeque<Call> numberless = new ArrayDeque<>();
  private final List<Redirected> lost = new ArrayList<>();
  private final List<Connection> touched = new ArrayList<>();
  private Future<?> ticking;
  private int turn;

  /// A server, and a protocol that it is spoken to in.
  private record Line(Endpoint server, boolean isBinary) {}

  /// A call that was sent to a member whose address is being asked for.
  private record Redirected(Call call, Endpoint by, int member) {}

  Dispatcher(ClientOptions options, Dialler dialler, String client, Loops loops) {
    this.options = options;
    this.dialler = dialler;
    this.loops = loops;
    loop = loops.group().next();
    directory = new Directory(options.endpoints(), options.members());
    int windows = options.limits().inFlightMax() / RequestNumbers.WINDOW_NUMBERS + 1;
    sessions = new RequestNumbers(client, 2 * windows);
    watches = new Watches(loop, options.timing(), this::anyMember, this::pauseNanos);
  }

  // ---- from any thread ----

  void submit(Call call) {
    long bytes = bytesInFlight.addAndGet(call.request.sizeBytes());
    int count = inFlight.incrementAndGet();
    boolean tooMany = count > options.limits().inFlightMax();
    boolean tooMuch = count > 1 && bytes > options.limits().bytesInFlightMax();
    if (tooMany || tooMuch || isClosed) {
      release(call);
      String much = (count - 1) + " calls of " + bytes + " bytes are under way in this client";
      call.end(new Reply.Unavailable(isClosed ? "the client is closed" : much));
      return;
    }
    submitted.add(call);
    if (!isWoken.compareAndSet(false, true)) return;
    execute(this::takeSubmitted);
  }

  long bytesInFlightMax() {
    return options.limits().bytesInFlightMax();
  }

  Watch watch(KeyRange keys, WatchOptions wanted, WatchListener listener) {
    Watch watch = new Watch(keys, wanted, listener, watches);
    if (!watches.execute(() -> watches.begin(watch)))
      listener.onEnded("the client's threads have ended");
    return watch;
  }

  /// Has a keeper ask for its lease again and again, until that is lost or this is closed.
  void keep(LeaseKeeper keeper, Runnable request, long periodNanos) {
    keepers.add(keeper);
    keeper.whenLost().thenRun(() -> keepers.remove(keeper));
    try {
      keeper.startedWith(loop.scheduleAtFixedRate(request, 0, periodNanos, TimeUnit.NANOSECONDS));
      if (isClosed) keeper.endFor("the client is closed");
    } catch (RejectedExecutionException e) {
      keeper.endFor("the client's threads have ended");
    }
  }

  /// Ends all calls; they are not sent again.
  void close() {
    isClosed = true;
    for (LeaseKeeper each : keepers) each.endFor("the client was closed");
    execute(this::endAll);
  }

  private void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      isWoken.set(false);
      for (Call call = submitted.poll(); call != null; call = submitted.poll())
        call.end(new Reply.Unavailable("the client's threads have ended"));
    }
  }

  private void release(Call call) {
    inFlight.decrementAndGet();
    bytesInFlight.addAndGet(-call.request.sizeBytes());
  }

  // ---- on the event loop ----

  private void takeSubmitted() {
    isWoken.set(false);
    for (Call call = submitted.poll(); call != null; call = submitted.poll()) begin(call);
    flush();
  }

  private void begin(Call call) {
    live.add(call);
    if (ticking == null)
      ticking =
          loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    if (isClosed) finish(call, call.failure("the client is closed"));
    else if (!call.request.isNumbered()) dispatch(call);
    else if (numberless.add(call)) number();
  }

  /// Gives numbers to those that wait for one, as far as there are any.
  private void number() {
    for (Call next = numberless.peek(); next != null; next = numberless.peek()) {
      if (!next.isOver) next.ticket = sessions.take();
      if (!next.isOver && next.ticket == null) return;
      numberless.poll();
      if (!next.isOver) dispatch(next);
    }
  }

  private void dispatch(Call call) {
    call.dueNanos = 0;
    call.attempts++;
    Endpoint server = call.only != null ? call.only : directory.target();
    Connection connection = connection(new Line(server, call.request.isBinary()));
    if (connection.waiting() >= 2 * options.limits().inFlightMax()) {
      retry(call, connection.endpoint() + " is behind with its answers", false);
      return;
    }
    connection.send(call);
    touched.add(connection);
  }

  /// A flush can end a connection, whose calls then touch others.
  private void flush() {
    while (!touched.isEmpty()) touched.remove(touched.size() - 1).flush();
  }

  private void finish(Call call, Reply reply) {
    if (!live.remove(call)) return;
    release(call);
    call.end(reply);
    if (call.ticket == null) return;
    sessions.giveBack(call.ticket);
    number();
  }

  /// @param mayBeDone whether the attempt that failed may have been done all the same
  private void retry(Call call, String trouble, boolean mayBeDone) {
    call.trouble = trouble;
    call.mayBeDone |= mayBeDone;
    boolean settled = call.only != null && (!mayBeDone || call.attempts >= ATTEMPTS_AT_ONCE);
    if (isClosed || settled || mayBeDone && !call.isRepeatable()) {
      finish(call, call.failure(trouble));
      return;
    }
    if (call.attempts < ATTEMPTS_AT_ONCE) dispatch(call);
    else call.dueNanos = System.nanoTime() + pauseNanos(call.attempts - ATTEMPTS_AT_ONCE);
  }

  private long pauseNanos(int former) {
    ClientOptions.Timing timing = options.timing();
    long millis = timing.backOffMinMillis() << Math.min(former, 20);
    long nanos = TimeUnit.MILLISECONDS.toNanos(Math.min(millis, timing.backOffMaxMillis()));
    return ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1);
  }

  private void tick() {
    try {
      lookAround();
    } catch (RuntimeException e) {
      // Whatever is wrong here must not leave calls without an end.
      for (Call call : List.copyOf(live)) finish(call, call.failure("the client failed: " + e));
      throw e;
    }
  }

  private void lookAround() {
    long now = System.nanoTime();
    List<Call> due = new ArrayList<>();
    for (Call call : live)
      if (now - call.deadlineNanos >= 0 || call.dueNanos != 0 && now - call.dueNanos >= 0)
        due.add(call);
    for (Call call : due)
      if (now - call.deadlineNanos >= 0)
        finish(call, call.failure("no answer in time; last: " + call.trouble));
      else if (!call.isOver) dispatch(call);
    boolean waiting = endSilent(now);
    flush();
    if (!live.isEmpty() || waiting) return;
    ticking.cancel(false);
    ticking = null;
  }

  private boolean endSilent(long now) {
    long most = TimeUnit.MILLISECONDS.toNanos(options.timing().silenceMillis());
    long connect = TimeUnit.MILLISECONDS.toNanos(options.timing().connectMillis());
    boolean waiting = false;
    for (Connection[] each : List.copyOf(connections.values()))
      for (Connection connection : each)
        if (connection != null) {
          connection.endIfSilent(now, most);
          connection.endIfUnmade(now, dialler.timesOfConnect() * connect);
          waiting |= connection.waiting() > 0;
        }
    return waiting;
  }

  private void endAll() {
    watches.close();
    takeSubmitted();
    for (Connection[] each : List.copyOf(connections.values()))
      for (Connection connection : each) if (connection != null) connection.end("was closed");
    for (Call call : List.copyOf(live)) finish(call, call.failure("the client was closed"));
  }

  // ---- what connections tell ----

  @Override
  public boolean answered(Connection connection, Call call, Answer answer) {
    if (call.isOver) return true;
    if (answer instanceof Answer.Redirect redirect) redirected(call, connection, redirect);
    else if (answer instanceof Answer.Busy busy)
      retry(call, connection.endpoint() + " is busy: " + busy.reason(), false);
    else if (answer instanceof Answer.Refused refused)
      finish(call, new Reply.Refused(refused.reason()));
    else if (answer == Answer.Word.ERR_INTERNAL)
      retry(call, connection.endpoint() + " answered ERR_INTERNAL", true);
    else if (isStranger(answer)) unknown(call, connection);
    else if (answer == Answer.Word.ERR_PERMISSION || isDenied(answer))
      finish(call, new Reply.Refused("permission denied"));
    else if (answer == Answer.Word.NO_MEMORY)
      finish(call, call.failure(connection.endpoint() + " is out of memory"));
    else if (answer == Answer.Word.ERR_FORGOTTEN && call.ticket != null)
      finish(call, new Reply.Unknown("the servers no longer know the outcome"));
    else return settle(call, answer);
    return true;
  }

  /// Whether the server does not know who the client is, and has to.
  private static boolean isStranger(Answer answer) {
    return answer == Answer.Word.ERR_AUTH
        || reason(answer) == Reply.Reason.NO_USER
        || reason(answer) == Reply.Reason.STALE_USER;
  }

  private static boolean isDenied(Answer answer) {
    return reason(answer) == Reply.Reason.PERMISSION_DENIED;
  }

  private static Reply.Reason reason(Answer answer) {
    return answer instanceof Answer.Done done && done.reply() instanceof Reply.Rejected rejected
        ? rejected.reason()
        : null;
  }

  /// The user that the connection authenticated as may have another password by now: another
  /// connection tells.
  private void unknown(Call call, Connection connection) {
    if (connection.login() == null) {
      finish(call, new Reply.Refused("users are checked here, and this client has none"));
      return;
    }
    connection.end("does not know the user any more");
    retry(call, connection.endpoint() + " does not know the user any more", false);
  }

  private boolean settle(Call call, Answer answer) {
    Reply reply = call.request.replyTo(answer);
    if (reply != null) finish(call, reply);
    return reply != null;
  }

  @Override
  public void rested() {
    flush();
  }

  @Override
  public void disappointed(Connection connection) {
    directory.disappointed(connection.endpoint());
  }

  @Override
  public void ended(Connection connection, List<Call> calls, String why) {
    directory.disappointed(connection.endpoint());
    if (connection instanceof BinaryConnection binary)
      for (Watch watch : binary.takeWatches()) watch.lost();
    for (Call call : calls) {
      boolean sent = call.isSent;
      call.isSent = false;
      if (!call.isOver) retry(call, why, sent);
    }
    flush();
  }

  @Override
  public void refused(Connection connection, List<Call> calls, String why) {
    if (connection instanceof BinaryConnection binary)
      for (Watch watch : binary.takeWatches()) watch.refused(why);
    for (Call call : calls) if (!call.isOver) finish(call, new Reply.Refused(why));
  }

  private void redirected(Call call, Connection connection, Answer.Redirect redirect) {
    Endpoint by = connection.endpoint();
    int member = redirect.id();
    if (member < 0) {
      directory.disappointed(by);
      retry(call, by + " knows no leader", false);
      return;
    }
    String news = by + " says that member " + member + " leads";
    Endpoint leader = directory.of(member);
    if (leader == null) leader = redirect.address();
    if (call.only != null) finish(call, call.failure(news));
    else if (leader == null) {
      call.trouble = news + ", whose address is not known";
      lost.add(new Redirected(call, by, member));
      if (lost.size() == 1) requestMembers(by);
    } else follow(call, by, leader, news);
  }

  private void follow(Call call, Endpoint by, Endpoint leader, String news) {
    // A server that names itself has no leader to name.
    if (leader.equals(by)) directory.disappointed(by);
    else directory.leads(by, leader);
    retry(call, news, false);
  }

  private void requestMembers(Endpoint of) {
    long wait = TimeUnit.MILLISECONDS.toNanos(options.timing().silenceMillis());
    inFlight.incrementAndGet();
    Command command = new Command(CommandKind.ADMIN_LOOK, JangadaClient.MEMBERS, Bytes.EMPTY);
    bytesInFlight.addAndGet(command.sizeBytes());
    begin(new Call(command, System.nanoTime() + wait, of, reply -> learn(of, reply)));
  }

  private void learn(Endpoint from, Reply reply) {
    try {
      if (reply instanceof Reply.Told told) directory.learn(MemberList.read(told.content()));
      else directory.disappointed(from);
    } catch (MalformedException e) {
      directory.disappointed(from);
    }
    List<Redirected> all = List.copyOf(lost);
    lost.clear();
    for (Redirected each : all) {
      if (each.call.isOver) continue;
      Endpoint leader = directory.known(each.member);
      if (leader != null) follow(each.call, each.by, leader, each.call.trouble);
      else {
        directory.disappointed(each.by);
        retry(each.call, each.call.trouble, false);
      }
    }
    flush();
  }

  // ---- connections ----

  /// A connection for a watch, which any member serves.
  private BinaryConnection anyMember() {
    return (BinaryConnection) connection(new Line(directory.anyMember(), true));
  }

  private Connection connection(Line line) {
    Connection[] all =
        connections.computeIfAbsent(line, e -> new Connection[options.connections().perServer()]);
    int place = turn++ & Integer.MAX_VALUE;
    place %= all.length;
    if (all[place] == null || all[place].isEnded()) all[place] = open(line);
    return all[place];
  }

  private Connection open(Line line) {
    int valueBytesMax = options.limits().valueBytesMax();
    Login login = options.connections().login();
    Endpoint endpoint = line.server();
    Connection connection =
        line.isBinary()
            ? new BinaryConnection(endpoint, login, this, valueBytesMax)
            : new TextConnection(endpoint, login, this, valueBytesMax);
    dialler.dial(connection, loops, loop, options.timing().connectMillis());
    return connection;
  }
}
