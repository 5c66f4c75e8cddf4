package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.codec.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada member …`: who belongs to the cluster.
@Command(
    name = "member",
    description = {
      "Show and change the members of the cluster.",
      "The cluster commits membership changes one at a time, while it serves. It refuses changes"
          + " that would leave it without a majority, and servers that it cannot reach."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      MemberCommand.Listing.class,
      MemberCommand.Adding.class,
      MemberCommand.Promoting.class,
      MemberCommand.Removing.class,
      MemberCommand.Replacing.class
    })
public final class MemberCommand implements Runnable {
  private static final String CODES_HEADING = "%nExit codes:%n";
  private static final String DONE = "0:done, or under way";
  private static final String REFUSED = "1:refused, or outcome unknown";
  private static final String USAGE = "2:wrong usage";
  private static final String UNAVAILABLE = "69:not done: no leader could be reached";
  private static final String EXAMPLE = "%nFor example:%n";

  private static final String DRY_RUN = "Print what would happen, and change nothing.";

  private static final String PLACE =
      "Its address, host:peerPort:clientPort (default: the one in config.json).";

  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([^\\[\\]\\s]+)]|([^\\[\\]:\\s]+)):([0-9]{1,5}):([0-9]{1,5})");

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed: list, add, …");
  }

  @Command(
      name = "list",
      description = "List the members with kind and address.",
      exitCodeListHeading = CODES_HEADING,
      exitCodeList = {DONE, REFUSED, USAGE, UNAVAILABLE},
      mixinStandardHelpOptions = true)
  static final class Listing extends AdminCall {
    private static final int MEMBERS_MAX = 1_000;

    @Override
    String[] words() {
      return new String[] {"members"};
    }

    @Override
    int print(Json.Obj response) {
      if (output.isJson()) return Admin.raw(output, response);
      Columns columns = new Columns("MEMBER", "KIND", "PEER", "CLIENT", "LEADER");
      for (Json each : response.list("members", MEMBERS_MAX))
        if (each instanceof Json.Obj member)
          columns.add(
              List.of(
                  Admin.text(member, "id"),
                  Admin.text(member, "kind"),
                  Admin.text(member, "peer"),
                  Admin.text(member, "client"),
                  Admin.text(member, "id").equals(Admin.text(response, "leader")) ? "yes" : ""));
      output.line(columns.text());
      if (response.flag("changing"))
        output.line("the voters are changing: joint consensus is in progress");
      return ExitCode.OK;
    }
  }

  @Command(
      name = "add",
      description = {
        "Add a server. Start it first, with Join in its configuration. It joins as a learner,"
            + " receives the data, and becomes a voter once it has caught up."
      },
      exitCodeListHeading = CODES_HEADING,
      exitCodeList = {DONE, REFUSED, USAGE, UNAVAILABLE},
      footerHeading = EXAMPLE,
      footer = "  jangada member add 3 d.example:9050:9000 --dry-run",
      mixinStandardHelpOptions = true)
  static final class Adding extends AdminCall {
    @Parameters(index = "0", paramLabel = "ID", description = "The new member's id.")
    private int id;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ADDRESS", description = PLACE)
    private String address;

    @Option(names = "--learner", description = "Let it get all data and have no vote.")
    private boolean learner;

    @Option(names = "--dry-run", description = DRY_RUN)
    private boolean dryRun;

    @Override
    String[] words() {
      List<String> words = new ArrayList<>(List.of("add", "" + id));
      words.addAll(place(cluster, id, address));
      if (learner) words.add("learner");
      return line(words, dryRun);
    }
  }

  @Command(
      name = "promote",
      description = {"Promote a learner to voter once it has caught up."},
      exitCodeListHeading = CODES_HEADING,
      exitCodeList = {DONE, REFUSED, USAGE, UNAVAILABLE},
      footerHeading = EXAMPLE,
      footer = "  jangada member promote 3",
      mixinStandardHelpOptions = true)
  static final class Promoting extends AdminCall {
    @Parameters(paramLabel = "ID", description = "The learner's id.")
    private int id;

    @Option(names = "--dry-run", description = DRY_RUN)
    private boolean dryRun;

    @Override
    String[] words() {
      return line(List.of("promote", "" + id), dryRun);
    }
  }

  @Command(
      name = "remove",
      description = {
        "Remove a member. It may be down, as long as a majority of the voters answers. Its data"
            + " directory stays, and must be emptied before the server is added again."
      },
      exitCodeListHeading = CODES_HEADING,
      exitCodeList = {DONE, REFUSED, USAGE, UNAVAILABLE},
      footerHeading = EXAMPLE,
      footer = "  jangada member remove 2 --dry-run",
      mixinStandardHelpOptions = true)
  static final class Removing extends AdminCall {
    @Parameters(paramLabel = "ID", description = "The member's id.")
    private int id;

    @Option(names = "--dry-run", description = DRY_RUN)
    private boolean dryRun;

    @Override
    String[] words() {
      return line(List.of("remove", "" + id), dryRun);
    }
  }

  @Command(
      name = "replace",
      description = {
        "Replace a member by a new server: the new server joins, becomes a voter once it has"
            + " caught up, and then the old member is removed."
      },
      exitCodeListHeading = CODES_HEADING,
      exitCodeList = {DONE, REFUSED, USAGE, UNAVAILABLE},
      footerHeading = EXAMPLE,
      footer = "  jangada member replace 2 3 d.example:9050:9000",
      mixinStandardHelpOptions = true)
  static final class Replacing extends AdminCall {
    @Parameters(index = "0", paramLabel = "OLD", description = "The id of the member to remove.")
    private int old;

    @Parameters(index = "1", paramLabel = "NEW", description = "The id of the new server.")
    private int next;

    @Parameters(index = "2", arity = "0..1", paramLabel = "ADDRESS", description = PLACE)
    private String address;

    @Option(names = "--dry-run", description = DRY_RUN)
    private boolean dryRun;

    @Override
    String[] words() {
      List<String> words = new ArrayList<>(List.of("replace", "" + old, "" + next));
      words.addAll(place(cluster, next, address));
      return line(words, dryRun);
    }
  }

  private static String[] line(List<String> words, boolean dryRun) {
    List<String> all = new ArrayList<>(words);
    if (dryRun) all.add("dry-run");
    return all.toArray(String[]::new);
  }

  /// Host, peer port and client port.
  private static List<String> place(ClusterOptions cluster, int id, String address) {
    if (address == null) return cluster.configured(id);
    Matcher matcher = ADDRESS.matcher(address);
    if (!matcher.matches())
      throw cluster.wrong("'" + address + "' is not host:peerPort:clientPort");
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return List.of(host, matcher.group(3), matcher.group(4));
  }
}
