package io.jangada.codec;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Incarnation;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.SnapshotMeta;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;

/// [PeerMessage]s as members of a JSON object, for media that carry JSON. Sender and receiver are
/// left to the medium, which names them in its own way; so are the other members of the object, as
/// long as they do not have these names:
///
/// ```
/// rpc            which message this is; the members below that it has:
///   vote           term last pre transfer         RequestVote
///   voted          term granted pre               RequestVoteReply
///   append         term prev entries commit round AppendEntries
///   appended       term ok match conflict round   AppendEntriesReply
///   install        term snapshot chunk data       InstallSnapshot
///   installed      term last next                 InstallSnapshotReply
///   stand, lost    term; term incarnation         TimeoutNow, DataLost
///   forward        term requests                  PeerMessage.Forward
///   forwarded      replies                        PeerMessage.ForwardReply
///   found          founded incarnations           PeerMessage.Bootstrap
///   digests        index digests                  PeerMessage.Digests
///   ask            term n                         PeerMessage.ReadIndexRequest
///   told           term n index                   PeerMessage.ReadIndexReply
/// time           the sender's cluster time; in all but the last five
/// incarnation, probation    in appended and installed: of the sender's data, where not 0 and false
/// incarnations, digests    each [member, number]
/// n              a number that only its sender knows the meaning of
/// last, prev, conflict    a place in the log: [index, term]
/// pre, transfer  true, or left out
/// entries        each [term] for a no-op, [term, data] for a command, [term, data, "membership"];
///                indexes count on from `prev`
/// snapshot       {at: [index, term], members, chunks, bytes, crc}
/// requests       each {n, get} or {n, do}: its number, and an operation or an envelope
/// replies        each {n} and one of done (a result), leader (not the leader; this may be),
///                busy, refused (a text), unknown (true)
/// ```
///
/// Data, memberships, operations, envelopes and results are their own binary forms in Base64
/// ([Membership#encode], [CommandCodec]). Whatever else is read gives a [MalformedException].
public final class JsonMessages {
  /// How many entries, requests or replies a message may bring.
  public static final int ITEMS_MAX = 65_536;

  /// What a request or a reply takes beside its data, about.
  private static final int ITEM_BYTES = 100;

  private JsonMessages() {}

  /// Writes the members of a message into the object that is open.
  public static void write(JsonGenerator out, PeerMessage message) {
    switch (message) {
      case PeerMessage.Raft(Message inner, long clusterTimeMillis) -> {
        write(out, inner);
        out.writeNumberProperty("term", inner.term());
        out.writeNumberProperty("time", clusterTimeMillis);
      }
      case PeerMessage.Forward forward -> {
        out.writeStringProperty("rpc", "forward");
        out.writeNumberProperty("term", forward.term());
        out.writeArrayPropertyStart("requests");
        forward.requests().forEach(request -> write(out, request));
        out.writeEndArray();
      }
      case PeerMessage.ForwardReply reply -> {
        out.writeStringProperty("rpc", "forwarded");
        out.writeArrayPropertyStart("replies");
        reply.replies().forEach(one -> write(out, one));
        out.writeEndArray();
      }
      case PeerMessage.Bootstrap bootstrap -> {
        out.writeStringProperty("rpc", "found");
        writeFlag(out, "founded", bootstrap.takesPart());
        write(out, "incarnations", bootstrap.incarnations());
      }
      case PeerMessage.Digests digests -> {
        out.writeStringProperty("rpc", "digests");
        out.writeNumberProperty("index", digests.index());
        write(out, "digests", digests.digests());
      }
      case PeerMessage.Admin _ -> throw new IllegalArgumentException("no form of " + message);
      case PeerMessage.ReadIndexRequest ask -> {
        out.writeStringProperty("rpc", "ask");
        out.writeNumberProperty("term", ask.term());
        out.writeNumberProperty("n", ask.number());
      }
      case PeerMessage.ReadIndexReply reply -> {
        out.writeStringProperty("rpc", "told");
        out.writeNumberProperty("term", reply.term());
        out.writeNumberProperty("n", reply.number());
        out.writeNumberProperty("index", reply.index());
      }
    }
  }

