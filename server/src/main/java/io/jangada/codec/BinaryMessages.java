package io.jangada.codec;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Incarnation;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.SnapshotMeta;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// [PeerMessage]s as bytes: what [Frames] carry. Sender and receiver are left to the connection,
/// whose [Handshake] named them, so that no member can speak in another's name.
///
/// Numbers are big-endian, `n` bytes wide where (n) stands behind them; a *string* has its length
/// (4) before it; a *place* is the index (8) and term (8) of a log entry; flags are bits of one
/// byte. Every message starts with [#FORMAT] (1) and its kind (1):
///
/// ```
/// 1  RequestVote           time (8) term (8) last: place, flags: 1 pre-vote, 2 transfer
/// 2  RequestVoteReply      time term flags: 1 granted, 2 pre-vote
/// 3  AppendEntries         time term prev: place, commit (8) round (8) count (4) entries
/// 4  AppendEntriesReply    time term flags: 1 success, 2 rejoining; incarnation (8) match (8)
///                          conflict: place, round (8)
/// 5  InstallSnapshot       time term snapshot chunk (4) data: string
/// 6  InstallSnapshotReply  time term flags: 2 rejoining; incarnation (8) last: place,
///                          next chunk (4)
/// 7  TimeoutNow            time term
/// 8  Forward               term count (4) requests
/// 9  ForwardReply          count (4) replies
/// 10 Bootstrap             flags: 1 takes part; count (4) initial members
/// 11 ReadIndexRequest      term number (8)
/// 12 ReadIndexReply        term number (8) index (8)
/// 13 DataLost              time term incarnation (8)
/// 14 Digests               index (8) count (4) digests
/// 15 Admin                 flags: 1 reply; number (8) content: string
///
/// time       the sender's cluster time in milliseconds
/// entry      kind (1): 0 no-op, 1 command, 2 membership; term (8) data: string
///            the indexes count on from that of prev
/// snapshot   last: place, membership: string, chunks (4) bytes (8) crc32c (4)
/// request    number (8) kind (1): 0 a read: string, an operation; 1 a command: string, an envelope
/// initial member  member (4) incarnation (8)
/// digest     member (4) digest (8)
/// reply      number (8) kind (1): 0 done: string, a result; 1 not the leader: leader (4);
///            2 busy: text; 3 refused: text; 4 unknown
/// ```
///
/// A text is a string of UTF-8 of at most [#TEXT_BYTES_MAX] bytes. Operations, envelopes and
/// results are in the form of [CommandCodec], memberships in that of [Membership#encode].
///
/// Any bytes at all give a message or a [MalformedException]. No count or length is believed before
/// it has been compared with what is left of the frame, so a frame never costs more memory than a
/// small multiple of its own length. The bytes of an entry are copied once on their way out, into
/// the buffer, and once on their way in, into an array of their own: the log and the store let go
/// of entries one by one, and an array shared by all entries of a frame would outlive most of them.
public final class BinaryMessages {
  public static final int FORMAT = 1;

  public static final int TEXT_BYTES_MAX = 4_096;

  private static final int REQUEST_VOTE = 1;
  private static final int REQUEST_VOTE_REPLY = 2;
  private static final int APPEND_ENTRIES = 3;
  private static final int APPEND_ENTRIES_REPLY = 4;
  private static final int INSTALL_SNAPSHOT = 5;
  private static final int INSTALL_SNAPSHOT_REPLY = 6;
  private static final int TIMEOUT_NOW = 7;
  private static final int FORWARD = 8;
  private static final int FORWARD_REPLY = 9;
  private static final int BOOTSTRAP = 10;
  private static final int ASK_READ_INDEX = 11;
  private static final int READ_INDEX_REPLY = 12;
  private static final int DATA_LOST = 13;
  private static final int DIGESTS = 14;
  private static final int ADMIN = 15;

  private static final int ENTRY_BYTES_MIN = 13;
  private static final int REQUEST_BYTES_MIN = 13;
  private static final int REPLY_BYTES_MIN = 9;
  private static final int NUMBERED_BYTES = 12;

  private static final Entry.Kind[] KINDS = Entry.Kind.values();

  private BinaryMessages() {}

  // ---- writing ----

