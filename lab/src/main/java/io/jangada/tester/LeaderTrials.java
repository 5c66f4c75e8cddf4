package io.jangada.tester;

import io.jangada.bytes.Bytes;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What must be kept when the leader changes, and what must not be done without a majority.
final class LeaderTrials {
  private static final long EXPTIME_SECONDS = 3;
  private static final long EXPIRY_MILLIS_BEFORE_KILL = 1_500;

  /// A machine as busy as this one may be that much late. A timer that began anew with the new
  /// leader would be later still.
  private static final long EXPIRY_LATE_MILLIS_MAX = 1_200;

  private static final int PAUSES = 2;
  private static final int PAUSED_READERS = 8;
  private static final int SILENCE_MILLIS = 1_000;

  /// The read was waiting all the time that the write was.
  private static final int REST_MILLIS = 100;

  private LeaderTrials() {}

  static List<Trial> all() {
    return List.of(
        new Trial(
            "versions",
            "versions stay what they are over a change of leader",
            3,
            LeaderTrials::versions),
        new Trial(
            "expiry",
            "the time that is left is kept over a change of leader",
            3,
            LeaderTrials::expiry),
        new Trial(
            "pause",
            "a leader that was stopped says nothing stale when it goes on",
            3,
            LeaderTrials::pause),
        new Trial("minority", "a minority may be down, and catches up", 3, LeaderTrials::minority),
        new Trial(
            "no-majority",
            "nothing is acknowledged without a majority",
            2,
            LeaderTrials::noMajority));
  }

  private static String versions(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextClient client = stage.client();
    String key = stage.key("k");
    long first = Stage.version(client.set(key, 0, Bytes.utf8("one")), "set");
    long second = Stage.version(client.cas(key, 0, first, Bytes.utf8("two")), "cas");
    int leader = client.answeredBy();
    stage.cluster().kill(leader);
    TextReply late = client.cas(key, 0, first, Bytes.utf8("lost"));
    Stage.expect(late, new TextReply.OtherVersion(), "cas with a version of before");
    long third = Stage.version(client.cas(key, 0, second, Bytes.utf8("three")), "cas");
    Failure.unless(third > second, "cas made version " + third + " of " + second);
    TextReply now = new TextReply.Meta(third, 0, Bytes.utf8("three"));
    Stage.expect(client.getm(key), now, "getm");
    return first + ", " + second + "; then, at server " + client.answeredBy() + ", " + third;
  }

