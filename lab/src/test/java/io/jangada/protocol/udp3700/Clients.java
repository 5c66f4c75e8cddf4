package io.jangada.protocol.udp3700;

import io.jangada.check.History;
import io.jangada.check.Op;
import io.jangada.check.RecordedResult;
import io.jangada.codec.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The simulator's eight clients: each request comes from one of them, to the replica that the last
/// reply called the leader; none is given up, and what is refused is sent again at once under
/// another MID.
///
/// Stricter than the simulator: a put that is sent again has another value, so that one which was
/// refused and is done all the same shows; and all of it is taken down, to be checked for
/// linearizability.
final class Clients {
  static final int CLIENTS = 8;

  /// @param requests of all clients together, evenly spaced over the time
  /// @param shared whether all read and write a few keys; otherwise each has keys of its own, and
  ///   reads what it knows to be there
  /// @param repeat the part of the requests of which a copy comes late
  record Settings(int requests, double seconds, boolean shared, double repeat, long seed) {}

  private static final int SHARED_KEYS = 5;
  private static final int REFUSALS_MAX = 20_000;

  private static final class Client {
    final String id;
    final SortedMap<String, String> acknowledged = new TreeMap<>();
    String leader = Medium.NOBODY;

    Client(String id) {
      this.id = id;
    }
  }

  private record Request(Client client, String key, boolean put, long firstNanos) {}

  /// @param value null for a get
  /// @param sent in which second of the run
  private record Attempt(Request request, int record, String value, String dst, String sent) {}

  private final World world;
  private final Medium medium;
  private final Settings settings;
  private final Tally tally;
  private final Random random;
  private final History.Recorder recorder = new History.Recorder();
  private final List<Client> clients = new ArrayList<>();
  private final SortedMap<String, Attempt> open = new TreeMap<>();
  private final SortedSet<String> served = new TreeSet<>();

  /// What a key had when a put of it was last acknowledged, to anybody.
  private final SortedMap<String, String> values = new TreeMap<>();

  private long beginNanos;
  private int made;
  private int writes;
  private int refusals;

  Clients(World world, Medium medium, Settings settings, Tally tally) {
    this.world = world;
    this.medium = medium;
    this.settings = settings;
    this.tally = tally;
    this.random = new Random(settings.seed);
    int first = medium.ids().size() + 16;
    for (int i = 0; i < CLIENTS; i++) clients.add(new Client(String.format("%04X", first + i)));
    medium.connect(this::receive);
  }

  /// Has all requests made from now on.
  void begin() {
    beginNanos = world.nanos();
    for (int i = 0; i < settings.requests; i++) {
      long nanos = (long) (i * settings.seconds * 1e9 / settings.requests);
      world.at(beginNanos + nanos, this::ask);
    }
  }

  /// A partition has come: all forget who leads.
  void forgetLeader() {
    for (Client client : clients) client.leader = Medium.NOBODY;
  }

  /// Whether all was asked, and nothing is open but what a replica took that has ended.
  boolean isIdle() {
    return made == settings.requests && openAtLiving() == 0;
  }

  /// How many wait for a reply of a replica that is there.
  int openAtLiving() {
    return (int) open.values().stream().filter(each -> medium.isAlive(each.dst)).count();
  }

