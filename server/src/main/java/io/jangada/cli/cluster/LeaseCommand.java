package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.cli.Durations;
import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.LeaseKeeper;
import io.jangada.client.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada lease …`: leases, whose keys are removed when they end.
@Command(
    name = "lease",
    description = "Make, keep, show and end leases. The keys of a lease are removed when it ends.",
    mixinStandardHelpOptions = true,
    subcommands = {
      LeaseCommand.Grant.class,
      LeaseCommand.KeepAlive.class,
      LeaseCommand.Revoke.class,
      LeaseCommand.ListAll.class,
      LeaseCommand.Show.class
    })
public final class LeaseCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is needed: grant, keep-alive, revoke, list or show");
  }

  @Command(
      name = "grant",
      description = "Make a lease; print its number.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:made",
        "1:failed, or outcome unknown",
        "2:wrong usage",
        "69:not done: no server was available in time"
      },
      footerHeading = "%nFor example:%n",
      footer = "  jangada lease grant 30s",
      mixinStandardHelpOptions = true)
  static final class Grant implements Callable<Integer> {
    @Mixin private ClusterOptions cluster;
    @Mixin private Output output;

    @Parameters(paramLabel = "TIME", description = "How long it lasts, such as 500ms, 30s or 5m.")
    private String time;

    @Option(
        names = "--id",
        paramLabel = "LEASE",
        description = "Its number, above 0 (default: one that is not in use).")
    private long id;

    @Override
    public Integer call() {
      long millis = Durations.parseMillis(time);
      if (millis < 1 || id < 0) throw cluster.wrong("a time such as 30s, and a number above 0");
      try (JangadaClient client = cluster.open()) {
        Reply.ToGrant reply = client.lease(id, Duration.ofMillis(millis)).join();
        if (!(reply instanceof Reply.Granted granted))
          return cluster.no(client, output, reply, "lease " + id);
        return report(output, granted.lease(), granted.ttlMillis());
      }
    }
  }

  private static int report(Output output, long lease, long ttlMillis) {
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeNumberProperty("lease", lease);
            out.writeNumberProperty("ttlMillis", ttlMillis);
          });
    else output.line("" + lease);
    return ExitCode.OK;
  }

  @Command(
      name = "keep-alive",
      description = {
        "Have a lease last for its whole time from now on; print its number.",
        "Goes on until it is interrupted, or the lease is lost."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:done, with --once",
        "1:failed, or the lease was lost",
        "2:wrong usage",
        "3:no such lease",
        "69:no server was available in time"
      },
      mixinStandardHelpOptions = true)
  static final class KeepAlive implements Callable<Integer> {
    @Mixin private ClusterOptions cluster;
    @Mixin private Output output;

    @Parameters(paramLabel = "LEASE", description = "Its number.")
    private long lease;

    @Option(names = "--once", description = "Do it once.")
    private boolean once;

    @Override
    public Integer call() {
      try (JangadaClient client = cluster.open()) {
        Reply.ToKeepAlive reply = client.keepAlive(List.of(lease)).join();
        if (!(reply instanceof Reply.KeptAlive(List<Long> ttlMillis)))
          return cluster.no(client, output, reply, "lease " + lease);
        if (ttlMillis.getFirst() == 0) return noSuchLease();
        report(output, lease, ttlMillis.getFirst());
        if (once) return ExitCode.OK;
        Duration ttl = Duration.ofMillis(ttlMillis.getFirst());
        try (LeaseKeeper keeper = client.keepAlive(lease, ttl)) {
          return output.failed(ExitCode.FAILED, "not-found", keeper.whenLost().join());
        }
      }
    }

    private int noSuchLease() {
      return output.failed(ExitCode.KEY_NOT_FOUND, "not-found", "no such lease: " + lease);
    }
  }

  @Command(
      name = "revoke",
      description = "End a lease, and remove its keys; print how many there were.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:ended",
        "1:failed, or outcome unknown",
        "2:wrong usage",
        "3:no such lease",
        "69:not done: no server was available in time"
      },
      mixinStandardHelpOptions = true)
  static final class Revoke implements Callable<Integer> {
    @Mixin private ClusterOptions cluster;
    @Mixin private Output output;

    @Parameters(paramLabel = "LEASE", description = "Its number.")
    private long lease;

    @Override
    public Integer call() {
      try (JangadaClient client = cluster.open()) {
        Reply.ToRemoval reply = client.revoke(lease).join();
        if (!(reply instanceof Reply.Removed removed))
          return cluster.no(client, output, reply, "lease " + lease);
        if (output.isJson())
          output.json(
              out -> {
                out.writeBooleanProperty("ok", true);
                out.writeNumberProperty("lease", lease);
                out.writeNumberProperty("removed", removed.count());
              });
        else output.line("" + removed.count());
        return ExitCode.OK;
      }
    }
  }

  @Command(
      name = "list",
      description = "Print the numbers of all leases, a line each.",
      mixinStandardHelpOptions = true)
  static final class ListAll implements Callable<Integer> {
    @Mixin private ClusterOptions cluster;
    @Mixin private Output output;

    @Override
    public Integer call() {
      try (JangadaClient client = cluster.open()) {
        Reply.ToLeases reply = client.leases().join();
        if (!(reply instanceof Reply.LeaseList(List<Long> leases)))
          return cluster.no(client, output, reply, "leases");
        for (long lease : leases)
          if (output.isJson())
            output.json(
                out -> {
                  out.writeBooleanProperty("ok", true);
                  out.writeNumberProperty("lease", lease);
                });
          else output.line("" + lease);
        return ExitCode.OK;
      }
    }
  }

  @Command(
      name = "show",
      description = "Print what is left of a lease, with its keys.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:printed",
        "1:failed",
        "2:wrong usage",
        "3:no such lease",
        "69:no server was available in time"
      },
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    @Mixin private ClusterOptions cluster;
    @Mixin private Output output;

    @Parameters(paramLabel = "LEASE", description = "Its number.")
    private long lease;

    @Override
    public Integer call() {
      try (JangadaClient client = cluster.open()) {
        Reply.ToTimeToLive reply = client.timeToLive(lease).join();
        if (!(reply instanceof Reply.Leased leased))
          return cluster.no(client, output, reply, "lease " + lease);
        if (output.isJson()) json(leased);
        else {
          output.line("ttl\t" + Durations.ofMillis(leased.ttlMillis()));
          output.line("left\t" + Durations.ofMillis(leased.leftMillis()));
          for (Bytes key : leased.keys()) Entries.line(output, "key", key);
        }
        return ExitCode.OK;
      }
    }

    private void json(Reply.Leased leased) {
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeNumberProperty("lease", leased.lease());
            out.writeNumberProperty("ttlMillis", leased.ttlMillis());
            out.writeNumberProperty("leftMillis", leased.leftMillis());
            out.writeName("keys");
            out.writeStartArray();
            for (Bytes key : leased.keys()) {
              out.writeStartObject();
              Output.bytes(out, "key", key);
              out.writeEndObject();
            }
            out.writeEndArray();
          });
    }
  }
}
