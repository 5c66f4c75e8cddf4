package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada getm`: the value of a key, with its version.
@Command(
    name = "getm",
    description = {
      "Print the version of a key, its time to live in seconds (0: for ever), and its value.",
      "cas needs this version."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "1:failed",
      "2:wrong usage",
      "3:no such key",
      "69:no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada getm boat -o json"},
    mixinStandardHelpOptions = true)
public final class GetmCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(paramLabel = "KEY", description = "The key: no blanks.")
  private String key;

  @Override
  public Integer call() {
    try (JangadaClient client = cluster.open()) {
      Reply.ToGetm reply = client.getm(cluster.bytes(key)).join();
      if (!(reply instanceof Reply.FoundVersion found))
        return cluster.no(client, output, reply, key);
      if (output.isJson()) json(found);
      else output.data(head(found), found.value().toArray(), new byte[] {'\n'});
      return ExitCode.OK;
    }
  }

  private static byte[] head(Reply.FoundVersion found) {
    String lines = "version  " + found.version() + "\nttl      " + found.exptimeSeconds();
    return (lines + "\nvalue    ").getBytes(StandardCharsets.US_ASCII);
  }

  private void json(Reply.FoundVersion found) {
    output.json(
        out -> {
          out.writeBooleanProperty("ok", true);
          out.writeStringProperty("key", key);
          out.writeNumberProperty("version", found.version());
          out.writeNumberProperty("ttlSeconds", found.exptimeSeconds());
          Output.bytes(out, "value", found.value());
        });
  }
}
