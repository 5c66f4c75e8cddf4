package io.jangada.server;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada server`, and `kvstore`: one server of a cluster.
@Command(
    name = "server",
    description = {
      "Run one server of a cluster.",
      "The command line takes precedence over the environment, the environment over the file:"
          + " --heartbeat-millis, JANGADA_HEARTBEAT_MILLIS, \"HeartbeatMillis\". TERM and INT shut"
          + " the server down gracefully; a second signal ends it at once.",
      "Exit codes: 0 shut down by a signal; 1 could not start; 2 wrong usage; 70 internal error,"
          + " such as a failed disk."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Build.Provider.class)
public final class ServerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID",
      description = "The Id of this server in the configuration.")
  private String id;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration (default: config.json in this folder).")
  private Path file = ServerRun.STANDARD_FILE;

  @Option(
      names = "--print-config",
      description = "Print the effective settings and the source of each, and exit.")
  private boolean prints;

  private final Map<Setting, String> flags = new EnumMap<>(Setting.class);

  /// Adds a flag for each setting to a command line that was made of this class.
  public static CommandLine withFlags(CommandLine command) {
    ServerCommand server = command.getCommand();
    for (Setting setting : Setting.values()) {
      boolean yesOrNo = setting.kind() instanceof SettingType.Flag;
      String standard =
          setting.defaultValue().isEmpty() ? "" : " (default: " + setting.defaultAsWritten() + ")";
      OptionSpec.Builder option =
          OptionSpec.builder(setting.flag())
              .type(String.class)
              .arity(yesOrNo ? "0..1" : "1")
              .paramLabel("VALUE")
              .description(setting.meaning().replace("%", "%%") + standard)
              .setter(
                  new CommandLine.Model.ISetter() {
                    @Override
                    @SuppressWarnings("unchecked")
                    public <T> T set(T value) {
                      // It begins with null for each that is not given.
                      if (value == null) return (T) server.flags.remove(setting);
                      return (T) server.flags.put(setting, (String) value);
                    }
                  });
      if (yesOrNo) option.fallbackValue("true");
      command.getCommandSpec().addOption(option.build());
    }
    return command;
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    String name = spec.qualifiedName();
    ServerRun.Source config = () -> ServerConfig.read(file, System.getenv(), flags);
    ServerRun run = new ServerRun(name, number(), config, err);
    return prints ? run.print(spec.commandLine().getOut()) : run.serve();
  }

  private int number() {
    if (id == null)
      throw new ParameterException(
          spec.commandLine(), "a server id is needed, one of those in " + file);
    if (!id.matches("[0-9]{1,9}"))
      throw new ParameterException(
          spec.commandLine(), "'" + id + "' is not a server id: a number, 0 or more");
    return Integer.parseInt(id);
  }
}
