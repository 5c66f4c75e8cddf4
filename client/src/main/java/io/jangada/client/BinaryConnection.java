package io.jangada.client;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A connection of the binary protocol: calls and watches have numbers, and answers come in any
/// order.
final class BinaryConnection extends Connection {
  /// What a frame may have beside a value of the greatest length.
  private static final int FRAME_MORE_BYTES = 8 << 20;

  private static final Pattern IS_ENDPOINT = Pattern.compile(".+:[0-9]{1,5}");

  /// How old what a probe reads may be: whatever there is will do.
  private static final long PROBE_STALE_MILLIS = 86_400_000;

  private final long frameBytesMax;
  private final Map<Long, Call> calls = new LinkedHashMap<>();
  private final Map<Long, Watch> watches = new LinkedHashMap<>();
  private long lastNumber;

  /// The number of the request that only shows that the server lives, or 0.
  private long probe;

  private boolean isGreeted;

  BinaryConnection(Endpoint endpoint, Login login, Owner owner, int valueBytesMax) {
    super(endpoint, login, owner);
    frameBytesMax = (long) valueBytesMax + FRAME_MORE_BYTES;
  }

  @Override
  int unanswered() {
    return calls.size() + (probe == 0 ? 0 : 1);
  }

  @Override
  List<Call> takeUnanswered() {
    List<Call> taken = new ArrayList<>(calls.values());
    calls.clear();
    probe = 0;
    return taken;
  }

  /// Those that were open here; none is from now on.
  List<Watch> takeWatches() {
    List<Watch> taken = new ArrayList<>(watches.values());
    watches.clear();
    return taken;
  }

  @Override
  boolean isWanted() {
    return super.isWanted() || !watches.isEmpty();
  }

  @Override
  void begin(ByteBuf out) {
    out.writeLong(Frames.PREFACE);
    if (login() != null) {
      int start = Frames.begin(out, ++lastNumber, Frames.PASSWORD);
      write(out, login().user());
      write(out, login().password());
      Frames.end(out, start);
    }
    watches.forEach((number, watch) -> watch.writeTo(out, number));
  }

