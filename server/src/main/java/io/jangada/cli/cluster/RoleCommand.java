package io.jangada.cli.cluster;

import io.jangada.codec.Json;
import io.jangada.server.AdminWord;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada role …`: what users may do.
@Command(
    name = "role",
    description = {
      "Show and change roles: what users that have them may do with which keys, and which rights of"
          + " administration they have."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      RoleCommand.Adding.class,
      RoleCommand.Deleting.class,
      RoleCommand.Granting.class,
      RoleCommand.Revoking.class,
      RoleCommand.Allowing.class,
      RoleCommand.Forbidding.class,
      RoleCommand.Showing.class,
      RoleCommand.Listing.class
    })
public final class RoleCommand implements Runnable {
  private static final String ROLE = "The role's name.";
  private static final String KEY = "The key, or the first of a range and the first behind it.";
  private static final String RIGHT =
      "members (change the membership and the leader), backup (read all data), snapshot, users"
          + " (change users and roles).";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is needed: add, delete, grant-permission, revoke-permission, allow, forbid, get"
            + " or list");
  }

  /// Which keys a permission is for.
  static final class Keys {
    @Option(names = "--prefix", description = "All keys that begin with KEY.")
    private boolean prefix;

    @Option(names = "--from-key", description = "All keys from KEY on.")
    private boolean fromKey;

    @Option(names = "--all", description = "All keys.")
    private boolean all;

    List<String> words(ClusterOptions cluster, List<String> keys) {
      int options = (prefix ? 1 : 0) + (fromKey ? 1 : 0) + (all ? 1 : 0);
      int wanted = all ? 0 : 1;
      boolean isRange = options == 0 && keys.size() == 2;
      if (options > 1 || !isRange && keys.size() != wanted)
        throw cluster.wrong("a key, a key with --prefix or --from-key, two keys, or --all");
      List<String> words = new ArrayList<>();
      words.add(all ? "all" : prefix ? "prefix" : fromKey ? "from" : isRange ? "range" : "key");
      for (String key : keys) words.add(AdminWord.of(cluster.bytes(key)));
      return words;
    }
  }

  private static String[] line(String verb, String name, List<String> more) {
    List<String> words = new ArrayList<>(List.of("role", verb, AdminWord.of(name)));
    words.addAll(more);
    return words.toArray(String[]::new);
  }

  @Command(name = "add", description = "Add a role.", mixinStandardHelpOptions = true)
  static final class Adding extends AdminCall {
    @Parameters(paramLabel = "NAME", description = ROLE)
    private String name;

    @Override
    String[] words() {
      return line("add", name, List.of());
    }
  }

  @Command(
      name = "delete",
      description = "Delete a role. Users that have it lose it.",
      mixinStandardHelpOptions = true)
  static final class Deleting extends AdminCall {
    @Parameters(paramLabel = "NAME", description = ROLE)
    private String name;

    @Override
    String[] words() {
      return line("delete", name, List.of());
    }
  }

  @Command(
      name = "grant-permission",
      description = "Permit users with a role to read or write keys.",
      footerHeading = "%nFor example:%n",
      footer = {
        "  jangada role grant-permission app readwrite app/ --prefix",
        "  jangada role grant-permission monitor read --all"
      },
      mixinStandardHelpOptions = true)
  static final class Granting extends AdminCall {
    enum Kind {
      read,
      write,
      readwrite
    }

    @Parameters(index = "0", paramLabel = "NAME", description = ROLE)
    private String name;

    @Parameters(index = "1", paramLabel = "KIND", description = "read, write or readwrite.")
    private Kind kind;

    @Parameters(index = "2..3", arity = "0..2", paramLabel = "KEY", description = KEY)
    private List<String> keys = List.of();

    @Mixin private Keys which;

    @Override
    String[] words() {
      List<String> more = new ArrayList<>(List.of(kind.name()));
      more.addAll(which.words(cluster, keys));
      return line("grant", name, more);
    }
  }

  @Command(
      name = "revoke-permission",
      description = "Take a permission from a role: for exactly the keys for which it was given.",
      mixinStandardHelpOptions = true)
  static final class Revoking extends AdminCall {
    @Parameters(index = "0", paramLabel = "NAME", description = ROLE)
    private String name;

    @Parameters(index = "1..2", arity = "0..2", paramLabel = "KEY", description = KEY)
    private List<String> keys = List.of();

    @Mixin private Keys which;

    @Override
    String[] words() {
      return line("revoke", name, which.words(cluster, keys));
    }
  }

  enum Right {
    members,
    backup,
    snapshot,
    users
  }

  @Command(
      name = "allow",
      description = "Give users with a role a right of administration.",
      mixinStandardHelpOptions = true)
  static final class Allowing extends AdminCall {
    @Parameters(index = "0", paramLabel = "NAME", description = ROLE)
    private String name;

    @Parameters(index = "1", paramLabel = "RIGHT", description = RIGHT)
    private Right right;

    @Override
    String[] words() {
      return line("allow", name, List.of(right.name()));
    }
  }

  @Command(
      name = "forbid",
      description = "Take a right of administration from a role.",
      mixinStandardHelpOptions = true)
  static final class Forbidding extends AdminCall {
    @Parameters(index = "0", paramLabel = "NAME", description = ROLE)
    private String name;

    @Parameters(index = "1", paramLabel = "RIGHT", description = RIGHT)
    private Right right;

    @Override
    String[] words() {
      return line("forbid", name, List.of(right.name()));
    }
  }

  @Command(
      name = "get",
      description = "Print the permissions and rights of a role, a line each.",
      mixinStandardHelpOptions = true)
  static final class Showing extends AdminCall {
    @Parameters(paramLabel = "NAME", description = ROLE)
    private String name;

    @Override
    String[] words() {
      return line("show", name, List.of());
    }

    @Override
    int print(Json.Obj response) {
      return Admin.list(output, response, "permissions");
    }
  }

  @Command(
      name = "list",
      description = "Print the names of all roles, a line each.",
      mixinStandardHelpOptions = true)
  static final class Listing extends AdminCall {
    @Override
    String[] words() {
      return new String[] {"role", "list"};
    }

    @Override
    int print(Json.Obj response) {
      return Admin.list(output, response, "names");
    }
  }
}