  /// Appends a message to the buffer, which grows as needed.
  ///
  /// @throws IllegalArgumentException for one that no reader would take
  public static void write(ByteBuf out, PeerMessage message) {
    out.writeByte(FORMAT);
    switch (message) {
      case PeerMessage.Raft(Message inner, long clusterTimeMillis) ->
          write(out, inner, clusterTimeMillis);
      case PeerMessage.Forward forward -> {
        out.writeByte(FORWARD).writeLong(forward.term());
        out.writeInt(forward.requests().size());
        for (PeerMessage.Request request : forward.requests()) put(out, request);
      }
      case PeerMessage.ForwardReply replies -> {
        out.writeByte(FORWARD_REPLY).writeInt(replies.replies().size());
        for (PeerMessage.Reply reply : replies.replies()) put(out, reply);
      }
      case PeerMessage.Bootstrap bootstrap -> {
        putFlags(out.writeByte(BOOTSTRAP), bootstrap.takesPart(), false);
        put(out, bootstrap.incarnations());
      }
      case PeerMessage.Digests digests -> {
        out.writeByte(DIGESTS).writeLong(digests.index());
        put(out, digests.digests());
      }
      case PeerMessage.Admin admin -> {
        putFlags(out.writeByte(ADMIN), admin.isReply(), false);
        put(out.writeLong(admin.number()), admin.content());
      }
      case PeerMessage.ReadIndexRequest ask ->
          out.writeByte(ASK_READ_INDEX).writeLong(ask.term()).writeLong(ask.number());
      case PeerMessage.ReadIndexReply reply -> {
        out.writeByte(READ_INDEX_REPLY).writeLong(reply.term()).writeLong(reply.number());
        out.writeLong(reply.index());
      }
    }
  }

  private static void write(ByteBuf out, Message message, long time) {
    switch (message) {
      case Message.RequestVote vote -> {
        head(out, REQUEST_VOTE, time, vote.term());
        put(out, vote.last());
        putFlags(out, vote.preVote(), vote.transfer());
      }
      case Message.RequestVoteReply reply -> {
        head(out, REQUEST_VOTE_REPLY, time, reply.term());
        putFlags(out, reply.granted(), reply.preVote());
      }
      case Message.AppendEntries append -> {
        head(out, APPEND_ENTRIES, time, append.term());
        put(out, append);
      }
      case Message.AppendEntriesReply reply -> {
        head(out, APPEND_ENTRIES_REPLY, time, reply.term());
        putFlags(out, reply.success(), reply.incarnation().rejoining());
        out.writeLong(reply.incarnation().number());
        out.writeLong(reply.match());
        put(out, reply.conflict());
        out.writeLong(reply.round());
      }
      case Message.InstallSnapshot install -> {
        head(out, INSTALL_SNAPSHOT, time, install.term());
        put(out, install.meta());
        out.writeInt(install.chunk());
        put(out, install.data());
      }
      case Message.InstallSnapshotReply reply -> {
        head(out, INSTALL_SNAPSHOT_REPLY, time, reply.term());
        putFlags(out, false, reply.incarnation().rejoining());
        out.writeLong(reply.incarnation().number());
        put(out, reply.last());
        out.writeInt(reply.nextChunk());
      }
      case Message.TimeoutNow stand -> head(out, TIMEOUT_NOW, time, stand.term());
      case Message.DataLost lost -> {
        head(out, DATA_LOST, time, lost.term());
        out.writeLong(lost.incarnation());
      }
    }
  }

  private static void head(ByteBuf out, int kind, long time, long term) {
    out.writeByte(kind).writeLong(time).writeLong(term);
  }

  private static void put(ByteBuf out, Message.AppendEntries append) {
    put(out, append.prev());
    out.writeLong(append.commit()).writeLong(append.round()).writeInt(append.entries().size());
    long index = append.prev().index();
    for (Entry entry : append.entries()) {
      if (entry.index() != ++index)
        throw new IllegalArgumentException("entry " + entry.index() + " in place of " + index);
      out.writeByte(entry.kind().ordinal()).writeLong(entry.term());
      put(out, entry.data());
    }
  }

  private static void put(ByteBuf out, SnapshotMeta meta) {
    put(out, meta.last());
    put(out, meta.membership().encode());
    out.writeInt(meta.chunks()).writeLong(meta.sizeBytes()).writeInt(meta.crc32c());
  }

  private static void put(ByteBuf out, PeerMessage.Request request) {
    out.writeLong(request.number());
    switch (request.operation()) {
      case Operation.Read read ->
          put(out.writeByte(0), CommandCodec.encode(request.caller(), read));
      case Operation.Command command -> {
        var envelope = new Envelope(request.caller(), request.requestId(), 0, command);
        put(out.writeByte(1), CommandCodec.encode(envelope));
      }
    }
  }

