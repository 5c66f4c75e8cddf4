package io.jangada.protocol.binary;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.binary.WatchMessage.Content;
import io.jangada.protocol.port.Connection;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Consumer;

/// One client's connection. Requests are begun as they are read and answered as answers come.
///
/// The size of what a read finds is unknown before it is found. Where too much waits to be sent
/// already it is let go, and asked for again when the client has taken some.
public final class BinaryConnection extends Connection {
  private static final String TOO_MANY_WAIT = "too many requests are waiting";

  /// What is said is gathered into buffers of about this size.
  private static final int BUFFER_BYTES = 64 << 10;

  /// How many bytes of events are held before watches pause.
  private static final int EVENT_BYTES_AHEAD = 256 << 10;

  /// How many watches that paused go on in one turn.
  private static final int GO_ON_PER_TURN = 8;

  private final BinarySettings settings;
  private final FrameReader frames;
  private final ReplyWriter out;
  private boolean isGreeted;

  /// Requests without an answer that is written.
  private int requests;

  /// What those count that the replica has.
  private long costBytes;

  private final ArrayDeque<PendingRequest> answers = new ArrayDeque<>();
  private long answerBytes;

  /// Reads whose answers were let go.
  private final ArrayDeque<PendingRequest> postponed = new ArrayDeque<>();

  /// What those are going to bring that were asked for again.
  private long expectedBytes;

  private final Map<Long, WatchStream> watches = new LinkedHashMap<>();
  private final ArrayDeque<WatchMessage> messages = new ArrayDeque<>();

  /// Those that paused and have a window.
  private final SequencedSet<WatchStream> pausedWatches = new LinkedHashSet<>();

  public BinaryConnection(
      PortState port, ReplyBatcher lane, DuplexChannel channel, BinarySettings settings) {
    super(port, lane, channel);
    this.settings = settings;
    this.frames = new FrameReader(settings.frameBytesMax(), port.arriving());
    this.out = new ReplyWriter(settings.addresses());
  }

  /// Whether what a client sent first is of this protocol.
  public static boolean isBegunBy(ByteBuf read) {
    return read.getByte(read.readerIndex()) == BinaryFormat.FIRST_BYTE;
  }

  /// All that is said to a client that is not served.
  public static ByteBuf refusal(String reason) {
    ReplyWriter out = new ReplyWriter(_ -> Optional.empty());
    out.preface();
    out.reason(0, BinaryFormat.REFUSED, reason);
    return out.take();
  }

  // ---- requests ----

  @Override
  protected boolean hasRoom() {
    var limits = port().limits().perConnection();
    return requests < limits.commandsMax() && costBytes < limits.bytesMax() && postponed.isEmpty();
  }

  @Override
  protected boolean isIdle() {
    return requests == 0 && messages.isEmpty() && out.length() == 0;
  }

  @Override
  protected long heldBytes() {
    return answerBytes + (long) (requests + messages.size()) * PendingRequest.OVERHEAD_BYTES;
  }

  @Override
  protected boolean beginNext(ByteBuf read) {
    if (!isGreeted) return greet(read);
    switch (frames.next(read)) {
      case null -> {
        return false;
      }
      case Arrival.Frame frame -> begin(frame);
      case Arrival.Dropped(long number) -> {
        counters().add(Counters.INTERNAL_ERRORS, 1);
        out.reason(number, BinaryFormat.BUSY, "too much is arriving");
      }
      case Arrival.Derailed(long number, String reason) -> derail(number, reason);
    }
    return true;
  }

  /// Answers the preface; another one than expected is the last that is read.
  private boolean greet(ByteBuf read) {
    Long preface = frames.preface(read);
    if (preface == null) return false;
    isGreeted = true;
    out.preface();
    if (preface != BinaryFormat.PREFACE) {
      counters().add(Counters.COMMAND_ERRORS, 1);
      stopBeginning();
    }
    return true;
  }

  private void derail(long number, String reason) {
    refuse(number, reason);
    stopBeginning();
  }

  private void refuse(long number, String reason) {
    counters().add(Counters.COMMAND_ERRORS, 1);
    out.reason(number, BinaryFormat.REFUSED, "malformed: " + reason);
  }

