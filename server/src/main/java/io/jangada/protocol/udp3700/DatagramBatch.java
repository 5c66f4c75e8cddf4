package io.jangada.protocol.udp3700;

import io.jangada.bytes.Bytes;
import io.jangada.codec.JsonMessages;
import io.jangada.node.PeerMessage;
import io.jangada.node.Transport;
import io.jangada.raft.Message;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The messages of a cycle, sent at its end: first the replies to clients in the order in which
/// they were given, then the messages to peers. So no peer ever learns that an entry is committed
/// whose client might get no reply any more, should the process end in between.
///
/// A message to a peer that is too long for a datagram goes in pieces:
///
/// ```
/// {"src", "dst", "leader", "type": "raft", …}     a message, as JsonMessages writes it; with a
///     vote, "known": up to which index its voter knows the log to be committed
/// {"src", "dst", "leader", "type": "piece", "of", "at", "count", "data"}
///     piece `at` of `count` of the sender's message number `of`: a part of the bytes of a JSON
///     object with what JsonMessages writes, in Base64
/// ```
final class DatagramBatch implements Transport {
  static final String MESSAGE_TYPE = "raft";
  static final String PIECE_TYPE = "piece";
  static final String KNOWN = "known";

  /// What of a message one piece carries at most: in Base64, and with what stands around it, it is
  /// a datagram.
  static final int PIECE_BYTES_MAX = 48_000;

  private final ReplicaIds ids;
  private final Consumer<ByteBuffer> port;
  private final JsonFactory factory = new JsonFactory();
  private final ByteArrayOutputStream text = new ByteArrayOutputStream(1_024);
  private List<DatagramReply> replies = new ArrayList<>();
  private List<PeerMessage> messages = new ArrayList<>();
  private int cutMessages;
  private long commit;

  DatagramBatch(ReplicaIds ids, Consumer<ByteBuffer> port) {
    this.ids = ids;
    this.port = port;
  }

  void reply(DatagramReply reply) {
    replies.add(reply);
  }

  @Override
  public void send(PeerMessage message) {
    messages.add(message);
  }

  /// @param leader the leader, as far as this replica knows now
  /// @param commit how far the log is committed, as far as it knows
  void flush(int leader, long commit) {
    this.commit = commit;
    if (replies.isEmpty() && messages.isEmpty()) return;
    List<DatagramReply> nowReplies = replies;
    List<PeerMessage> nowMessages = messages;
    replies = new ArrayList<>();
    messages = new ArrayList<>();
    for (DatagramReply reply : nowReplies) send(reply, leader);
    for (PeerMessage message : nowMessages) send(message, leader);
  }

  /// By hand, for a client's strings are kept as JSON text, and may be such as no Unicode text is.
  private void send(DatagramReply reply, int leader) {
    text.reset();
    put("{\"src\":\"" + ids.ownId() + "\",\"dst\":\"" + reply.client());
    put("\",\"leader\":\"" + ids.id(leader) + "\",\"type\":\"" + reply.type().text);
    put("\",\"MID\":");
    put(reply.mid());
    if (reply.value() != null) {
      put(",\"value\":");
      put(reply.value());
    }
    put("}");
    sendText();
  }

  private void put(String ascii) {
    text.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
  }

  private void put(Bytes json) {
    text.writeBytes(json.toArray());
  }

  private void sendText() {
    port.accept(ByteBuffer.wrap(text.toByteArray()));
  }

  private void send(PeerMessage message, int leader) {
    write(
        json -> {
          head(json, message.to(), leader, MESSAGE_TYPE);
          JsonMessages.write(json, message);
          if (message instanceof PeerMessage.Raft(Message.RequestVoteReply _, long _))
            json.writeNumberProperty(KNOWN, commit);
        });
    if (text.size() <= Port.DATAGRAM_BYTES_MAX) sendText();
    else sendPieces(message, leader);
  }

  private void sendPieces(PeerMessage message, int leader) {
    write(json -> JsonMessages.write(json, message));
    byte[] whole = text.toByteArray();
    int number = ++cutMessages;
    int count = (whole.length + PIECE_BYTES_MAX - 1) / PIECE_BYTES_MAX;
    for (int at = 0; at < count; at++) {
      int from = at * PIECE_BYTES_MAX;
      int length = Math.min(PIECE_BYTES_MAX, whole.length - from);
      ByteBuffer data = Base64.getEncoder().encode(ByteBuffer.wrap(whole, from, length));
      int place = at;
      write(
          json -> {
            head(json, message.to(), leader, PIECE_TYPE);
            json.writeNumberProperty("of", number);
            json.writeNumberProperty("at", place);
            json.writeNumberProperty("count", count);
            json.writeStringProperty("data", StandardCharsets.US_ASCII.decode(data).toString());
          });
      sendText();
    }
  }

  private void write(Consumer<JsonGenerator> members) {
    text.reset();
    try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      members.accept(json);
      json.writeEndObject();
    }
  }

  private void head(JsonGenerator json, int to, int leader, String type) {
    json.writeStringProperty("src", ids.ownId());
    json.writeStringProperty("dst", ids.id(to));
    json.writeStringProperty("leader", ids.id(leader));
    json.writeStringProperty("type", type);
  }
}
