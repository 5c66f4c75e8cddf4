package io.jangada.cli.shell;

import io.jangada.cli.BuildInfo;
import io.jangada.cli.cluster.ClusterOptions;
import io.jangada.cli.cluster.Environment;
import io.jangada.server.Reasons;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada shell`: the commands, one a line, on connections that stay open.
@Command(
    name = "shell",
    description = {
      "Run commands, one a line, in one process and on connections that stay open: at a prompt,",
      "or from a file or pipe. Words with blanks or line ends stand between double quotes, where",
      "\\\", \\\\, \\n and \\t are understood; # begins a remark.",
      "From a file or pipe, complaints have the line's number, and the exit code is the worst of",
      "all lines: 69, then 2, 1, 4, 3."
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada shell --endpoints db1:9000", "  jangada shell <commands.txt"},
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class)
public final class ShellCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions cluster;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "Read the lines from a file (default: from standard input).")
  private Path file;

  @Override
  public Integer call() {
    CommandLine self = spec.commandLine();
    cluster.endpoints();
    Environment around = cluster.settled();
    Console console = file == null ? System.console() : null;
    try (Session session = new Session(self, around)) {
      if (console != null && console.isTerminal()) return Prompt.run(session, cluster);
      try (BufferedReader in = reader(around)) {
        return new Script(session, in, self.getErr()).run();
      }
    } catch (IOException e) {
      throw cluster.wrong("the lines cannot be read: " + Reasons.of(e));
    }
  }

  private BufferedReader reader(Environment around) throws IOException {
    return file == null
        ? new BufferedReader(new InputStreamReader(around.in(), StandardCharsets.UTF_8))
        : Files.newBufferedReader(file);
  }
}
