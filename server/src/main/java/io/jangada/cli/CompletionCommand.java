package io.jangada.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada completion bash|zsh`: a script for the shell to source, made from the commands as they
/// are, so that it cannot fall behind them.
@Command(
    name = "completion",
    description = {
      "Print a completion script for a shell.",
      "For bash or zsh:  source <(jangada completion bash)"
    },
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class)
final class CompletionCommand implements Runnable {
  /// The shells a script can be made for. One script serves both: under zsh it turns on zsh's own
  /// reading of bash completions.
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    var root = spec.root().commandLine();
    var out = spec.commandLine().getOut();
    out.println("# jangada: completion for " + shell);
    out.print(AutoComplete.bash(root.getCommandName(), root));
    out.flush();
  }
}