  private static void put(ByteBuf out, PeerMessage.Reply reply) {
    out.writeLong(reply.number());
    switch (reply.outcome()) {
      case Outcome.Done(var result) -> put(out.writeByte(0), CommandCodec.encode(result));
      case Outcome.NotLeader(int leader) -> out.writeByte(1).writeInt(leader);
      case Outcome.Busy(String reason) -> putText(out.writeByte(2), reason);
      case Outcome.NoMemory() -> putText(out.writeByte(2), Outcome.NoMemory.REASON);
      case Outcome.Refused(String reason) -> putText(out.writeByte(3), reason);
      case Outcome.Unknown() -> out.writeByte(4);
    }
  }

  private static void put(ByteBuf out, SortedMap<Integer, Long> byMember) {
    out.writeInt(byMember.size());
    byMember.forEach((member, number) -> out.writeInt(member).writeLong(number));
  }

  private static void put(ByteBuf out, EntryId place) {
    out.writeLong(place.index()).writeLong(place.term());
  }

  private static void putFlags(ByteBuf out, boolean first, boolean second) {
    out.writeByte((first ? 1 : 0) | (second ? 2 : 0));
  }

  private static void put(ByteBuf out, Bytes bytes) {
    int length = bytes.length();
    out.ensureWritable(4 + length);
    out.writeInt(length);
    int at = out.writerIndex();
    bytes.putInto(out.internalNioBuffer(at, length));
    out.writerIndex(at + length);
  }

