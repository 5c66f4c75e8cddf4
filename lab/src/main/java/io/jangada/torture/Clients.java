package io.jangada.torture;

import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// The clients, each a thread with dice of its own. Half of them speak through [TextCaller], half
/// through [LibraryCaller]. A further protocol would join here.
final class Clients {
  private static final int KEYS = 6;
  private static final int BATCH_MAX = 4;
  private static final long PAUSE_MILLIS_MAX = 12;
  private static final long REFUSED_PAUSE_MILLIS = 30;
  private static final long END_MILLIS_MAX = 90_000;

  private final HistoryRecorder chronicle;
  private final ProgressLine progressLine;
  private final JangadaClient library;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong values = new AtomicLong();
  private volatile boolean over;

  Clients(ProcessCluster cluster, HistoryRecorder chronicle, ProgressLine progressLine) {
    this.chronicle = chronicle;
    this.progressLine = progressLine;
    this.library =
        JangadaClient.connect(
            ClientOptions.of(Endpoint.parseList(cluster.endpoints())).withTls(cluster.tls()));
  }

  /// Sets them going.
  void start(ProcessCluster cluster, int clients, SplittableRandom dice) {
    for (int i = 0; i < clients; i++) {
      int client = i + 1;
      SplittableRandom random = dice.split();
      Caller caller =
          i % 2 == 0 ? new TextCaller(cluster, random.split()) : new LibraryCaller(library);
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .name("client-" + client)
              .unstarted(() -> live(client, caller, random));
      threads.add(thread);
      thread.start();
    }
  }

  private void live(int client, Caller caller, RandomGenerator random) {
    try (caller) {
      while (!over) {
        boolean served = round(client, caller, random);
        Waiting.pause(served ? random.nextLong(PAUSE_MILLIS_MAX) : REFUSED_PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      progressLine.trouble("client " + client + ": " + e);
    }
  }

  /// Asks for a few things at once.
  ///
  /// @return whether any of it was done
  private boolean round(int client, Caller caller, RandomGenerator random)
      throws InterruptedException {
    Round epoch = chronicle.current();
    int count = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(BATCH_MAX);
    List<Round.Note> notes = new ArrayList<>();
    List<ClientOp> clientOps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ClientOp clientOp = clientOp(epoch, random);
      Round.Note note = epoch.begin(client, clientOp);
      if (note == null) continue;
      notes.add(note);
      clientOps.add(clientOp);
    }
    if (notes.isEmpty()) return false;
    boolean[] served = {false};
    caller.execute(
        clientOps,
        (index, said) -> {
          notes.get(index).end(said);
          progressLine.operation(clientOps.get(index), said);
          if (said instanceof OpResult.Done) served[0] = true;
        });
    return served[0];
  }

  private ClientOp clientOp(Round epoch, RandomGenerator random) {
    String key = epoch.key(random.nextInt(KEYS));
    int die = random.nextInt(100);
    if (die < 25) return new ClientOp(ClientOp.Verb.GET, key, "", 0, 0);
    if (die < 50) return new ClientOp(ClientOp.Verb.GETM, key, "", 0, 0);
    if (die < 60) return new ClientOp(ClientOp.Verb.DELETE, key, "", 0, 0);
    String value = "v" + values.incrementAndGet();
    long exptime = random.nextInt(20) == 0 ? 1 + random.nextInt(2) : 0;
    return die < 80
        ? new ClientOp(ClientOp.Verb.SET, key, value, 0, exptime)
        : new ClientOp(ClientOp.Verb.CAS, key, value, epoch.versionOf(key), exptime);
  }

  /// Lets them end what they are at, and waits for it.
  void end() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join(END_MILLIS_MAX);
      if (thread.isAlive()) progressLine.trouble(thread.getName() + " does not end");
    }
    library.close();
  }
}
