package io.jangada.cli.cluster;

import io.jangada.client.JangadaClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada leader …`: who leads the cluster.
@Command(
    name = "leader",
    description = "Transfer leadership.",
    mixinStandardHelpOptions = true,
    subcommands = LeaderCommand.Transfer.class)
public final class LeaderCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed: transfer");
  }

  @Command(
      name = "transfer",
      description = {
        "Transfer leadership to a member, by default to the one with the most complete log,"
            + " without the pause of an election timeout."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:another member leads",
        "1:refused, or outcome unknown",
        "2:wrong usage",
        "69:not done: no leader could be reached"
      },
      mixinStandardHelpOptions = true)
  static final class Transfer implements Callable<Integer> {
    @Mixin private ClusterOptions cluster;
    @Mixin private Output output;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "The new leader's id.")
    private Integer id;

    @Override
    public Integer call() {
      String[] words = id == null ? new String[] {"transfer"} : new String[] {"transfer", "" + id};
      try (JangadaClient client = cluster.open()) {
        return Admin.report(
            output, client.admin(words).join(), response -> Admin.reportChange(output, response));
      }
    }
  }
}