  private void begin(Arrival.Frame frame) {
    long number = frame.number();
    Request request;
    try {
      request = RequestReader.read(frame);
    } catch (MalformedException e) {
      if (RequestReader.knows(frame.kind())) refuse(number, e.getMessage());
      else derail(number, e.getMessage());
      return;
    }
    switch (request) {
      case Request.Command _ -> submit(frame, request, Counters.COMMANDS);
      case Request.Read _ -> submit(frame, request, Counters.READS);
      case Request.Watch watch -> watch(number, watch);
      case Request.Password(Bytes user, Bytes password) -> {
        InetAddress from = address();
        authenticate(
            number,
            user.toUtf8(),
            reply -> port().authenticator().authenticate(user, password.toArray(), from, reply));
      }
      case Request.ShowToken(String token) ->
          authenticate(number, null, reply -> port().authenticator().verify(token, reply));
      case Request.Window(int moreBytes) -> {
        WatchStream stream = watches.get(number);
        if (stream != null) widen(stream, moreBytes);
      }
      case Request.Cancel() -> {
        WatchStream stream = watches.get(number);
        if (stream != null) stream.cancel();
      }
      case Request.Progress() -> {
        WatchStream stream = watches.get(number);
        if (stream != null && !stream.askProgress()) end(stream, TOO_MANY_WAIT);
      }
    }
  }

  private void authenticate(long number, String name, Consumer<Consumer<Answer>> attempt) {
    requests++;
    authenticate(
        name,
        attempt,
        answer -> {
          requests--;
          switch (answer) {
            case Answer.Granted(_, String token) -> out.reason(number, BinaryFormat.KNOWN, token);
            case Answer.Refused(String reason) -> {
              counters().add(Counters.AUTH_ERRORS, 1);
              out.reason(number, BinaryFormat.REFUSED, reason);
            }
            case Answer.Unavailable(String reason) -> out.reason(number, BinaryFormat.BUSY, reason);
          }
        });
  }

  private void submit(Arrival.Frame frame, Request request, int counter) {
    counters().add(counter, 1);
    requests++;
    PendingRequest slot = new PendingRequest(this, frame, request);
    charge(slot);
    switch (request) {
      case Request.Command(Operation.Command command, var id) -> port().submit(slot, command, id);
      case Request.Read(Operation.Read read, var reading) -> port().read(slot, read, reading);
      case Request.Watch _,
          Request.Window _,
          Request.Cancel _,
          Request.Progress _,
          Request.Password _,
          Request.ShowToken _ ->
          throw new IllegalStateException("the replica is not asked for " + request);
    }
  }

  /// Asks for a result that was let go.
  private void readAgain(PendingRequest slot) {
    charge(slot);
    Request.Read request = (Request.Read) slot.request;
    port().readAgain(slot, request.read(), request.reading());
  }

  /// Counts what the replica is given.
  private void charge(PendingRequest slot) {
    port().began(slot.costBytes);
    costBytes += slot.costBytes;
  }

  // ---- answers ----

  /// A request of this connection has its answer.
  ///
  /// @return whether the connection is to be given a turn and none is planned yet
  boolean answered(PendingRequest slot) {
    port().ended(slot.costBytes);
    if (isClosed()) return false;
    costBytes -= slot.costBytes;
    expectedBytes -= slot.takeExpectedBytes();
    long bytes = slot.replyBytes();
    boolean fits = answerBytes + bytes <= port().limits().perConnection().bytesMax();
    if (!slot.isForgotten() && (fits || answers.isEmpty() || !slot.isRead())) {
      answers.add(slot);
      answerBytes += bytes;
    } else {
      slot.forget();
      postponed.add(slot);
    }
    return becomeDue();
  }

  private void count(Outcome outcome) {
    switch (outcome) {
      case Outcome.Done _ -> {}
      case Outcome.NotLeader _ -> counters().add(Counters.REDIRECTS, 1);
      case Outcome.Refused _ -> counters().add(Counters.COMMAND_ERRORS, 1);
      case Outcome.Busy _, Outcome.NoMemory _, Outcome.Unknown _ ->
          counters().add(Counters.INTERNAL_ERRORS, 1);
    }
  }

