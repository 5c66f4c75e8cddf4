package io.jangada.protocol.maelstrom;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonMessages;
import io.jangada.codec.JsonReader;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Membership;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// Takes messages, finds what they are, and sees to it that each request gets its reply.
///
/// Before `init` the node has no name and sends nothing: messages of other nodes are kept for the
/// time after (they may well be initialised earlier), everything else is dropped. All methods are
/// called by the owner.
final class MaelstromHandler {
  /// What the bodies of messages between nodes are called.
  static final String PEER_TYPE = "raft";

  private static final int EARLY_MESSAGES_MAX = 256;

  /// @param arrivedNanos when it was read
  private record MaelstromMessage(String src, String dest, Json.Obj body, long arrivedNanos) {}

  private final MessageOutput out;
  private final NodeLog log;
  private final long answerMillisMax;
  private final JsonReader reader = new JsonReader();
  private final ArrayDeque<MaelstromMessage> early = new ArrayDeque<>();
  private final RoundTrips trips = new RoundTrips();
  private NodeNames names;
  private MaelstromMember member;
  private long readyNanos;
  private int open;

  /// @param answerMillisMax later than this no client is answered
  MaelstromHandler(MessageOutput out, NodeLog log, long answerMillisMax) {
    this.out = out;
    this.log = log;
    this.answerMillisMax = answerMillisMax;
  }

  /// How many requests wait for their answer.
  int openRequests() {
    return open;
  }

  /// How long there is nothing to do unless a line comes.
  long waitNanos() {
    return member == null ? Long.MAX_VALUE : member.waitNanos();
  }

  void cycle() {
    if (member != null) member.cycle();
  }

  void abandon() {
    if (member != null) member.abandon();
  }

  /// Takes a line.
  ///
  /// @throws MalformedException when it is no message, or one that cannot be answered
  void receive(InputQueue.Line line) {
    MaelstromMessage message = read(line);
    String type = message.body.text("type");
    if (type.equals("init")) {
      withReply(message, msgId -> init(message, msgId));
    } else if (names == null) {
      receiveEarly(message, type);
    } else {
      receive(message, type);
    }
  }

  private MaelstromMessage read(InputQueue.Line line) {
    if (!(reader.read(line.bytes(), 0, line.bytes().length) instanceof Json.Obj message))
      throw new MalformedException("not an object");
    if (!(message.need("body") instanceof Json.Obj body))
      throw new MalformedException("'body' is not an object");
    return new MaelstromMessage(
        address(message, "src"), address(message, "dest"), body, line.arrivedNanos());
  }

  /// A name that can be written again: half a surrogate pair cannot.
  private static String address(Json.Obj message, String name) {
    String address = message.text(name);
    if (address.codePoints().anyMatch(point -> point >= 0xd800 && point < 0xe000))
      throw new MalformedException("'" + name + "' is not Unicode text");
    return address;
  }

  private void receiveEarly(MaelstromMessage message, String type) {
    if (!type.equals(PEER_TYPE)) throw new MalformedException("not initialised yet");
    if (early.size() >= EARLY_MESSAGES_MAX) early.poll();
    early.add(message);
  }

  private void receive(MaelstromMessage message, String type) {
    if (!message.dest.equals(names.ownName()))
      throw new MalformedException("it is for " + message.dest);
    // A reply to a request that was not made here. Answering that could go on for ever.
    if (message.body.has("in_reply_to")) throw new MalformedException("a reply without a request");
    int peer = names.member(message.src);
    if (type.equals(PEER_TYPE) && peer != Membership.NONE) receive(message, peer);
    else withReply(message, msgId -> serve(message, msgId));
  }

  private void receive(MaelstromMessage message, int peer) {
    trips.read(message.body, peer, message.arrivedNanos);
    member.receive(JsonMessages.read(message.body, peer, names.own()));
  }

  /// Does what a message asks for, if it can be answered.
  private void withReply(MaelstromMessage message, Consumer<Long> action) {
    long msgId = message.body.number("msg_id", Long.MIN_VALUE, Long.MAX_VALUE);
    try {
      action.accept(msgId);
    } catch (MalformedException e) {
      fail(message, msgId, new ReplyBody.Failure(ErrorCode.MALFORMED_REQUEST, e.getMessage()));
    }
  }

  private void fail(MaelstromMessage message, long msgId, ReplyBody.Failure failure) {
    log.write("refused " + message.src + " " + msgId + ": " + failure.text());
    String own = names == null ? message.dest : names.ownName();
    send(own, message.src, json -> failure.write(json, msgId));
  }

  private void send(String src, String dest, Consumer<JsonGenerator> body) {
    out.send(src, dest, body);
  }

  // ---- init ----

  private void init(MaelstromMessage message, long msgId) {
    NodeNames given = NodeNames.of(message.body);
    if (names != null && !names.equals(given))
      throw new MalformedException("this is " + names.ownName() + " already");
    if (names == null) begin(given);
    send(given.ownName(), message.src, json -> new ReplyBody.Ok("init_ok").write(json, msgId));
    for (MaelstromMessage kept; (kept = early.poll()) != null; ) {
      try {
        receive(kept, PEER_TYPE);
      } catch (MalformedException e) {
        log.write("an early message is not carried out: " + e.getMessage());
      }
    }
  }

  private void begin(NodeNames given) {
    names = given;
    log.call(names.ownName());
    member = new MaelstromMember(names, this::sendToPeer, trips, log);
    readyNanos = System.nanoTime();
  }

  // ---- peers and clients ----

  /// What came while the node was being set up counts from when it was.
  private boolean isLate(MaelstromMessage message) {
    long waited =
        Math.min(System.nanoTime() - message.arrivedNanos, System.nanoTime() - readyNanos);
    return waited > answerNanosMax();
  }

  /// Clients wait for ten times as long as a message takes, where that is more than a second.
  long answerNanosMax() {
    return Math.max(answerMillisMax * 1_000_000, trips.provenMicros() * 4_200);
  }

  private void sendToPeer(PeerMessage message) {
    for (PeerMessage part : JsonMessages.parts(message, MaelstromMember.MESSAGE_BYTES_MAX)) {
      send(
          names.ownName(),
          names.name(part.to()),
          json -> {
            json.writeStringProperty("type", PEER_TYPE);
            trips.write(json, part.to(), System.nanoTime());
            JsonMessages.write(json, part);
          });
    }
  }

  private void serve(MaelstromMessage message, long msgId) {
    ClientRequest request = ClientRequest.of(message.body);
    if (request == null) {
      String text = "requests are read, write, cas, delete and create";
      fail(message, msgId, new ReplyBody.Failure(ErrorCode.NOT_SUPPORTED, text));
      return;
    }
    open++;
    member.submit(
        request,
        answer -> {
          open--;
          if (isLate(message)) log.write("too late to answer " + message.src + " " + msgId);
          else send(names.ownName(), message.src, json -> answer.write(json, msgId));
        });
  }
}
