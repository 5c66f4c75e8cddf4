package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.codec.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `jangada auth …`: whether users are checked.
@Command(
    name = "auth",
    description = {
      "Show and change whether users are checked. Before it is enabled there must be a user root"
          + " that has the role root."
    },
    footerHeading = "%nFor example:%n",
    footer = {
      "  jangada user add root",
      "  jangada user grant-role root root",
      "  jangada auth enable"
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      AuthCommand.Status.class,
      AuthCommand.Enabling.class,
      AuthCommand.Disabling.class
    })
public final class AuthCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is needed: status, enable or disable");
  }

  @Command(
      name = "status",
      description = "Print whether users are checked.",
      mixinStandardHelpOptions = true)
  static final class Status extends AdminCall {
    @Override
    String[] words() {
      return new String[] {"auth", "status"};
    }

    @Override
    int print(Json.Obj response) {
      if (output.isJson()) return Admin.raw(output, response);
      output.line("enabled\t" + Admin.text(response, "enabled"));
      output.line("revision\t" + Admin.text(response, "authRevision"));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "enable",
      description = {
        "Have users checked from now on: who does not say who it is may do nothing any more."
      },
      mixinStandardHelpOptions = true)
  static final class Enabling extends AdminCall {
    @Override
    String[] words() {
      return new String[] {"auth", "enable"};
    }
  }

  @Command(
      name = "disable",
      description = "Let everyone do everything again. Users and roles stay.",
      mixinStandardHelpOptions = true)
  static final class Disabling extends AdminCall {
    @Override
    String[] words() {
      return new String[] {"auth", "disable"};
    }
  }
}
