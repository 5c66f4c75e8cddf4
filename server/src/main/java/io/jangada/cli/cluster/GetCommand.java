package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jangada get`: the value of a key, byte for byte.
@Command(
    name = "get",
    description = {"Print the value of a key, and a new line."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "1:failed",
      "2:wrong usage",
      "3:no such key",
      "69:no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada get boat", "  jangada get photo --raw >photo.jpg"},
    mixinStandardHelpOptions = true)
public final class GetCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(paramLabel = "KEY", description = "The key: no blanks.")
  private String key;

  @Option(names = "--raw", description = "Print the value alone, without a new line after it.")
  private boolean raw;

  @Override
  public Integer call() {
    try (JangadaClient client = cluster.open()) {
      Reply.ToGet reply = client.get(cluster.bytes(key)).join();
      if (!(reply instanceof Reply.Found(Bytes value)))
        return cluster.no(client, output, reply, key);
      if (output.isJson()) json(value);
      else output.data(value.toArray(), raw ? new byte[0] : new byte[] {'\n'});
      return ExitCode.OK;
    }
  }

  private void json(Bytes value) {
    output.json(
        out -> {
          out.writeBooleanProperty("ok", true);
          out.writeStringProperty("key", key);
          Output.bytes(out, "value", value);
        });
  }
}
