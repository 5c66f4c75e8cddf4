package io.jangada.cli.cluster;

import io.jangada.client.ClientOptions;
import io.jangada.client.JangadaClient;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// What a command finds around it, beside its arguments.
///
/// @param out for data, byte by byte
/// @param folder where `config.json` is looked for
/// @param clients makes the client that a command asks for, and closes
public record Environment(
    Map<String, String> environment,
    InputStream in,
    OutputStream out,
    Path folder,
    Function<ClientOptions, JangadaClient> clients) {
  /// With a new client for each command.
  public Environment(
      Map<String, String> environment, InputStream in, OutputStream out, Path folder) {
    this(environment, in, out, folder, JangadaClient::connect);
  }

  /// Those of this process.
  public static Environment ofProcess() {
    return new Environment(System.getenv(), System.in, System.out, Path.of(""));
  }

  /// An option group that looks beyond its options.
  public interface Surrounded {
    void surround(Environment surroundings);
  }

  /// Gives them to all commands below `root`.
  public void putAround(CommandLine root) {
    for (CommandSpec mixin : root.getCommandSpec().mixins().values())
      if (mixin.userObject() instanceof Surrounded surrounded) surrounded.surround(this);
    root.getSubcommands().values().forEach(this::putAround);
  }
}
