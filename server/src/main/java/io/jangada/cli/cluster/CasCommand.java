package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada cas`: replaces the value of a key if it still has a version.
@Command(
    name = "cas",
    description = {
      "Replace the value of a key if the key still has the version that getm printed; print OK and"
          + " the new version.",
      "The command takes effect once, even if it has to be sent several times."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stored",
      "1:failed, or outcome unknown: do not repeat it blindly",
      "2:wrong usage",
      "3:no such key",
      "4:not stored: the key has another version",
      "69:not done: no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada getm boat", "  jangada cas boat 7 canoa"},
    mixinStandardHelpOptions = true)
public final class CasCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "KEY", description = "The key: no blanks.")
  private String key;

  @Parameters(
      index = "1",
      paramLabel = "VERSION",
      description = "The version that the key must have; getm prints it.")
  private long version;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "The value; without one, all of standard input, byte for byte.")
  private String value;

  @Mixin private NewValue stored;

  @Override
  public Integer call() {
    try (JangadaClient client = cluster.open()) {
      long ttl = stored.ttlSeconds(cluster);
      Bytes bytes = stored.bytes(value, cluster);
      Reply.ToWrite reply = client.cas(cluster.bytes(key), version, bytes, ttl).join();
      if (!(reply instanceof Reply.Written)) return cluster.no(client, output, reply, key);
      return output.written(reply, key);
    }
  }
}
