package io.jangada.cli;

import io.jangada.server.Build;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `jangada version`: which version, from which commit, on which Java.
@Command(
    name = "version",
    description = "Print version, commit and Java version.",
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class)
final class VersionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    for (String line : Build.read().lines()) {
      spec.commandLine().getOut().println(line);
    }
  }
}
