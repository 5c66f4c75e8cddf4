package io.jangada.torture;

import io.jangada.bytes.Bytes;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/// Keys that are written once and never again, all through the run: at its end each that was
/// acknowledged must be there with its version, however many crashes, snapshots and members ago
/// that was.
final class Ledger {
  private static final int ENTRIES_MAX = 20_000;
  private static final long PAUSE_MILLIS = 10;
  private static final long END_MILLIS_MAX = 90_000;
  private static final TextClient.Patience PATIENCE = new TextClient.Patience(2_000, 60_000);

  private final ProcessCluster cluster;
  private final ProgressLine progressLine;
  private final Map<String, Long> written = new TreeMap<>();
  private final Thread thread;
  private volatile boolean over;

  Ledger(ProcessCluster cluster, ProgressLine progressLine) {
    this.cluster = cluster;
    this.progressLine = progressLine;
    this.thread = Thread.ofPlatform().daemon().name("ledger").unstarted(this::write);
  }

  void start() {
    thread.start();
  }

  private void write() {
    try (TextClient client = new TextClient(cluster, "ledger", PATIENCE)) {
      for (int i = 0; i < ENTRIES_MAX && !over; i++) {
        String key = "ledger-" + i;
        TextReply reply = client.set(key, 0, Bytes.utf8(key));
        if (!(reply instanceof TextReply.Ok(long version))) {
          progressLine.trouble("the first set of " + key + " was answered " + reply);
          return;
        }
        written.put(key, version);
        progressLine.wrote();
        Waiting.pause(PAUSE_MILLIS);
      }
    } catch (TimeoutException e) {
      progressLine.trouble("the ledger was not served: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void end() throws InterruptedException {
    over = true;
    thread.join(END_MILLIS_MAX);
    if (thread.isAlive()) progressLine.trouble("the ledger does not end");
  }

  /// Reads all of it back.
  ///
  /// @return how many entries there are
  int audit() throws InterruptedException, TimeoutException {
    try (TextClient client = new TextClient(cluster, "audit", PATIENCE)) {
      for (Map.Entry<String, Long> entry : written.entrySet()) {
        String key = entry.getKey();
        TextReply wanted = new TextReply.Meta(entry.getValue(), 0, Bytes.utf8(key));
        TextReply found = client.getm(key);
        if (found.equals(wanted)) continue;
        progressLine.trouble("acknowledged as " + wanted + ", " + key + " is now " + found);
        break;
      }
    }
    return written.size();
  }
}