  @Override
  protected ChannelPromise send(ChannelPromise before) {
    ChannelPromise written = before;
    while (channel().isWritable()) {
      gather();
      if (out.length() == 0) break;
      written = write(out.take());
    }
    return written;
  }

  /// Writes about a buffer.
  private void gather() {
    for (PendingRequest slot; out.length() < BUFFER_BYTES && (slot = answers.poll()) != null; ) {
      count(slot.outcome());
      out.outcome(slot.number, slot.outcome());
      answerBytes -= slot.replyBytes();
      requests--;
    }
    for (WatchMessage one; out.length() < BUFFER_BYTES && (one = messages.peek()) != null; ) {
      if (!one.write(out)) continue;
      messages.poll();
      release(one);
    }
  }

  /// Asks again for what was let go, and has watches go on, as there is room.
  @Override
  protected void flushed() {
    int bytesMax = port().limits().perConnection().bytesMax();
    while (channel().isWritable() && !postponed.isEmpty()) {
      long bytes = answerBytes + expectedBytes;
      if (bytes > 0 && bytes + postponed.peek().replyBytes() > bytesMax) break;
      PendingRequest slot = postponed.poll();
      expectedBytes += slot.expectAgain();
      readAgain(slot);
    }
    for (int i = 0; i < GO_ON_PER_TURN && takesEvents() && !pausedWatches.isEmpty(); i++)
      pausedWatches.removeFirst().unpause();
    if (takesEvents() && !pausedWatches.isEmpty()) planTurn();
  }

  // ---- watches ----

  private void watch(long number, Request.Watch request) {
    counters().add(Counters.WATCHES, 1);
    if (watches.containsKey(number)) {
      derail(number, "the number is that of a watch");
    } else if (watches.size() >= BinarySettings.WATCHES_MAX) {
      out.reason(number, BinaryFormat.ENDED, "the connection has as many watches as it may");
    } else {
      WatchStream stream = new WatchStream(this, number, request);
      watches.put(number, stream);
      stream.begin();
    }
  }

  private void widen(WatchStream stream, int moreBytes) {
    stream.widen(moreBytes);
    if (stream.isPaused() && stream.hasWindow()) pausedWatches.add(stream);
  }

  /// Ends a watch for a reason that is not the replica's.
  private void end(WatchStream stream, String reason) {
    stream.cancel();
    messages.add(new WatchMessage(stream, new Content.Ended(reason)));
    watches.remove(stream.number());
    pausedWatches.remove(stream);
  }

  /// A watch has something to say.
  ///
  /// @return whether the connection is to be given a turn and none is planned yet
  boolean arrived(WatchMessage message) {
    WatchStream stream = message.stream;
    if (isClosed() || watches.get(stream.number()) != stream) {
      release(message);
      return false;
    }
    messages.add(message);
    if (message.isLast()) {
      watches.remove(stream.number());
      pausedWatches.remove(stream);
    } else if (message.content instanceof Content.Paused) {
      stream.pause();
      if (stream.hasWindow()) pausedWatches.add(stream);
    } else if (message.content instanceof Content.Progress) {
      stream.toldProgress();
    }
    return becomeDue();
  }

  /// Whether watches need not pause. From any thread.
  boolean takesEvents() {
    return eventBytes() < EVENT_BYTES_AHEAD;
  }

  /// Whether so many events are held that no more can be. From any thread.
  boolean isFullOfEvents() {
    return eventBytes() >= port().limits().perConnection().bytesMax();
  }

  /// It is not held any more.
  private void release(WatchMessage message) {
    if (message.content instanceof Content.Events(_, long bytes)) holdEvents(-bytes);
  }

  // ---- the end ----

  @Override
  protected void finish() {
    for (WatchStream stream : List.copyOf(watches.values())) end(stream, "the server stops");
    super.finish();
  }

  @Override
  protected void closed() {
    counters().add(Counters.CLOSED, 1);
    frames.close();
    for (WatchStream stream : watches.values()) stream.cancel();
    watches.clear();
    pausedWatches.clear();
    answers.clear();
    postponed.clear();
    messages.clear();
  }
}