  private static void write(JsonGenerator out, Message message) {
    switch (message) {
      case Message.RequestVote vote -> {
        out.writeStringProperty("rpc", "vote");
        writePlace(out, "last", vote.last());
        writeFlag(out, "pre", vote.preVote());
        writeFlag(out, "transfer", vote.transfer());
      }
      case Message.RequestVoteReply reply -> {
        out.writeStringProperty("rpc", "voted");
        out.writeBooleanProperty("granted", reply.granted());
        writeFlag(out, "pre", reply.preVote());
      }
      case Message.AppendEntries append -> write(out, append);
      case Message.AppendEntriesReply reply -> {
        out.writeStringProperty("rpc", "appended");
        out.writeBooleanProperty("ok", reply.success());
        out.writeNumberProperty("match", reply.match());
        if (!reply.conflict().equals(EntryId.ZERO)) writePlace(out, "conflict", reply.conflict());
        out.writeNumberProperty("round", reply.round());
        write(out, reply.incarnation());
      }
      case Message.InstallSnapshot install -> {
        out.writeStringProperty("rpc", "install");
        write(out, install.meta());
        out.writeNumberProperty("chunk", install.chunk());
        out.writeStringProperty("data", base64(install.data()));
      }
      case Message.InstallSnapshotReply reply -> {
        out.writeStringProperty("rpc", "installed");
        writePlace(out, "last", reply.last());
        out.writeNumberProperty("next", reply.nextChunk());
        write(out, reply.incarnation());
      }
      case Message.TimeoutNow _ -> out.writeStringProperty("rpc", "stand");
      case Message.DataLost lost -> {
        out.writeStringProperty("rpc", "lost");
        out.writeNumberProperty("incarnation", lost.incarnation());
      }
    }
  }

  private static void write(JsonGenerator out, Incarnation incarnation) {
    if (incarnation.number() != 0) out.writeNumberProperty("incarnation", incarnation.number());
    writeFlag(out, "probation", incarnation.rejoining());
  }

  private static void write(JsonGenerator out, String name, SortedMap<Integer, Long> byMember) {
    out.writeArrayPropertyStart(name);
    byMember.forEach(
        (member, number) -> {
          out.writeStartArray();
          out.writeNumber(member);
          out.writeNumber(number);
          out.writeEndArray();
        });
    out.writeEndArray();
  }

  private static void write(JsonGenerator out, Message.AppendEntries append) {
    out.writeStringProperty("rpc", "append");
    writePlace(out, "prev", append.prev());
    out.writeArrayPropertyStart("entries");
    long index = append.prev().index();
    for (Entry entry : append.entries()) {
      if (entry.index() != ++index)
        throw new IllegalArgumentException("entry " + entry.index() + " in place of " + index);
      out.writeStartArray();
      out.writeNumber(entry.term());
      switch (entry.kind()) {
        case NO_OP -> {}
        case COMMAND -> out.writeString(base64(entry.data()));
        case MEMBERSHIP -> {
          out.writeString(base64(entry.data()));
          out.writeString("membership");
        }
      }
      out.writeEndArray();
    }
    out.writeEndArray();
    out.writeNumberProperty("commit", append.commit());
    out.writeNumberProperty("round", append.round());
  }

