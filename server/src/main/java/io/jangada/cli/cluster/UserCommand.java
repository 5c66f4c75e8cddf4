package io.jangada.cli.cluster;

import io.jangada.codec.Json;
import io.jangada.server.AdminWord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jangada user …`: who may come in.
@Command(
    name = "user",
    description = {
      "Show and change users. A user may do what its roles permit; the user root with the role root"
          + " may do everything. Users are checked once 'jangada auth enable' was given."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      UserCommand.Adding.class,
      UserCommand.Deleting.class,
      UserCommand.Password.class,
      UserCommand.Granting.class,
      UserCommand.Revoking.class,
      UserCommand.Showing.class,
      UserCommand.Listing.class
    })
public final class UserCommand implements Runnable {
  private static final String USER = "The user's name.";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is needed: add, delete, passwd, grant-role, revoke-role, get or list");
  }

  private static String[] line(String verb, String name, String more) {
    return more == null
        ? new String[] {"user", verb, AdminWord.of(name)}
        : new String[] {"user", verb, AdminWord.of(name), AdminWord.of(more)};
  }

  @Command(
      name = "add",
      description = "Add a user. The password is asked for, or read from what is piped in.",
      footerHeading = "%nFor example:%n",
      footer = {"  jangada user add root", "  jangada user add backup --no-password"},
      mixinStandardHelpOptions = true)
  static final class Adding extends AdminCall {
    @Mixin private NewPassword password;

    @Parameters(paramLabel = "NAME", description = USER)
    private String name;

    @Override
    String[] words() {
      return line("add", name, password.hash(cluster));
    }
  }

  @Command(
      name = "delete",
      description = "Delete a user. What it is doing ends.",
      mixinStandardHelpOptions = true)
  static final class Deleting extends AdminCall {
    @Parameters(paramLabel = "NAME", description = USER)
    private String name;

    @Override
    String[] words() {
      return line("delete", name, null);
    }
  }

  @Command(
      name = "passwd",
      description = {
        "Change a user's password. Its clients that are connected have to authenticate again."
      },
      mixinStandardHelpOptions = true)
  static final class Password extends AdminCall {
    @Mixin private NewPassword password;

    @Parameters(paramLabel = "NAME", description = USER)
    private String name;

    @Override
    String[] words() {
      return line("password", name, password.hash(cluster));
    }
  }

  @Command(
      name = "grant-role",
      description = "Give a user a role.",
      mixinStandardHelpOptions = true)
  static final class Granting extends AdminCall {
    @Parameters(index = "0", paramLabel = "NAME", description = USER)
    private String name;

    @Parameters(index = "1", paramLabel = "ROLE", description = "The role's name.")
    private String role;

    @Override
    String[] words() {
      return line("grant", name, role);
    }
  }

  @Command(
      name = "revoke-role",
      description = "Take a role from a user.",
      mixinStandardHelpOptions = true)
  static final class Revoking extends AdminCall {
    @Parameters(index = "0", paramLabel = "NAME", description = USER)
    private String name;

    @Parameters(index = "1", paramLabel = "ROLE", description = "The role's name.")
    private String role;

    @Override
    String[] words() {
      return line("revoke", name, role);
    }
  }

  @Command(
      name = "get",
      description = "Print the roles of a user, a line each.",
      mixinStandardHelpOptions = true)
  static final class Showing extends AdminCall {
    @Parameters(paramLabel = "NAME", description = USER)
    private String name;

    @Override
    String[] words() {
      return line("show", name, null);
    }

    @Override
    int print(Json.Obj response) {
      return Admin.list(output, response, "roles");
    }
  }

  @Command(
      name = "list",
      description = "Print the names of all users, a line each.",
      mixinStandardHelpOptions = true)
  static final class Listing extends AdminCall {
    @Override
    String[] words() {
      return new String[] {"user", "list"};
    }

    @Override
    int print(Json.Obj response) {
      return Admin.list(output, response, "names");
    }
  }
}
