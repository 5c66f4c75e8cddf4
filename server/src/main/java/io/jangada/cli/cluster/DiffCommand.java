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

/// `jangada diff`: what became of all keys from one revision to another.
@Command(
    name = "diff",
    description = {
      "Print the keys that are not the same at two revisions, in their order, a line each: added,"
          + " changed or removed, key and, but for those removed, value, with tabulators between.",
      "Both revisions must be kept: how much is kept is a setting of the servers."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed, if there are any",
      "1:failed, or a revision is not kept",
      "2:wrong usage",
      "69:no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada diff 100 200 --prefix boat/"},
    mixinStandardHelpOptions = true)
public final class DiffCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "REV", description = "The one revision.")
  private long before;

  @Parameters(index = "1", paramLabel = "REV", description = "The other; 0 for the newest.")
  private long after;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "What the keys begin with (default: all keys).")
  private String prefix;

  @Override
  public Integer call() {
    if (before < 1 || after < 0) throw cluster.wrong("revisions are numbers above 0");
    KeyRange keys = prefix == null ? KeyRange.ALL : KeyRange.prefix(cluster.bytes(prefix));
    try (JangadaClient client = cluster.open()) {
      RangeRequest request = RangeRequest.of(keys);
      RangeCursor old = new RangeCursor(client, request.revision(before));
      RangeCursor now = new RangeCursor(client, request.revision(after));
      compare(old, now);
      Reply failure = old.failure() == null ? now.failure() : old.failure();
      return failure == null ? ExitCode.OK : cluster.no(client, output, failure, "diff");
    }
  }

  private void compare(RangeCursor old, RangeCursor now) {
    KeyValue was = old.next();
    KeyValue is = now.next();
    while (was != null || is != null) {
      // What failed ends early: nothing is known of the keys behind that.
      if (old.failure() != null || now.failure() != null) return;
      int order = was == null ? 1 : is == null ? -1 : was.key().compareTo(is.key());
      if (order < 0) print("removed", was.key(), null);
      else if (order > 0) print("added", is.key(), is);
      else if (!was.value().equals(is.value())) print("changed", is.key(), is);
      if (order <= 0) was = old.next();
      if (order >= 0) is = now.next();
    }
  }

  private void print(String what, Bytes key, KeyValue entry) {
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeStringProperty("change", what);
            if (entry == null) Output.bytes(out, "key", key);
            else {
              Entries.json(out, entry);
              Output.bytes(out, "value", entry.value());
            }
          });
    else if (entry == null) Entries.line(output, what, key);
    else Entries.line(output, what, key, entry.value());
  }
}