  private static void write(JsonGenerator out, SnapshotMeta meta) {
    out.writeObjectPropertyStart("snapshot");
    writePlace(out, "at", meta.last());
    out.writeStringProperty("members", base64(meta.membership().encode()));
    out.writeNumberProperty("chunks", meta.chunks());
    out.writeNumberProperty("bytes", meta.sizeBytes());
    out.writeNumberProperty("crc", meta.crc32c());
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, PeerMessage.Request request) {
    out.writeStartObject();
    out.writeNumberProperty("n", request.number());
    switch (request.operation()) {
      case Operation.Read read ->
          out.writeStringProperty("get", base64(CommandCodec.encode(request.caller(), read)));
      case Operation.Command command -> {
        var envelope = new Envelope(request.caller(), request.requestId(), 0, command);
        out.writeStringProperty("do", base64(CommandCodec.encode(envelope)));
      }
    }
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, PeerMessage.Reply reply) {
    out.writeStartObject();
    out.writeNumberProperty("n", reply.number());
    switch (reply.outcome()) {
      case Outcome.Done(var result) ->
          out.writeStringProperty("done", base64(CommandCodec.encode(result)));
      case Outcome.NotLeader(int leader) -> out.writeNumberProperty("leader", leader);
      case Outcome.Busy(String reason) -> out.writeStringProperty("busy", reason);
      case Outcome.NoMemory() -> out.writeStringProperty("busy", Outcome.NoMemory.REASON);
      case Outcome.Refused(String reason) -> out.writeStringProperty("refused", reason);
      case Outcome.Unknown() -> out.writeBooleanProperty("unknown", true);
    }
    out.writeEndObject();
  }

  private static void writePlace(JsonGenerator out, String name, EntryId place) {
    out.writeArrayPropertyStart(name);
    out.writeNumber(place.index());
    out.writeNumber(place.term());
    out.writeEndArray();
  }

  private static void writeFlag(JsonGenerator out, String name, boolean flag) {
    if (flag) out.writeBooleanProperty(name, true);
  }

  private static String base64(Bytes bytes) {
    return Base64.getEncoder().encodeToString(bytes.toArray());
  }

  /// The message in as many as are needed so that none carries more than about `bytesMax` bytes of
  /// requests or replies, unless a single one of them is larger. What else a message carries is
  /// bounded by the protocol's own settings.
  public static List<PeerMessage> parts(PeerMessage message, int bytesMax) {
    return switch (message) {
      case PeerMessage.Raft _, PeerMessage.ReadIndexRequest _, PeerMessage.ReadIndexReply _ ->
          List.of(message);
      case PeerMessage.Forward forward ->
          split(forward.requests(), request -> CommandCodec.sizeOf(request.operation()), bytesMax)
              .stream()
              .<PeerMessage>map(
                  part ->
                      new PeerMessage.Forward(forward.from(), forward.to(), forward.term(), part))
              .toList();
      case PeerMessage.ForwardReply reply ->
          split(reply.replies(), one -> sizeOf(one.outcome()), bytesMax).stream()
              .<PeerMessage>map(
                  part -> new PeerMessage.ForwardReply(reply.from(), reply.to(), part))
              .toList();
      case PeerMessage.Bootstrap _, PeerMessage.Digests _, PeerMessage.Admin _ -> List.of(message);
    };
  }