  private static void write(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length).writeBytes(bytes);
  }

  @Override
  void write(Call call, ByteBuf out) {
    long number = ++lastNumber;
    call.request.writeTo(out, call.ticket, number);
    calls.put(number, call);
  }

  // ---- watches ----

  /// Opens a watch; it goes out with the next [#flush].
  ///
  /// @return its number here
  long open(Watch watch) {
    long number = ++lastNumber;
    watches.put(number, watch);
    if (isOpen()) watch.writeTo(out(), number);
    return number;
  }

  /// Lets the server send more of a watch's events.
  void widen(long number, int bytes) {
    if (!isOpen()) return;
    ByteBuf out = out();
    int start = Frames.begin(out, number, Frames.WINDOW);
    Frames.end(out.writeInt(bytes), start);
  }

  void requestProgress(long number) {
    if (isOpen()) Frames.end(out(), Frames.begin(out(), number, Frames.PROGRESS));
  }

  void cancel(long number) {
    boolean was = watches.remove(number) != null;
    if (was && isOpen()) Frames.end(out(), Frames.begin(out(), number, Frames.CANCEL));
  }

  /// Has the server show that it lives, if watches are open and it was silent for so long.
  void probeIfSilent(long nowNanos, long silenceNanos) {
    boolean isDue = unanswered() == 0 && nowNanos - silentSinceNanos() >= silenceNanos;
    if (!isDue || !isOpen() || watches.isEmpty()) return;
    ByteBuf out = out();
    int start = Frames.begin(out, ++lastNumber, Frames.READ);
    out.writeByte(Frames.BOUNDED_STALE).writeLong(PROBE_STALE_MILLIS);
    out.writeByte(ResultReader.FORMAT).writeByte(1).writeInt(1).writeByte(0);
    Frames.end(out, start);
    probe = lastNumber;
  }

  // ---- frames of the server ----

  @Override
  void read(ByteBuf in) {
    if (!isGreeted) {
      if (in.readableBytes() < Long.BYTES) return;
      if (in.readLong() != Frames.PREFACE)
        throw new MalformedException("not this version of the binary protocol");
      isGreeted = true;
    }
    if (in.readableBytes() < Integer.BYTES) return;
    int length = in.getInt(in.readerIndex());
    if (length < Frames.HEAD_BYTES || length > frameBytesMax)
      throw new MalformedException("a frame of " + length + " bytes");
    if (in.readableBytes() < Integer.BYTES + length) return;
    in.skipBytes(Integer.BYTES);
    long number = in.readLong();
    int kind = in.readByte();
    byte[] body = new byte[length - Frames.HEAD_BYTES];
    in.readBytes(body);
    if (awaitsLogin()) readOfLogin(kind);
    else if (number == probe) probe = 0;
    else if (watches.containsKey(number)) readOfWatch(number, kind, body);
    else readOfCall(number, kind, new ByteReader(body, 0, body.length));
  }

  /// The server begins nothing before it has found out who the client is.
  private void readOfLogin(int kind) {
    if (kind == Frames.KNOWN) loggedIn();
    else if (kind == Frames.REFUSED) endRefused();
    else end("could not say whether it knows the user");
  }

  private void readOfCall(long number, int kind, ByteReader body) {
    // A late frame of a watch that was cancelled.
    if (kind >= Frames.WATCH_STARTED && kind <= Frames.PROGRESS_MADE) return;
    Answer answer = answer(kind, body);
    Call call = calls.remove(number);
    if (call == null) {
      if (answer instanceof Answer.Refused refused)
        throw new MalformedException("refused: " + refused.reason());
      return;
    }
    call.isSent = false;
    if (owner().answered(this, call, answer)) return;
    // The connection ends, and hands the call back with the others.
    call.isSent = true;
    calls.put(number, call);
    throw new MalformedException("a reply to another request: " + answer);
  }

  private static Answer answer(int kind, ByteReader body) {
    return switch (kind) {
      case Frames.DONE -> {
        Reply reply = ResultReader.read(body);
        yield reply == null ? Answer.Word.ERR_FORGOTTEN : new Answer.Done(reply);
      }
      case Frames.NOT_LEADER -> new Answer.Redirect(body.getInt(), endpoint(text(body)));
      case Frames.BUSY -> new Answer.Busy(text(body));
      case Frames.NO_MEMORY -> Answer.Word.NO_MEMORY;
      case Frames.REFUSED -> new Answer.Refused(text(body));
      case Frames.UNKNOWN -> Answer.Word.ERR_INTERNAL;
      default -> throw new MalformedException("a frame of kind " + kind);
    };
  }

  private static String text(ByteReader body) {
    return body.getText(Integer.MAX_VALUE);
  }

  private static Endpoint endpoint(String address) {
    Matcher matcher = IS_ENDPOINT.matcher(address);
    try {
      return matcher.matches() ? Endpoint.parse(address) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private void readOfWatch(long number, int kind, byte[] bytes) {
    Watch watch = watches.get(number);
    ByteReader body = new ByteReader(bytes, 0, bytes.length);
    switch (kind) {
      case Frames.WATCH_STARTED -> watch.started(body.getLong());
      case Frames.EVENTS -> readEvents(watch, body);
      case Frames.PROGRESS_MADE -> watch.progressed(body.getLong());
      case Frames.WATCH_COMPACTED -> {
        watches.remove(number);
        watch.compacted(body.getLong());
      }
      case Frames.REFUSED -> {
        watches.remove(number);
        watch.refused(text(body));
      }
      case Frames.WATCH_ENDED, Frames.BUSY, Frames.NOT_LEADER, Frames.NO_MEMORY -> {
        watches.remove(number);
        owner().disappointed(this);
        watch.lost();
      }
      default -> throw new MalformedException("a frame of kind " + kind + " for a watch");
    }
  }

  /// What the window counts is behind the number of events.
  private static void readEvents(Watch watch, ByteReader body) {
    boolean more = ResultReader.readFlag(body);
    int bytes = body.remaining() - Integer.BYTES;
    List<WatchEvent> events = ResultReader.readList(body, 1 + KeyValue.BYTES_MIN, WatchEvent::read);
    body.end();
    watch.arrived(events, more, bytes);
  }
}
