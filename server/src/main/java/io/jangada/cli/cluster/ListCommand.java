package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.KeyRange;
import io.jangada.client.KeyValue;
import io.jangada.client.RangeRequest;
import io.jangada.client.Reply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jangada list`: the keys of a range, with their values.
@Command(
    name = "list",
    description = {
      "Print keys and their values, a line each with a tabulator between, in the order of keys.",
      "All are of one revision. For values with line ends there is -o json."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed, if there are any",
      "1:failed, or that revision is not kept",
      "2:wrong usage",
      "69:no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada list boat/", "  jangada list --from a --to m --limit 10 --keys"},
    mixinStandardHelpOptions = true)
public final class ListCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX",
      description = "What the keys begin with (default: all keys).")
  private String argument;

  @Option(names = "--prefix", paramLabel = "PREFIX", description = "The same.")
  private String prefix;

  @Option(names = "--from", paramLabel = "KEY", description = "The first key.")
  private String from;

  @Option(names = "--to", paramLabel = "KEY", description = "The first key behind them.")
  private String to;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many keys.")
  private long limit;

  @Option(names = "--reverse", description = "The greatest key first.")
  private boolean reverse;

  @Option(names = "--keys", description = "Print keys alone.")
  private boolean keysOnly;

  @Option(names = "--count", description = "Print how many keys there are, and nothing else.")
  private boolean count;

  @Option(
      names = "--revision",
      paramLabel = "REV",
      description = "As of this revision (default: the newest).")
  private long revision;

  @Override
  public Integer call() {
    if (limit < 0 || revision < 0) throw cluster.wrong("--limit and --revision: 0 or more");
    RangeRequest request = RangeRequest.of(range()).revision(revision).limit(limit);
    try (JangadaClient client = cluster.open()) {
      return count ? count(client, request) : list(client, request);
    }
  }

  private KeyRange range() {
    String begin = prefix == null ? argument : prefix;
    boolean isOpen = from != null || to != null;
    if (prefix != null && argument != null || begin != null && isOpen)
      throw cluster.wrong("a prefix, or --from and --to");
    if (!isOpen) return begin == null ? KeyRange.ALL : KeyRange.prefix(cluster.bytes(begin));
    Bytes first = from == null ? Bytes.EMPTY : cluster.bytes(from);
    return new KeyRange(first, to == null ? null : cluster.bytes(to));
  }

  private int count(JangadaClient client, RangeRequest request) {
    Reply.ToCount reply = client.count(request).join();
    if (!(reply instanceof Reply.Counted(long at, long number)))
      return cluster.no(client, output, reply, "count");
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeNumberProperty("count", number);
            out.writeNumberProperty("atRevision", at);
          });
    else output.line("" + number);
    return ExitCode.OK;
  }

  private int list(JangadaClient client, RangeRequest request) {
    RangeRequest wanted = keysOnly ? request.keysOnly() : request;
    RangeCursor cursor = new RangeCursor(client, reverse ? wanted.descending() : wanted);
    for (KeyValue entry = cursor.next(); entry != null; entry = cursor.next()) print(entry);
    return cursor.failure() == null
        ? ExitCode.OK
        : cluster.no(client, output, cursor.failure(), "list");
  }

  private void print(KeyValue entry) {
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            Entries.json(out, entry);
            if (!keysOnly) Output.bytes(out, "value", entry.value());
          });
    else if (keysOnly) Entries.line(output, entry.key());
    else Entries.line(output, entry.key(), entry.value());
  }
}
