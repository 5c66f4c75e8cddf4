package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada delete`: removes a key.
@Command(
    name = "delete",
    description = {"Remove a key; print DELETED."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:removed",
      "1:failed, or outcome unknown: do not repeat it blindly",
      "2:wrong usage",
      "3:no such key",
      "69:not done: no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada delete boat"},
    mixinStandardHelpOptions = true)
public final class DeleteCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(paramLabel = "KEY", description = "The key: no blanks.")
  private String key;

  @Override
  public Integer call() {
    try (JangadaClient client = cluster.open()) {
      Reply.ToDelete reply = client.delete(cluster.bytes(key)).join();
      if (!(reply instanceof Reply.Deleted)) return cluster.no(client, output, reply, key);
      if (output.isJson())
        output.json(
            out -> {
              out.writeBooleanProperty("ok", true);
              out.writeStringProperty("key", key);
            });
      else output.line("DELETED");
      return ExitCode.OK;
    }
  }
}