  /// How many wait for a reply, by whom they were sent to and when.
  SortedMap<String, Integer> openBySent() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    for (Attempt each : open.values()) counts.merge(each.dst + " at " + each.sent, 1, Integer::sum);
    return counts;
  }

  History history() {
    return recorder.history();
  }

  private void ask() {
    made++;
    Client client = clients.get(random.nextInt(CLIENTS));
    boolean put = random.nextBoolean();
    List<String> known = List.copyOf(client.acknowledged.keySet());
    String key;
    if (settings.shared) {
      key = "shared " + random.nextInt(SHARED_KEYS);
    } else if (known.isEmpty() || put && random.nextBoolean()) {
      put = true;
      key = client.id + " " + made;
    } else {
      key = known.get(random.nextInt(known.size()));
    }
    send(new Request(client, key, put, world.nanos()));
  }

  private void send(Request request) {
    if (medium.living().isEmpty()) return;
    Client client = request.client;
    String dst = client.leader;
    if (!medium.isAlive(dst)) {
      List<Medium.Replica> living = medium.living();
      dst = living.get(random.nextInt(living.size())).id;
    }
    String value = request.put ? "v" + ++writes + " \u00e4\ud83d\ude00\"\\\n" : null;
    String mid = Long.toString(random.nextLong() & Long.MAX_VALUE, 36);
    Op op = request.put ? new Op.Write(value) : new Op.Read();
    int record = recorder.invoke(Integer.parseInt(client.id, 16), request.key, op, world.nanos());
    String sent = (world.nanos() - beginNanos) / 1_000_000_000 + " s";
    Attempt attempt = new Attempt(request, record, value, dst, sent);
    open.put(mid, attempt);
    byte[] bytes = text(attempt, dst, mid).getBytes(StandardCharsets.UTF_8);
    String to = dst;
    medium.deliver(to, bytes);
    if (settings.repeat > 0 && random.nextDouble() < settings.repeat)
      world.after(Weather.lateNanos(random), () -> medium.deliver(to, bytes));
  }

  /// As Python writes it.
  private static String text(Attempt attempt, String dst, String mid) {
    Client client = attempt.request.client;
    String value = attempt.value;
    return String.format(
        "{\"src\": \"%s\", \"dst\": \"%s\", \"leader\": \"%s\", \"type\": \"%s\", \"MID\": \"%s\","
            + " \"key\": %s%s}",
        client.id,
        dst,
        client.leader,
        value == null ? "get" : "put",
        mid,
        ascii(attempt.request.key),
        value == null ? "" : ", \"value\": " + ascii(value));
  }

  static String ascii(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') quoted.append('\\').append(c);
      else if (c < 0x20 || c > 0x7e) quoted.append(String.format("\\u%04x", (int) c));
      else quoted.append(c);
    }
    return quoted.append('"').toString();
  }

  // ---- replies ----

  private void receive(String id, Json.Obj reply) {
    Client client = clients.stream().filter(one -> one.id.equals(id)).findAny().orElse(null);
    String mid = reply.text("MID");
    String type = reply.text("type");
    if (client == null) {
      tally.fault("a reply to " + id + ", which is nobody");
      return;
    }
    client.leader = reply.text("leader");
    Attempt attempt = open.get(mid);
    if (attempt == null) unexpected(mid, type, reply);
    else if (attempt.request.client != client) tally.fault(mid + " is not of " + id);
    else if (type.equals("ok")) served(mid, attempt, reply);
    else if (type.equals("fail") || type.equals("redirect")) refused(mid, attempt, type);
    else tally.fault("an unknown reply " + type);
  }

  /// Another reply to what had one. Where requests come twice, they may be answered twice, but not
  /// be done after they were refused.
  private void unexpected(String mid, String type, Json.Obj reply) {
    if (served.contains(mid)) tally.duplicate();
    else if (type.equals("ok") || settings.repeat == 0)
      tally.fault("a reply to what was refused, or never asked: " + reply);
  }

  private void served(String mid, Attempt attempt, Json.Obj reply) {
    open.remove(mid);
    served.add(mid);
    Request request = attempt.request;
    long now = world.nanos();
    if (request.put) {
      recorder.complete(attempt.record, new RecordedResult.Written(), now);
      values.put(request.key, attempt.value);
      request.client.acknowledged.put(request.key, attempt.value);
    } else {
      String value = reply.text("value");
      RecordedResult result =
          value.isEmpty() ? new RecordedResult.Absent() : new RecordedResult.Found(value);
      recorder.complete(attempt.record, result, now);
      judge(request.key, value);
    }
    tally.served(request.put, request.firstNanos, now);
  }

  /// What the simulator looks at: a value that arrives is that of the last acknowledged put, or of
  /// one whose reply may yet come.
  private void judge(String key, String value) {
    if (value.equals(values.getOrDefault(key, ""))) return;
    for (Attempt other : open.values())
      if (other.request.key.equals(key) && value.equals(other.value)) return;
    tally.fault("a get of " + key + " saw " + value + " after " + values.get(key));
  }

  private void refused(String mid, Attempt attempt, String type) {
    open.remove(mid);
    recorder.fail(attempt.record, world.nanos());
    tally.refused(type);
    if (++refusals > REFUSALS_MAX) throw new IllegalStateException("a storm of refusals");
    send(attempt.request);
  }
}
