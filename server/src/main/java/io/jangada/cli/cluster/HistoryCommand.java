package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.KeyRange;
import io.jangada.client.RangeRequest;
import io.jangada.client.Reply;
import io.jangada.client.Watch;
import io.jangada.client.WatchEvent;
import io.jangada.client.WatchOptions;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada history`: what is kept of what a key was.
@Command(
    name = "history",
    description = {
      "Print all values of a key that are kept, and its removals, the oldest first: revision, put"
          + " or removed, key and value, with tabulators between.",
      "How much is kept is a setting of the servers; by default it is the present value alone."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "1:failed",
      "2:wrong usage",
      "3:nothing is kept of such a key",
      "69:no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada history boat -o json"},
    mixinStandardHelpOptions = true)
public final class HistoryCommand implements Callable<Integer> {
  /// How often it is begun again when what it reads is given up meanwhile.
  private static final int ATTEMPTS = 10;

  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Override
  public Integer call() {
    Bytes bytes = cluster.bytes(key);
    RangeRequest now = RangeRequest.of(KeyRange.of(bytes));
    try (JangadaClient client = cluster.open()) {
      Reply.ToRange newest = client.range(now).join();
      if (!(newest instanceof Reply.Ranged present)) return cluster.no(client, output, newest, key);
      return print(client, now, present);
    }
  }

  private int print(JangadaClient client, RangeRequest now, Reply.Ranged present) {
    Reply.ToRange oldest = present;
    long compacted = 1;
    for (int i = 0; i < ATTEMPTS && compacted < present.revision(); i++) {
      oldest = client.range(now.revision(compacted)).join();
      if (!(oldest instanceof Reply.Compacted(long first))) break;
      compacted = first;
    }
    if (compacted >= present.revision()) oldest = present;
    if (!(oldest instanceof Reply.Ranged first)) return cluster.no(client, output, oldest, key);
    EventPrinter printer = new EventPrinter(output, false, 0).until(present.revision());
    first.entries().forEach(entry -> printer.print(new WatchEvent(entry, false, null)));
    int code = ExitCode.OK;
    if (first.revision() < present.revision())
      code = printChanges(client, first.revision() + 1, present.revision(), printer);
    boolean isEmpty = first.entries().isEmpty() && printer.count() == 0;
    return code == ExitCode.OK && isEmpty
        ? output.failed(ExitCode.KEY_NOT_FOUND, "not-found", "nothing is kept of " + key)
        : code;
  }

  private int printChanges(JangadaClient client, long from, long last, EventPrinter printer) {
    KeyRange keys = KeyRange.of(cluster.bytes(key));
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(cluster.millis());
    try (Watch watch = client.watch(keys, WatchOptions.DEFAULT.from(from), printer)) {
      while (true) {
        // A member that lags has not seen all of it.
        long left = deadlineNanos - System.nanoTime();
        var progress = watch.progress().completeOnTimeout(-1L, left, TimeUnit.NANOSECONDS);
        if (progress.join() >= last) return ExitCode.OK;
        if (printer.end().isDone()) return printer.end().join();
        if (System.nanoTime() - deadlineNanos >= 0)
          return output.failed(
              ExitCode.UNAVAILABLE, "unavailable", "not all of it could be read in time");
      }
    }
  }
}