  /// Truncated to what a reader takes: it is for people.
  private static void putText(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, TEXT_BYTES_MAX);
    out.writeInt(length).writeBytes(bytes, 0, length);
  }

  // ---- reading ----

  /// Reads the message that the next `length` bytes of the buffer are.
  public static PeerMessage read(ByteBuf buffer, int length, int from, int to) {
    FrameReader in = new FrameReader(buffer, length);
    int format = in.get();
    if (format != FORMAT) throw new MalformedException("format " + format + ", known is " + FORMAT);
    try {
      PeerMessage message = read(in, from, to);
      in.end();
      return message;
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage());
    }
  }

  private static PeerMessage read(FrameReader in, int from, int to) {
    int kind = in.get();
    return switch (kind) {
      case FORWARD -> new PeerMessage.Forward(from, to, count(in, "term"), requests(in));
      case FORWARD_REPLY -> new PeerMessage.ForwardReply(from, to, replies(in));
      case BOOTSTRAP -> new PeerMessage.Bootstrap(from, to, flags(in, 1) != 0, byMember(in));
      case DIGESTS -> new PeerMessage.Digests(from, to, count(in, "index"), byMember(in));
      case ADMIN -> {
        boolean isReply = flags(in, 1) != 0;
        yield new PeerMessage.Admin(from, to, in.getLong(), isReply, in.getBytes());
      }
      case ASK_READ_INDEX ->
          new PeerMessage.ReadIndexRequest(from, to, count(in, "term"), in.getLong());
      case READ_INDEX_REPLY ->
          new PeerMessage.ReadIndexReply(
              from, to, count(in, "term"), in.getLong(), count(in, "index"));
      default -> {
        long time = in.getLong("cluster time", 0, Envelope.CLUSTER_TIME_MILLIS_MAX);
        yield new PeerMessage.Raft(message(kind, in, from, to), time);
      }
    };
  }

  private static Message message(int kind, FrameReader in, int from, int to) {
    long term = count(in, "term");
    return switch (kind) {
      case REQUEST_VOTE -> {
        EntryId last = place(in);
        int flags = flags(in, 3);
        yield new Message.RequestVote(from, to, term, last, (flags & 1) != 0, (flags & 2) != 0);
      }
      case REQUEST_VOTE_REPLY -> {
        int flags = flags(in, 3);
        yield new Message.RequestVoteReply(from, to, term, (flags & 1) != 0, (flags & 2) != 0);
      }
      case APPEND_ENTRIES -> append(in, from, to, term);
      case APPEND_ENTRIES_REPLY -> {
        int flags = flags(in, 3);
        Incarnation incarnation = new Incarnation(in.getLong(), (flags & 2) != 0);
        long match = count(in, "match");
        EntryId conflict = place(in);
        long round = count(in, "round");
        yield new Message.AppendEntriesReply(
            from, to, term, (flags & 1) != 0, match, conflict, round, incarnation);
      }
      case INSTALL_SNAPSHOT ->
          new Message.InstallSnapshot(from, to, term, meta(in), number(in, "chunk"), in.getBytes());
      case INSTALL_SNAPSHOT_REPLY -> {
        boolean rejoining = flags(in, 2) != 0;
        Incarnation incarnation = new Incarnation(in.getLong(), rejoining);
        EntryId last = place(in);
        int next = number(in, "next chunk");
        yield new Message.InstallSnapshotReply(from, to, term, last, next, incarnation);
      }
      case TIMEOUT_NOW -> new Message.TimeoutNow(from, to, term);
      case DATA_LOST -> new Message.DataLost(from, to, term, in.getLong());
      default -> throw new MalformedException("a message of kind " + kind);
    };
  }

  private static Message append(FrameReader in, int from, int to, long term) {
    EntryId prev = place(in);
    long commit = count(in, "commit");
    long round = count(in, "round");
    int count = in.getCount(ENTRY_BYTES_MIN);
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 1; i <= count; i++) entries.add(entry(in, prev.index() + i));
    return new Message.AppendEntries(from, to, term, prev, entries, commit, round);
  }

  private static Entry entry(FrameReader in, long index) {
    int kind = in.get();
    if (kind >= KINDS.length) throw new MalformedException("an entry of kind " + kind);
    Entry entry = new Entry(index, in.getLong(), KINDS[kind], in.getBytes());
    if (entry.kind() == Entry.Kind.MEMBERSHIP) Membership.decode(entry.data());
    return entry;
  }

  private static SnapshotMeta meta(FrameReader in) {
    return new SnapshotMeta(
        place(in), Membership.decode(in.getBytes()), in.getInt(), in.getLong(), in.getInt());
  }

  private static List<PeerMessage.Request> requests(FrameReader in) {
    int count = in.getCount(REQUEST_BYTES_MIN);
    List<PeerMessage.Request> requests = new ArrayList<>(count);
    for (int i = 0; i < count; i++) requests.add(request(in));
    return requests;
  }

  private static PeerMessage.Request request(FrameReader in) {
    long number = in.getLong();
    int kind = in.get();
    Bytes bytes = in.getBytes();
    return switch (kind) {
      case 0 -> {
        CommandCodec.CallersRead read = CommandCodec.decodeRead(bytes);
        yield new PeerMessage.Request(number, read.caller(), null, read.read());
      }
      case 1 -> {
        Envelope envelope = CommandCodec.decodeEnvelope(bytes);
        yield new PeerMessage.Request(
            number, envelope.caller(), envelope.requestId(), envelope.command());
      }
      default -> throw new MalformedException("a request of kind " + kind);
    };
  }

  private static List<PeerMessage.Reply> replies(FrameReader in) {
    int count = in.getCount(REPLY_BYTES_MIN);
    List<PeerMessage.Reply> replies = new ArrayList<>(count);
    for (int i = 0; i < count; i++) replies.add(new PeerMessage.Reply(in.getLong(), outcome(in)));
    return replies;
  }

  private static Outcome outcome(FrameReader in) {
    int kind = in.get();
    return switch (kind) {
      case 0 -> new Outcome.Done(CommandCodec.decodeResult(in.getBytes()));
      case 1 -> new Outcome.NotLeader(in.getInt());
      case 2 -> Outcome.Busy.said(in.getText(TEXT_BYTES_MAX));
      case 3 -> new Outcome.Refused(in.getText(TEXT_BYTES_MAX));
      case 4 -> new Outcome.Unknown();
      default -> throw new MalformedException("an outcome of kind " + kind);
    };
  }

  private static SortedMap<Integer, Long> byMember(FrameReader in) {
    int count = in.getCount(NUMBERED_BYTES);
    SortedMap<Integer, Long> byMember = new TreeMap<>();
    for (int i = 0; i < count; i++) byMember.put(number(in, "member"), in.getLong());
    return byMember;
  }

  /// Whether members of the first version of the [Handshake] know this kind of message.
  public static boolean isPlain(PeerMessage message) {
    return !(message instanceof PeerMessage.Digests)
        && !(message instanceof PeerMessage.Admin)
        && !(message instanceof PeerMessage.Raft(Message.DataLost _, long _));
  }

  private static EntryId place(FrameReader in) {
    return new EntryId(in.getLong(), in.getLong());
  }

  private static int flags(FrameReader in, int known) {
    int flags = in.get();
    if ((flags & ~known) != 0) throw new MalformedException("flags " + flags);
    return flags;
  }

  private static long count(FrameReader in, String what) {
    return in.getLong(what, 0, Long.MAX_VALUE);
  }

  private static int number(FrameReader in, String what) {
    int number = in.getInt();
    if (number < 0) throw new MalformedException(what + " " + number);
    return number;
  }
}
