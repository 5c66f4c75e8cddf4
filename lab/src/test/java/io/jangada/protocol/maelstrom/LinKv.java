package io.jangada.protocol.maelstrom;

import io.jangada.check.History;
import io.jangada.check.Op;
import io.jangada.check.RecordedResult;
import io.jangada.codec.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// Maelstrom's `lin-kv` clients: two workers for each node, each with one request at a time for its
/// own node; half of the workers only read, the others write, compare and set. One key is in use
/// until 20 processes have touched it. A worker whose write ends in doubt goes on as another
/// process with another client.
///
/// Stricter than Maelstrom, what a node says of a missing key or another value is taken down and
/// checked, too.
final class LinKv implements AutoCloseable {
  /// @param opsPerSecond of all workers together, at random times
  /// @param creates whether there are `create` and `delete` requests in the mix, too
  record Settings(int opsPerSecond, long seconds, boolean creates, long seed) {}

  private static final int PROCESSES_PER_KEY = 20;
  private static final int VALUES = 5;

  private static final class Worker {
    final String node;
    final boolean reads;
    int process;
    String client;
    long msgId;
    Call call;

    Worker(String node, boolean reads, int process) {
      this.node = node;
      this.reads = reads;
      this.process = process;
    }
  }

  private record Call(
      int id, Op op, String okType, long msgId, long sentNanos, ScheduledFuture<?> timeout) {}

  private final Network network;
  private final Settings settings;
  private final Random random;
  private final Tally tally;
  private final History.Recorder recorder = new History.Recorder();
  private final List<Worker> workers = new ArrayList<>();
  private final Set<Integer> processes = new TreeSet<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile Throwable broken;
  private int nextProcess;
  private int key;
  private int owed;
  private boolean ending;
  private long endNanos;

  LinKv(Network network, Settings settings, Tally tally) {
    this.network = network;
    this.settings = settings;
    this.tally = tally;
    this.random = new Random(settings.seed);
    List<String> nodes = network.names();
    for (int i = 0; i < 2 * nodes.size(); i++)
      workers.add(new Worker(nodes.get(i % nodes.size()), i < nodes.size(), nextProcess++));
  }

