package io.jangada.cli.certs;

import io.jangada.cli.cluster.Environment;
import io.jangada.server.ConfigException;
import io.jangada.server.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Where certificates are, and for how long they are good: the options of the commands that make
/// some.
final class CertsOptions implements Environment.Surrounded {
  private static final int DAYS_MAX = 36_500;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration of the servers (default: config.json in this folder).")
  private Path config;

  @Option(
      names = "--dir",
      paramLabel = "FOLDER",
      description = "Where the certificates are (default: certs beside the configuration).")
  private Path folder;

  @Option(
      names = "--days",
      paramLabel = "DAYS",
      defaultValue = "365",
      description =
          "How long certificates are valid, at most as long as their authority, which is made for"
              + " ten years (default: ${DEFAULT-VALUE}).")
  private int days;

  private Environment surroundings = Environment.ofProcess();

  @Override
  public void surround(Environment surroundings) {
    this.surroundings = surroundings;
  }

  Map<String, String> environment() {
    return surroundings.environment();
  }

  Path configFile() {
    return config != null ? config : surroundings.folder().resolve("config.json");
  }

  /// The configuration.
  ///
  /// @throws ParameterException when it makes no sense
  ServerConfig config() {
    try {
      return ServerConfig.read(configFile());
    } catch (ConfigException e) {
      throw wrong(e.getMessage());
    }
  }

  /// The same, or null when none was named and there is none.
  ServerConfig configIfAny() {
    return config == null && !Files.exists(configFile()) ? null : config();
  }

  CertFolder folder() {
    return new CertFolder(folder != null ? folder : configFile().resolveSibling("certs"));
  }

  int days() {
    if (days < 1 || days > DAYS_MAX) throw wrong("--days: from 1 to " + DAYS_MAX);
    return days;
  }

  ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
