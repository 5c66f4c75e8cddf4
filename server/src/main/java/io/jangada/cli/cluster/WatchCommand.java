package io.jangada.cli.cluster;

import io.jangada.client.JangadaClient;
import io.jangada.client.KeyRange;
import io.jangada.client.Reply;
import io.jangada.client.Watch;
import io.jangada.client.WatchOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jangada watch`: changes as they happen.
@Command(
    name = "watch",
    description = {
      "Print changes as they happen, a line each: revision, put or removed, key and value, with"
          + " tabulators between. Goes on until it is interrupted, whatever becomes of servers."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:as many changes as were asked for",
      "1:failed, or what comes next is not kept any more",
      "2:wrong usage",
      "69:no server was available in time when it began"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada watch boat", "  jangada watch --prefix boat/ --from 100 --former"},
    mixinStandardHelpOptions = true)
public final class WatchCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(arity = "0..1", paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "What the keys begin with, instead of KEY; '' for all keys.")
  private String prefix;

  @Option(
      names = "--from",
      paramLabel = "REV",
      description = "The first revision whose changes are printed (default: those from now on).")
  private long from;

  @Option(names = "--former", description = "Print the value before, too.")
  private boolean former;

  @Option(names = "--once", paramLabel = "N", description = "End after so many changes.")
  private long most;

  @Override
  public Integer call() {
    if ((key == null) == (prefix == null)) throw cluster.wrong("a key, or --prefix");
    if (from < 0 || most < 0) throw cluster.wrong("--from and --once: 0 or more");
    KeyRange keys =
        key != null ? KeyRange.of(cluster.bytes(key)) : KeyRange.prefix(cluster.bytes(prefix));
    WatchOptions options = WatchOptions.DEFAULT.from(from);
    EventPrinter printer = new EventPrinter(output, former, most);
    try (JangadaClient client = cluster.open()) {
      // A watch waits for servers as long as it takes; a command line that is wrong should not.
      Reply.ToCount reply = client.count(keys).join();
      if (!(reply instanceof Reply.Counted))
        return cluster.no(client, output, reply, key == null ? prefix : key);
      Watch watch = client.watch(keys, former ? options.withFormer() : options, printer);
      int code = printer.end().join();
      watch.close();
      return code;
    }
  }
}