  /// Runs for as long as the settings say and returns what was asked and answered.
  History run() throws InterruptedException {
    endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.seconds);
    clock.execute(() -> safely(this::next));
    long patience = settings.seconds + network.latency().patienceMillis() / 1000 + 30;
    if (!over.await(patience, TimeUnit.SECONDS)) throw new IllegalStateException("it hangs");
    if (broken != null) throw new IllegalStateException(broken);
    return recorder.history();
  }

  private void safely(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      broken = e;
      over.countDown();
    }
  }

  /// It is time for another request: some idle worker makes it, or the next that becomes idle.
  private void next() {
    if (System.nanoTime() >= endNanos) {
      ending = true;
      endIfIdle();
      return;
    }
    owed++;
    pay();
    long gapNanos = (long) (random.nextDouble() * 2e9 / settings.opsPerSecond);
    clock.schedule(() -> safely(this::next), gapNanos, TimeUnit.NANOSECONDS);
  }

  private void pay() {
    List<Worker> idle = workers.stream().filter(worker -> worker.call == null).toList();
    if (owed == 0 || idle.isEmpty() || ending) return;
    owed = Math.min(owed - 1, workers.size());
    begin(idle.get(random.nextInt(idle.size())));
  }

  private void endIfIdle() {
    if (ending && workers.stream().allMatch(worker -> worker.call == null)) over.countDown();
  }

  // ---- a request ----

  private void begin(Worker worker) {
    if (worker.client == null) {
      worker.client =
          network.openClient(
              body -> {
                long now = System.nanoTime();
                clock.execute(() -> safely(() -> answered(worker, body, now)));
              });
      worker.msgId = 0;
    }
    if (processes.add(worker.process) && processes.size() > PROCESSES_PER_KEY) {
      key++;
      processes.clear();
      processes.add(worker.process);
    }
    Asked asked = ask(worker.reads);
    long msgId = ++worker.msgId;
    int id = recorder.invoke(worker.process, "" + key, asked.op, System.nanoTime());
    long now = System.nanoTime();
    ScheduledFuture<?> timeout =
        clock.schedule(
            () -> safely(() -> timedOut(worker, id)),
            network.latency().patienceMillis(),
            TimeUnit.MILLISECONDS);
    worker.call = new Call(id, asked.op, asked.type + "_ok", msgId, now, timeout);
    String body =
        "{\"key\":"
            + key
            + asked.members
            + ",\"type\":\""
            + asked.type
            + "\",\"msg_id\":"
            + msgId
            + "}";
    network.send(worker.client, worker.node, body);
  }

  private record Asked(Op op, String type, String members) {}

  private Asked ask(boolean reads) {
    String one = "" + random.nextInt(VALUES);
    String other = "" + random.nextInt(VALUES);
    if (reads) return new Asked(new Op.Read(), "read", "");
    return switch (random.nextInt(settings.creates ? 6 : 3)) {
      case 0 -> new Asked(new Op.Write(one), "write", ",\"value\":" + one);
      case 3 -> new Asked(new Op.Create(one), "create", ",\"value\":" + one);
      case 4 -> new Asked(new Op.Delete(), "delete", "");
      case 5 ->
          new Asked(
              new Op.CasOrCreate(one, other),
              "cas",
              ",\"from\":" + one + ",\"to\":" + other + ",\"create_if_not_exists\":true");
      default -> new Asked(new Op.Cas(one, other), "cas", ",\"from\":" + one + ",\"to\":" + other);
    };
  }

  private void timedOut(Worker worker, int id) {
    if (worker.call == null || worker.call.id != id) return;
    tally.timedOut();
    doubtful(worker);
  }

  private void answered(Worker worker, Json.Obj body, long nanos) {
    Call call = worker.call;
    // An answer to a read that was given up.
    if (call == null || body.number("in_reply_to", 0, Long.MAX_VALUE) != call.msgId) return;
    call.timeout.cancel(false);
    long micros = (nanos - call.sentNanos) / 1_000;
    if (body.text("type").equals("error")) {
      refused(worker, (int) body.number("code", 0, Integer.MAX_VALUE), micros);
    } else if (isAsItShouldBe(call, body)) {
      recorder.complete(call.id, result(call.op, body), nanosNotBack());
      tally.ok(worker.node, call.sentNanos, nanos);
      idle(worker);
    } else {
      throw new IllegalStateException("an answer that Maelstrom refuses: " + body);
    }
  }

  /// Times are for people; only their order must be right.
  private static long nanosNotBack() {
    return System.nanoTime();
  }

  private static boolean isAsItShouldBe(Call call, Json.Obj body) {
    Set<String> members = new TreeSet<>(body.members().keySet());
    members.remove("msg_id");
    Set<String> wanted = new TreeSet<>(Set.of("type", "in_reply_to"));
    if (call.op instanceof Op.Read) wanted.add("value");
    return members.equals(wanted) && body.text("type").equals(call.okType);
  }

  private static RecordedResult result(Op op, Json.Obj body) {
    return switch (op) {
      case Op.Read() -> new RecordedResult.Found(body.need("value").canonical().toUtf8());
      case Op.Delete() -> new RecordedResult.Deleted();
      default -> new RecordedResult.Written();
    };
  }

  private void refused(Worker worker, int code, long micros) {
    Call call = worker.call;
    tally.refused(code, worker.node, call.sentNanos, call.sentNanos + micros * 1_000);
    switch (code) {
      case 20 -> recorder.complete(call.id, new RecordedResult.Absent(), nanosNotBack());
      case 21 -> recorder.complete(call.id, new RecordedResult.Exists(), nanosNotBack());
      case 22 -> recorder.complete(call.id, new RecordedResult.Mismatch(), nanosNotBack());
      case 1, 10, 11, 12, 14 -> recorder.fail(call.id, nanosNotBack());
      default -> {
        doubtful(worker);
        return;
      }
    }
    idle(worker);
  }

  /// A read may be made again at will; after anything else the client is not to be trusted.
  private void doubtful(Worker worker) {
    recorder.unknown(worker.call.id);
    if (!(worker.call.op instanceof Op.Read)) {
      network.closeClient(worker.client);
      worker.client = null;
      worker.process = nextProcess++;
    }
    idle(worker);
  }

  private void idle(Worker worker) {
    worker.call = null;
    if (ending) endIfIdle();
    else pay();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
