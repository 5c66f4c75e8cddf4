package io.jangada.node;

import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Answers to requests that followers passed on, gathered until the end of a duty cycle so that
/// many share a message.
final class PeerReplies {
  /// Of a request that may yet be served.
  private static final Outcome SHORT_OF_MEMORY = new Outcome.Busy("memory is short");

  private final FirstSendings first = new FirstSendings();
  private final SortedMap<Integer, List<PeerMessage.Reply>> byPeer = new TreeMap<>();
  private final int id;
  private final long messageBytesMax;
  private final Transport transport;

  /// @param messageBytesMax what one message carries at most, unless a single answer is larger
  PeerReplies(int id, long messageBytesMax, Transport transport) {
    this.id = id;
    this.messageBytesMax = messageBytesMax;
    this.transport = transport;
  }

  void add(int peer, PeerMessage.Reply reply) {
    byPeer.computeIfAbsent(peer, _ -> new ArrayList<>()).add(reply);
  }

  /// The requests that a follower passed on. Their answers are gathered here.
  List<Event.Submit> requests(PeerMessage.Forward forward) {
    List<Event.Submit> requests = new ArrayList<>();
    for (PeerMessage.Request request : forward.requests()) {
      int from = forward.from();
      long number = request.number();
      if (!first.note(from, number)) continue;
      Consumer<Outcome> reply =
          outcome -> {
            boolean isForNow = outcome instanceof Outcome.NoMemory && !first.refuse(from, number);
            add(from, new PeerMessage.Reply(number, isForNow ? SHORT_OF_MEMORY : outcome));
          };
      requests.add(
          new Event.Submit(request.caller(), request.operation(), request.requestId(), reply));
    }
    return requests;
  }

  /// Sends what was gathered.
  void flush() {
    while (!byPeer.isEmpty()) {
      int peer = byPeer.firstKey();
      send(peer, byPeer.remove(peer));
    }
  }

  private void send(int peer, List<PeerMessage.Reply> replies) {
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < replies.size(); i++) {
      long more = replies.get(i).sizeBytes();
      if (i > from && bytes + more > messageBytesMax) {
        transport.send(new PeerMessage.ForwardReply(id, peer, replies.subList(from, i)));
        from = i;
        bytes = 0;
      }
      bytes += more;
    }
    transport.send(new PeerMessage.ForwardReply(id, peer, replies.subList(from, replies.size())));
  }

  /// Tells a member that asked for it the read index, once that is known.
  Consumer<Outcome> readIndex(PeerMessage.ReadIndexRequest ask) {
    return outcome -> {
      if (outcome instanceof Outcome.Done(Result.Written(long index, long _)))
        transport.send(
            new PeerMessage.ReadIndexReply(id, ask.from(), ask.term(), ask.number(), index));
    };
  }
}
