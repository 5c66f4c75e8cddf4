package io.jangada.codec;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Incarnation;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/// Messages of every kind with anything in them.
public final class RandomMessages {
  private RandomMessages() {}

  public static PeerMessage any(Random random, int from, int to) {
    return switch (random.nextInt(13)) {
      case 0 -> new PeerMessage.Forward(from, to, number(random), requests(random));
      case 1 -> new PeerMessage.ForwardReply(from, to, replies(random));
      case 2 -> new PeerMessage.Bootstrap(from, to, random.nextBoolean(), incarnations(random));
      case 3 -> new PeerMessage.ReadIndexRequest(from, to, number(random), random.nextLong());
      case 4 ->
          new PeerMessage.ReadIndexReply(
              from, to, number(random), random.nextLong(), number(random));
      case 5 -> new PeerMessage.Digests(from, to, number(random), incarnations(random));
      default -> new PeerMessage.Raft(message(random, from, to), random.nextLong(1L << 62));
    };
  }

  private static Message message(Random random, int from, int to) {
    long term = number(random);
    boolean one = random.nextBoolean();
    boolean other = random.nextBoolean();
    return switch (random.nextInt(8)) {
      case 7 -> new Message.DataLost(from, to, term, random.nextLong());
      case 0 -> new Message.RequestVote(from, to, term, place(random), one, other);
      case 1 -> new Message.RequestVoteReply(from, to, term, one, other);
      case 2 -> append(random, term, from, to);
      case 3 ->
          new Message.AppendEntriesReply(
              from,
              to,
              term,
              one,
              number(random),
              other ? EntryId.ZERO : place(random),
              number(random),
              standing(random));
      case 4 ->
          new Message.InstallSnapshot(
              from, to, term, meta(random), random.nextInt(9), data(random));
      case 5 ->
          new Message.InstallSnapshotReply(
              from, to, term, place(random), random.nextInt(1 << 30), standing(random));
      default -> new Message.TimeoutNow(from, to, term);
    };
  }

  private static Incarnation standing(Random random) {
    return random.nextInt(3) == 0
        ? Incarnation.NONE
        : new Incarnation(random.nextLong(), random.nextBoolean());
  }

  private static SortedMap<Integer, Long> incarnations(Random random) {
    SortedMap<Integer, Long> incarnations = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--)
      incarnations.put(random.nextInt(9), random.nextLong());
    return incarnations;
  }

  private static Message append(Random random, long term, int from, int to) {
    EntryId prev = place(random);
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= random.nextInt(4); i++) {
      long index = prev.index() + i;
      entries.add(
          switch (Entry.Kind.values()[random.nextInt(3)]) {
            case NO_OP -> new Entry(index, 1 + number(random), Entry.Kind.NO_OP, Bytes.EMPTY);
            case COMMAND -> new Entry(index, 1 + number(random), Entry.Kind.COMMAND, data(random));
            case MEMBERSHIP ->
                new Entry(index, 1, Entry.Kind.MEMBERSHIP, membership(random).encode());
          });
    }
    return new Message.AppendEntries(from, to, term, prev, entries, number(random), number(random));
  }

  private static SnapshotMeta meta(Random random) {
    EntryId last = new EntryId(1 + number(random), number(random));
    return new SnapshotMeta(
        last, membership(random), 1 + random.nextInt(9), number(random), random.nextInt());
  }

  private static Membership membership(Random random) {
    Membership plain =
        new Membership(
            List.of(random.nextInt(5), 5),
            List.of(),
            List.of(8, 9),
            List.of(8 + random.nextInt(2)));
    return random.nextBoolean() ? plain : plain.withAddress(9, "höst:" + random.nextInt());
  }

  private static List<PeerMessage.Request> requests(Random random) {
    List<PeerMessage.Request> requests = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--)
      requests.add(
          switch (random.nextInt(8)) {
            case 6 ->
                new PeerMessage.Request(
                    random.nextLong(), caller(random), null, new Operation.Get(data(random)));
            case 7 ->
                new PeerMessage.Request(random.nextLong(), caller(random), null, write(random));
            case 0 ->
                new PeerMessage.Request(random.nextLong(), null, new Operation.Get(data(random)));
            case 4 ->
                new PeerMessage.Request(
                    random.nextLong(), null, new Operation.Range(KeyRange.prefix(data(random))));
            case 5 -> new PeerMessage.Request(random.nextLong(), null, transaction(random));
            case 1 -> new PeerMessage.Request(random.nextLong(), null, write(random));
            case 2 ->
                new PeerMessage.Request(
                    random.nextLong(),
                    new RequestId.Numbered(Bytes.utf8("c1"), number(random)),
                    write(random));
            default ->
                new PeerMessage.Request(
                    random.nextLong(),
                    new RequestId.Named(Bytes.utf8("c1"), data(random)),
                    new Operation.Delete(data(random), new Condition.Value(data(random))));
          });
    return requests;
  }

  private static Caller caller(Random random) {
    return random.nextBoolean() ? Caller.MEMBER : new Caller(data(random), number(random));
  }

  private static Operation.Transaction transaction(Random random) {
    KeyRange key = KeyRange.of(data(random));
    return new Operation.Transaction(
        List.of(new Compare.Value(key, Compare.Relation.EQUAL, data(random))),
        List.of(write(random), new Operation.Get(data(random))),
        List.of(new Operation.DeleteRange(key, random.nextBoolean())));
  }

  private static Operation.Write write(Random random) {
    return new Operation.Write(
        data(random), data(random), number(random), new Condition.AbsentOrValue(data(random)));
  }

  private static List<PeerMessage.Reply> replies(Random random) {
    List<PeerMessage.Reply> replies = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--)
      replies.add(new PeerMessage.Reply(random.nextLong(), outcome(random)));
    return replies;
  }

  private static Outcome outcome(Random random) {
    return switch (random.nextInt(9)) {
      case 8 -> new Outcome.NoMemory();
      case 7 -> new Outcome.Done(ranged(random));
      case 0 -> new Outcome.Done(new Result.Written(number(random)));
      case 1 -> new Outcome.Done(new Result.Found(data(random), number(random), 0, 0));
      case 2 -> new Outcome.Done(new Result.NotFound());
      case 3 -> new Outcome.NotLeader(random.nextInt(4) - 1);
      case 4 -> new Outcome.Busy("so \"busy\"");
      case 5 -> new Outcome.Refused("no, é");
      default -> new Outcome.Unknown();
    };
  }

  private static Result ranged(Random random) {
    KeyValue.Revisions revisions = new KeyValue.Revisions(number(random), number(random), 1);
    var entry = new KeyValue(data(random), data(random), 7, revisions, KeyValue.Terms.FOR_EVER);
    KeyRange rest = random.nextBoolean() ? KeyRange.of(data(random)) : null;
    return new Result.Ranged(number(random), -1, List.of(entry, entry), rest);
  }

  private static EntryId place(Random random) {
    return new EntryId(number(random), number(random));
  }

  private static long number(Random random) {
    return random.nextInt(4) == 0 ? random.nextLong(Long.MAX_VALUE / 2) : random.nextInt(20);
  }

  private static Bytes data(Random random) {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }
}
