package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.Put;
import io.jangada.client.Reply;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jangada put`: stores a value, whether or not the key is there.
@Command(
    name = "put",
    description = {
      "Store a value, whether or not the key exists; print OK and its revision.",
      "To store it under a new key only, see set. The command takes effect once, even if it has to"
          + " be sent several times."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stored",
      "1:failed, or outcome unknown: do not repeat it blindly",
      "2:wrong usage",
      "3:no such lease",
      "69:not done: no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada put boat jangada", "  jangada put photo --ttl 2h <photo.jpg"},
    mixinStandardHelpOptions = true)
public final class PutCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "The value; without one, all of standard input, byte for byte.")
  private String value;

  @Mixin private NewValue stored;

  @Option(
      names = "--lease",
      paramLabel = "LEASE",
      description = "The lease that the key ends with; not with --ttl.")
  private Long lease;

  @Override
  public Integer call() {
    long ttl = stored.ttlSeconds(cluster);
    if (lease != null && (lease < 1 || ttl > 0))
      throw cluster.wrong("--lease: a number above 0, and not together with --ttl");
    try (JangadaClient client = cluster.open()) {
      Put put = Put.set(cluster.bytes(key), stored.bytes(value, cluster));
      if (ttl > 0) put = put.ttl(Duration.ofSeconds(ttl));
      if (lease != null) put = put.lease(lease);
      Reply.ToPut reply = client.put(put).join();
      if (!(reply instanceof Reply.Changed changed))
        return cluster.no(client, output, reply, lease == null ? key : "lease " + lease);
      if (output.isJson()) json(changed);
      else output.line("OK " + changed.revision());
      return ExitCode.OK;
    }
  }

  private void json(Reply.Changed changed) {
    output.json(
        out -> {
          out.writeBooleanProperty("ok", true);
          out.writeStringProperty("key", key);
          out.writeNumberProperty("revision", changed.revision());
        });
  }
}