  private static <T> List<List<T>> split(List<T> items, ToLongFunction<T> size, int bytesMax) {
    List<List<T>> parts = new ArrayList<>();
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < items.size(); i++) {
      long more = ITEM_BYTES + size.applyAsLong(items.get(i));
      if (i > from && bytes + more > bytesMax) {
        parts.add(items.subList(from, i));
        from = i;
        bytes = 0;
      }
      bytes += more;
    }
    parts.add(items.subList(from, items.size()));
    return parts;
  }

  private static long sizeOf(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done(Result result) -> CommandCodec.sizeOf(result);
      case Outcome.Busy(String reason) -> reason.length();
      case Outcome.Refused(String reason) -> reason.length();
      case Outcome.NotLeader _, Outcome.NoMemory _, Outcome.Unknown _ -> 0;
    };
  }

  // ---- reading ----

  /// Reads a message from the members of an object; those it does not know are not looked at.
  public static PeerMessage read(Json.Obj in, int from, int to) {
    try {
      String rpc = in.text("rpc");
      return switch (rpc) {
        case "forward" -> new PeerMessage.Forward(from, to, term(in), requests(in));
        case "forwarded" -> new PeerMessage.ForwardReply(from, to, replies(in));
        case "found" ->
            new PeerMessage.Bootstrap(from, to, in.flag("founded"), byMember(in, "incarnations"));
        case "digests" ->
            new PeerMessage.Digests(from, to, count(in, "index"), byMember(in, "digests"));
        case "ask" -> new PeerMessage.ReadIndexRequest(from, to, term(in), sending(in));
        case "told" ->
            new PeerMessage.ReadIndexReply(from, to, term(in), sending(in), count(in, "index"));
        default -> {
          long time = in.number("time", 0, Envelope.CLUSTER_TIME_MILLIS_MAX);
          yield new PeerMessage.Raft(message(rpc, in, from, to), time);
        }
      };
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage());
    }
  }

  private static Message message(String rpc, Json.Obj in, int from, int to) {
    long term = term(in);
    return switch (rpc) {
      case "vote" ->
          new Message.RequestVote(
              from, to, term, place(in, "last"), in.flag("pre"), in.flag("transfer"));
      case "voted" ->
          new Message.RequestVoteReply(from, to, term, in.flag("granted"), in.flag("pre"));
      case "append" -> append(in, from, to, term);
      case "appended" ->
          new Message.AppendEntriesReply(
              from,
              to,
              term,
              in.flag("ok"),
              count(in, "match"),
              in.has("conflict") ? place(in, "conflict") : EntryId.ZERO,
              count(in, "round"),
              incarnation(in));
      case "install" ->
          new Message.InstallSnapshot(
              from, to, term, meta(in), in.number("chunk", Integer.MAX_VALUE), data(in, "data"));
      case "installed" ->
          new Message.InstallSnapshotReply(
              from,
              to,
              term,
              place(in, "last"),
              in.number("next", Integer.MAX_VALUE),
              incarnation(in));
      case "stand" -> new Message.TimeoutNow(from, to, term);
      case "lost" -> new Message.DataLost(from, to, term, incarnation(in).number());
      default ->
          throw new MalformedException("no message is called '" + JsonText.truncate(rpc) + "'");
    };
  }

  private static Incarnation incarnation(Json.Obj in) {
    long incarnation =
        in.has("incarnation") ? in.number("incarnation", Long.MIN_VALUE, Long.MAX_VALUE) : 0;
    return new Incarnation(incarnation, in.flag("probation"));
  }

  private static SortedMap<Integer, Long> byMember(Json.Obj in, String name) {
    SortedMap<Integer, Long> byMember = new TreeMap<>();
    for (Json item : in.list(name, Membership.MEMBERS_MAX)) {
      if (!(item instanceof Json.Arr(List<Json> pair)) || pair.size() != 2)
        throw new MalformedException(name + " are not [member, number] each");
      byMember.put(
          (int) Json.number(pair.getFirst(), "a member", 0, Integer.MAX_VALUE),
          Json.number(pair.getLast(), name, Long.MIN_VALUE, Long.MAX_VALUE));
    }
    return byMember;
  }

  private static Message append(Json.Obj in, int from, int to, long term) {
    EntryId prev = place(in, "prev");
    List<Entry> entries = new ArrayList<>();
    long index = prev.index();
    for (Json item : in.list("entries", ITEMS_MAX)) {
      if (!(item instanceof Json.Arr(List<Json> parts)) || parts.isEmpty() || parts.size() > 3)
        throw new MalformedException("an entry is an array of one to three");
      long entryTerm = Json.number(parts.getFirst(), "an entry's term", 1, Long.MAX_VALUE);
      Bytes data = parts.size() == 1 ? Bytes.EMPTY : data(parts.get(1), "an entry's data");
      entries.add(new Entry(++index, entryTerm, kind(parts), data));
    }
    return new Message.AppendEntries(
        from, to, term, prev, entries, count(in, "commit"), count(in, "round"));
  }

  private static Entry.Kind kind(List<Json> parts) {
    return switch (parts.size()) {
      case 1 -> Entry.Kind.NO_OP;
      case 2 -> Entry.Kind.COMMAND;
      default -> {
        if (!(parts.get(2) instanceof Json.Str(String kind)) || !kind.equals("membership"))
          throw new MalformedException("an entry of an unknown kind");
        Membership.decode(data(parts.get(1), "a membership"));
        yield Entry.Kind.MEMBERSHIP;
      }
    };
  }

  private static SnapshotMeta meta(Json.Obj in) {
    if (!(in.need("snapshot") instanceof Json.Obj meta))
      throw new MalformedException("'snapshot' is not an object");
    return new SnapshotMeta(
        place(meta, "at"),
        Membership.decode(data(meta, "members")),
        meta.number("chunks", Integer.MAX_VALUE),
        count(meta, "bytes"),
        (int) meta.number("crc", Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  private static List<PeerMessage.Request> requests(Json.Obj in) {
    List<PeerMessage.Request> requests = new ArrayList<>();
    for (Json item : in.list("requests", ITEMS_MAX)) {
      Json.Obj one = object(item, "a request");
      requests.add(one.has("do") ? command(one) : read(one));
    }
    return requests;
  }

  private static PeerMessage.Request command(Json.Obj one) {
    Envelope envelope = CommandCodec.decodeEnvelope(data(one, "do"));
    return new PeerMessage.Request(
        sending(one), envelope.caller(), envelope.requestId(), envelope.command());
  }

  private static PeerMessage.Request read(Json.Obj one) {
    CommandCodec.CallersRead read = CommandCodec.decodeRead(data(one, "get"));
    return new PeerMessage.Request(sending(one), read.caller(), null, read.read());
  }

  private static List<PeerMessage.Reply> replies(Json.Obj in) {
    List<PeerMessage.Reply> replies = new ArrayList<>();
    for (Json item : in.list("replies", ITEMS_MAX)) {
      Json.Obj one = object(item, "a reply");
      replies.add(new PeerMessage.Reply(sending(one), outcome(one)));
    }
    return replies;
  }

  private static Outcome outcome(Json.Obj one) {
    if (one.has("done")) return new Outcome.Done(CommandCodec.decodeResult(data(one, "done")));
    if (one.has("leader"))
      return new Outcome.NotLeader((int) one.number("leader", Membership.NONE, Integer.MAX_VALUE));
    if (one.has("busy")) return Outcome.Busy.said(JsonText.truncate(one.text("busy")));
    if (one.has("refused")) return new Outcome.Refused(JsonText.truncate(one.text("refused")));
    if (one.flag("unknown")) return new Outcome.Unknown();
    throw new MalformedException("a reply without an outcome");
  }

  private static Json.Obj object(Json json, String what) {
    if (json instanceof Json.Obj object) return object;
    throw new MalformedException(what + " is not an object");
  }

  private static long term(Json.Obj in) {
    return count(in, "term");
  }

  /// Any number at all: only the sender knows what it means.
  private static long sending(Json.Obj one) {
    return one.number("n", Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static long count(Json.Obj in, String name) {
    return in.number(name, 0, Long.MAX_VALUE);
  }

  private static EntryId place(Json.Obj in, String name) {
    List<Json> pair = in.list(name, 2);
    if (pair.size() != 2) throw new MalformedException("'" + name + "' is not [index, term]");
    return new EntryId(
        Json.number(pair.getFirst(), "an index", 0, Long.MAX_VALUE),
        Json.number(pair.getLast(), "a term", 0, Long.MAX_VALUE));
  }

  private static Bytes data(Json.Obj in, String name) {
    return data(in.need(name), "'" + name + "'");
  }

  private static Bytes data(Json json, String what) {
    try {
      if (json instanceof Json.Str(String text))
        return Bytes.wrap(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw new MalformedException(what + " is not Base64");
    }
    throw new MalformedException(what + " is not a string");
  }
}