  private static String expiry(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextClient client = stage.client();
    String brief = stage.key("brief");
    String lasting = stage.key("lasting");
    Bytes value = Bytes.utf8("value");
    Stage.version(client.set(lasting, 1000, value), "set");
    long asked = System.nanoTime();
    long version = Stage.version(client.set(brief, EXPTIME_SECONDS, value), "set");
    long written = System.nanoTime();
    Waiting.pause(EXPIRY_MILLIS_BEFORE_KILL);
    stage.cluster().kill(client.answeredBy());
    stage.leaderOtherThan(client.answeredBy());
    TextReply there = new TextReply.Meta(version, EXPTIME_SECONDS, value);
    long lifeMillis = TimeUnit.SECONDS.toMillis(EXPTIME_SECONDS);
    while (true) {
      TextReply reply = client.getm(brief);
      long now = System.nanoTime();
      if (reply instanceof TextReply.NotFound) {
        long since = TimeUnit.NANOSECONDS.toMillis(now - asked);
        Failure.unless(since >= lifeMillis, "it was gone " + since + " ms after it was asked for");
        break;
      }
      Stage.expect(reply, there, "getm");
      long late = TimeUnit.NANOSECONDS.toMillis(now - written) - lifeMillis;
      Failure.unless(late <= EXPIRY_LATE_MILLIS_MAX, "it is still there " + late + " ms too late");
      Waiting.pause(10);
    }
    long late = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - written) - lifeMillis;
    Stage.expect(client.get(lasting), new TextReply.Value(value), "get of another");
    return "seen to be gone " + late + " ms after it was due, at server " + client.answeredBy();
  }

  /// Whether a leader that believes itself one still answers is a matter of what it looks at first
  /// when it goes on; so it is tried several times.
  private static String pause(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextClient client = stage.client();
    String key = stage.key("k");
    long version = Stage.version(client.set(key, 0, value(0)), "set");
    int fresh = 0;
    for (int round = 1; round <= PAUSES; round++) {
      int first = stage.leader();
      List<TextConnection> readers = new ArrayList<>();
      for (int i = 0; i < PAUSED_READERS; i++) readers.add(stage.connect(first));
      stage.cluster().pause(first);
      stage.leaderOtherThan(first);
      version = Stage.version(client.cas(key, 0, version, value(round)), "cas");
      // It is the first thing that the one of before finds when it goes on.
      for (TextConnection reader : readers)
        reader.send(TextConnection.command("getm " + key, Bytes.EMPTY));
      stage.cluster().resume(first);
      TextReply wanted = new TextReply.Meta(version, 0, value(round));
      for (TextConnection reader : readers) {
        TextReply reply = reader.receive();
        if (reply.equals(wanted)) fresh++;
        else
          Failure.unless(
              reply instanceof TextReply.Redirect, "a stopped leader's getm said " + reply);
      }
    }
    return PAUSES
        + " leaders were stopped; of "
        + PAUSES * PAUSED_READERS
        + " reads that waited at them "
        + fresh
        + " got the new value, the others were sent on";
  }

  private static Bytes value(int round) {
    return Bytes.utf8("value " + round);
  }

  private static String minority(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextClient client = stage.client();
    int leader = stage.leader();
    int size = stage.cluster().ids().size();
    SortedSet<Integer> down = some(stage.followersOf(leader), (size - 1) / 2);
    stage.cluster().kill(down);
    Bytes value = Bytes.utf8("written meanwhile");
    long version = Stage.version(client.set(stage.key("k"), 0, value), "set");
    stage.restore();
    SortedSet<Integer> others = stage.cluster().ids();
    others.removeAll(down);
    stage.cluster().kill(some(others, (size - 1) / 2));
    TextReply wanted = new TextReply.Meta(version, 0, value);
    Stage.expect(client.getm(stage.key("k")), wanted, "getm with others down");
    return "without servers " + down + ", and then with them";
  }

  private static SortedSet<Integer> some(SortedSet<Integer> servers, int count) {
    SortedSet<Integer> some = new TreeSet<>(servers);
    while (some.size() > count) some.remove(some.last());
    return some;
  }

  private static String noMajority(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    int leader = stage.leader();
    TextClient client = stage.client();
    long version = Stage.version(client.set(stage.key("k"), 0, Bytes.utf8("old")), "set");
    int size = stage.cluster().ids().size();
    SortedSet<Integer> down = some(stage.followersOf(leader), size - size / 2);
    TextConnection writing = stage.connect(leader, SILENCE_MILLIS);
    TextConnection reading = stage.connect(leader, REST_MILLIS);
    stage.cluster().kill(down);
    reading.send(TextConnection.command("getm " + stage.key("k"), Bytes.EMPTY));
    Bytes value = Bytes.utf8("new");
    String cas = "once " + stage.key("session") + " 1 cas " + stage.key("k") + " 0 " + version;
    writing.send(TextConnection.command(cas + " " + value.length(), value));
    String wrote = silence(writing);
    String read = silence(reading);
    stage.restore();
    TextReply again = client.request(cas + " " + value.length(), value);
    long next = Stage.version(again, "the cas, sent again with a majority");
    Stage.expect(client.getm(stage.key("k")), new TextReply.Meta(next, 0, value), "getm");
    return "without servers " + down + " a cas got " + wrote + ", a getm " + read;
  }

  /// What came instead of an answer.
  private static String silence(TextConnection connection) throws IOException, Failure {
    try {
      TextReply reply = connection.receive();
      Failure.unless(
          reply instanceof TextReply.InternalError || reply instanceof TextReply.Redirect,
          "it was answered " + reply);
      return reply.toString();
    } catch (SocketTimeoutException e) {
      return "no reply";
    }
  }
}
