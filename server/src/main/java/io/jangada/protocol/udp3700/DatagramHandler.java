package io.jangada.protocol.udp3700;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonMessages;
import io.jangada.codec.JsonReader;
import io.jangada.node.Clock;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.protocol.MemoryReplica;
import io.jangada.raft.Entry;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftNode;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Takes datagrams, finds what they are, and lets the replica go on. All methods are called by the
/// owner.
///
/// Until the quiet time after the start is over, or a peer has spoken, the replica is not polled:
/// no time passes for it, nothing is said, and requests wait in its inbox.
final class DatagramHandler {
  /// The world as one replica sees it.
  ///
  /// @param port where datagrams go
  record Surroundings(Clock clock, Consumer<ByteBuffer> port, RateLimitedLog remarks, long seed) {}

  private final ReplicaIds ids;
  private final Clock clock;
  private final RateLimitedLog remarks;
  private final DatagramBatch out;
  private final CommitNotice notice = new CommitNotice();
  private final RequestHandler clients;
  private final MemoryReplica member;
  private final JsonReader reader = new JsonReader();
  private final Fragments pieces = new Fragments();
  private final long wakeNanos;
  private boolean awake;

  DatagramHandler(ReplicaIds ids, Setup setup, Surroundings surroundings) {
    this.ids = ids;
    this.clock = surroundings.clock;
    this.remarks = surroundings.remarks;
    this.out = new DatagramBatch(ids, surroundings.port);
    this.clients = new RequestHandler(ids, out, remarks);
    this.wakeNanos = clock.nanos() + setup.quietMillis() * 1_000_000L;
    Replica.Dependencies world =
        new Replica.Dependencies(clock, this::send, this::observe, this::applied);
    this.member = new MemoryReplica(setup.replica(ids), setup.storage(), world, surroundings.seed);
    clients.serve(member.replica());
  }

  private void observe(RaftEvent event) {
    if (event instanceof RaftEvent.LeaderElected || event instanceof RaftEvent.SteppedDown)
      remarks.write(event.toString());
  }

  private void send(PeerMessage message) {
    notice.sent(message);
    out.send(message);
  }

  private void applied(Entry entry) {
    if (clients.applied(entry)) notice.answered(entry.index(), clock.nanos());
  }

  /// The leader's id, as far as it is known here.
  String leader() {
    return ids.id(awake ? member.replica().raft().leader() : Membership.NONE);
  }

  /// Whether the quiet time lasts for at least so long, unless a peer speaks.
  boolean isQuietFor(long nanos) {
    return !awake && wakeNanos - clock.nanos() > nanos;
  }

  /// How long there is nothing to do unless a datagram comes.
  long waitNanos() {
    long next = wakeNanos;
    if (awake) {
      next = Math.min(member.replica().nextPollNanos(), clients.nextNanos());
      next = Math.min(next, notice.nextNanos());
    }
    return next - clock.nanos();
  }

  /// Takes a datagram. One that makes no sense changes nothing.
  void receive(byte[] datagram) {
    try {
      if (!(reader.read(datagram, 0, datagram.length) instanceof Json.Obj message))
        throw new MalformedException("not an object");
      receive(message);
    } catch (MalformedException e) {
      remarks.ignored(e.getMessage(), datagram);
    }
  }

  private void receive(Json.Obj message) {
    if (!message.text("dst").equals(ids.ownId()))
      throw new MalformedException("another replica's datagram");
    String src = message.text("src");
    String type = message.text("type");
    int peer = ids.member(src);
    if (!ReplicaIds.isId(src) || src.equals(ReplicaIds.NO_LEADER) || peer == ids.own())
      throw new MalformedException("'src' is not a replica of this cluster");
    if (peer != Membership.NONE) receiveFromPeer(peer, type, message);
    else if (Request.isOne(type)) clients.receive(type, message);
    else throw new MalformedException("the type is not get or put");
  }

  private void receiveFromPeer(int peer, String type, Json.Obj message) {
    switch (type) {
      case DatagramBatch.MESSAGE_TYPE -> take(peer, message);
      case DatagramBatch.PIECE_TYPE -> {
        byte[] whole = pieces.add(peer, message);
        if (whole != null && reader.read(whole, 0, whole.length) instanceof Json.Obj put)
          take(peer, put);
      }
      default -> throw new MalformedException("unknown type of a replica's message");
    }
  }

  private void take(int peer, Json.Obj message) {
    member.replica().receive(JsonMessages.read(message, peer, ids.own()));
    if (message.has(DatagramBatch.KNOWN))
      clients.knownElsewhere(message.number(DatagramBatch.KNOWN, 0, Long.MAX_VALUE));
    awake = true;
    clients.recordContact(peer);
  }

  /// Does all that can be done now, and sends what that yields.
  void cycle() {
    if (!awake && wakeNanos - clock.nanos() > 0) {
      out.flush(Membership.NONE, 0);
      return;
    }
    if (!awake && ids.own() == 0) member.campaign();
    awake = true;
    member.cycle();
    clients.finish(clock.nanos());
    RaftNode raft = member.replica().raft();
    PeerMessage due = notice.due(raft, clock.nanos());
    if (due != null) out.send(due);
    out.flush(raft.leader(), raft.commit());
  }
}
