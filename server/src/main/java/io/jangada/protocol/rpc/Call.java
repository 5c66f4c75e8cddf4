package io.jangada.protocol.rpc;

import com.google.protobuf.Message;
import io.jangada.kv.Operation;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Leadership;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.PortState;
import java.util.Objects;
import java.util.function.Consumer;

/// One call of a method, whatever carries it: what is said to its client, and what is asked of the
/// replica for it. All of it happens on the connection's event loop.
public abstract class Call {
  /// Gets what the replica answers, unless the call is over by then.
  public interface Reply {
    /// @param moment when it was answered; null unless the outcome is [Outcome.Done]
    void accept(Outcome outcome, Moment moment);
  }

  /// What a question takes beside what it holds, about.
  private static final int OVERHEAD_BYTES = 256;

  private static final Status NO_LEADER = new Status(Code.UNAVAILABLE, "etcdserver: no leader");

  /// How often it is looked whether there is a leader.
  private static final long LEADER_MILLIS = 250;

  /// What a read finds, about. What is gathered for one response has its own limit
  /// ([PortState#gathered]).
  private static final int FOUND_BYTES = 512;

  private final Metadata metadata;
  private Callers.Found who = Callers.Found.NOBODY;
  private boolean isOver;
  private Runnable continuation;
  private Runnable abandonment;

  protected Call(Metadata metadata) {
    this.metadata = Objects.requireNonNull(metadata);
  }

  // ---- the client ----

  public abstract Client connection();

  public final PortState port() {
    return connection().port();
  }

  public final Metadata metadata() {
    return metadata;
  }

  /// Who the client is; null for none.
  public final Caller caller() {
    return who.caller();
  }

  /// Whether the client showed a token that is not valid.
  public final boolean hasBadToken() {
    return who.hasBadToken();
  }

  /// Takes who the client is, as far as that was found out, and sees whether the client wants a
  /// leader where there is none. Returns false when the call has ended for it.
  protected final boolean admit(Callers.Found who) {
    this.who = who;
    if (who.failure() != null) end(who.failure());
    else if (metadata.requiresLeader() && !port().replica().leadership().isLed()) end(NO_LEADER);
    return !isOver;
  }

  /// Ends the call of a client that wants a leader when there has been none for a while. For one
  /// that may take as long as it likes.
  protected void watchLeader() {
    if (isOver || !metadata.requiresLeader()) return;
    endWithoutLeader();
    connection().later(this::watchLeader, LEADER_MILLIS);
  }

  final void endWithoutLeader() {
    if (port().replica().leadership() == Leadership.LOST) stop(NO_LEADER);
  }

  // ---- what is said to it ----

  /// Sends a message, which goes out at the end of the turn. Nothing happens when the call is over.
  public final void send(Message message) {
    if (!isOver) write(message);
  }

  /// Ends the call. Nothing happens when it is over.
  public final void end(Status status) {
    if (isOver) return;
    isOver = true;
    finish(status);
  }

  /// Sends the only message and ends the call.
  public final void answer(Message message) {
    send(message);
    end(Status.OK);
  }

  /// Whether it takes more messages. What is sent nevertheless is held in memory.
  public abstract boolean isReady();

  public final boolean isOver() {
    return isOver;
  }

  /// Has a call of one request go on when it [#isReady] again.
  public final void whenReady(Runnable next) {
    continuation = next;
  }

  /// What is to be done when the client of a call of one request gives up.
  public final void whenCancelled(Runnable next) {
    abandonment = next;
  }

  /// It waits for what others do, which may take long: it keeps no other call from being begun, and
  /// is ended when the server stops.
  public void lasts() {
    watchLeader();
  }

  final void goOn() {
    Runnable next = continuation;
    continuation = null;
    if (next != null) next.run();
  }

  final void giveUp() {
    if (abandonment != null) abandonment.run();
  }

  /// Has the connection flushed when nothing else has it done: for what happens by itself.
  public final void flushSoon() {
    connection().planTurn();
  }

  /// The client is gone: nothing more is said.
  protected final void abandoned() {
    isOver = true;
  }

  /// Ends it for a reason that is not its receiver's.
  abstract void stop(Status status);

  protected abstract void write(Message message);

  protected abstract void finish(Status status);

  // ---- what is asked for it ----

  /// Has the command carried out, by whatever member leads.
  ///
  /// @param bytes of keys and values in it
  public final void submit(Operation.Command command, int bytes, Reply reply) {
    port().forward(ask(bytes, reply, false), command, null);
  }

  /// The same for what is to be put right when the call is over: the reply gets the outcome then
  /// too.
  public final void submitAnyway(Operation.Command command, int bytes, Reply reply) {
    port().forward(ask(bytes, reply, true), command, null);
  }

  public final void read(Operation.Read read, ReadConsistency consistency, Reply reply) {
    port().read(ask(FOUND_BYTES, reply, false), read, consistency);
  }

  private Ask ask(int bytes, Reply reply, boolean outlives) {
    Ask ask = new Ask(this, OVERHEAD_BYTES + bytes, reply, outlives);
    port().began(ask.costBytes());
    return ask;
  }

  /// Has something done on the connection's loop, in its turn with the answers to this call's
  /// questions, unless the call is over by then. From any thread.
  public final void post(Runnable task) {
    connection().lane().answered(new Post(this, task));
  }

  /// Where the member stands now; for the replica's owner alone.
  public final Moment moment() {
    return Moment.of(port().replica());
  }

  /// Has the member say where it stands.
  ///
  /// @param then gets null where it cannot say
  public final void askMoment(Consumer<Moment> then) {
    boolean isAsked =
        port()
            .replica()
            .status(
                _ -> {
                  Moment now = moment();
                  post(() -> then.accept(now));
                });
    if (!isAsked) then.accept(null);
  }

  public final Watch watch(Watch.Asked asked, Watcher watcher) {
    return port().watch(connection(), asked, watcher);
  }
}
