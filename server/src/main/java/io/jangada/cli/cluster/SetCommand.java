package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada set`: stores a value under a key that is not there.
@Command(
    name = "set",
    description = {
      "Store a value under a new key; print OK and its version.",
      "To replace a value, see put and cas. The command takes effect once, even if it has to be"
          + " sent several times."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stored",
      "1:failed, or outcome unknown: do not repeat it blindly",
      "2:wrong usage",
      "4:not stored: the key exists",
      "69:not done: no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada set boat jangada", "  jangada set photo --ttl 2h <photo.jpg"},
    mixinStandardHelpOptions = true)
public final class SetCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "KEY", description = "The key: no blanks.")
  private String key;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "The value; without one, all of standard input, byte for byte.")
  private String value;

  @Mixin private NewValue stored;

  @Override
  public Integer call() {
    try (JangadaClient client = cluster.open()) {
      long ttl = stored.ttlSeconds(cluster);
      Reply.ToWrite reply =
          client.set(cluster.bytes(key), stored.bytes(value, cluster), ttl).join();
      if (reply instanceof Reply.Mismatch) return reportExisting();
      if (!(reply instanceof Reply.Written)) return cluster.no(client, output, reply, key);
      return output.written(reply, key);
    }
  }

  private int reportExisting() {
    return output.failed(
        ExitCode.PRECONDITION_FAILED,
        "mismatch",
        "nothing was changed: "
            + key
            + " exists already; put replaces its value, cas that of one version");
  }
}
