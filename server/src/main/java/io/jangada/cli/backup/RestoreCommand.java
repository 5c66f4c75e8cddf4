package io.jangada.cli.backup;

import io.jangada.bytes.MalformedException;
import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.Output;
import io.jangada.server.ConfigException;
import io.jangada.server.Reasons;
import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import io.jangada.store.Identity;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada restore`: makes the data directory of a server of a new cluster out of a backup.
@Command(
    name = "restore",
    description = {
      "Make the data directory of one server of a new cluster, which then starts with the data of a"
          + " backup. The backup is verified first, every value.",
      "Do this for every server of the configuration, with the same backup, before any server is"
          + " started. Give the new cluster another name (Cluster) if servers of the old cluster"
          + " may still run."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the directory was made",
      "1:nothing was made: the backup is damaged, or the directory is not empty",
      "2:wrong usage"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada restore monday.backup --id 0 --config config.json"},
    mixinStandardHelpOptions = true)
public final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Parameters(paramLabel = "FILE", description = "The backup.")
  private Path file;

  @Option(
      names = "--id",
      paramLabel = "N",
      required = true,
      description = "The server of the configuration, by its Id.")
  private int id;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "config.json",
      description = "The configuration of the new cluster (default: ${DEFAULT-VALUE}).")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The directory to make; new or empty (default: the one in the configuration).")
  private Path directory;

  @Override
  public Integer call() {
    ServerConfig servers = servers();
    Path target = directory != null ? directory : servers.dataDirectory(id);
    try {
      if (!Restoration.isFree(target))
        return output.failed(
            ExitCode.FAILED, "exists", target + " is not empty; nothing was changed");
      Restoration.Checked checked = Restoration.check(file);
      restoration(servers).make(target);
      return print(checked, target);
    } catch (MalformedException e) {
      return output.failed(ExitCode.FAILED, "damaged", file + ": " + e.getMessage());
    } catch (NoSuchFileException e) {
      return output.failed(ExitCode.FAILED, "failed", "there is no " + e.getMessage());
    } catch (IOException e) {
      return output.failed(ExitCode.FAILED, "failed", Reasons.of(e));
    }
  }

  private ServerConfig servers() {
    try {
      ServerConfig servers = ServerConfig.read(config);
      servers.entry(id);
      return servers;
    } catch (ConfigException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private Restoration restoration(ServerConfig servers) {
    List<Integer> voters = new ArrayList<>();
    for (ServerConfig.Entry each : servers.servers()) voters.add(each.id());
    Identity identity = Identity.of(servers.settings().text(Setting.CLUSTER), id);
    return new Restoration(file, identity, voters);
  }

  private int print(Restoration.Checked checked, Path target) {
    Description description = checked.description();
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeStringProperty("directory", "" + target);
            out.writeStringProperty("backupOf", description.cluster());
            out.writeNumberProperty("index", description.last().index());
            out.writeNumberProperty("keys", checked.keys());
          });
    else
      output.line(
          "%s: server %d starts with %d keys, as they were in cluster '%s' at index %d"
              .formatted(
                  target, id, checked.keys(), description.cluster(), description.last().index()));
    return ExitCode.OK;
  }
}
