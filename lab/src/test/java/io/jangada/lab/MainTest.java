package io.jangada.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/// The command line as a person or a script meets it: what goes where, and which exit code says it.
class MainTest {
  private record Ran(int code, String out, String err) {}

  private static Ran jangada(String... args) {
    return run(Laboratory.commandLine(Map.of()), args);
  }

  private static Ran run(CommandLine command, String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = command.execute(args);
    return new Ran(code, out.toString(), err.toString());
  }

  @Test
  void versionSaysVersionCommitAndJava() {
    Ran ran = jangada("version");
    assertThat(ran.code()).isEqualTo(ExitCode.OK);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out().lines())
        .satisfiesExactly(
            line -> assertThat(line).matches("jangada \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"),
            line -> assertThat(line).matches("commit  (unknown|[0-9a-f]{7,40}(-dirty)?)"),
            line -> assertThat(line).startsWith("java    ").contains("" + Runtime.version()));
    assertThat(jangada("--version").out()).isEqualTo(ran.out());
  }

  @Test
  void helpListsEveryCommandOnStandardOutput() {
    Ran ran = jangada("help");
    assertThat(ran.code()).isEqualTo(ExitCode.OK);
    assertThat(ran.out())
        .contains(
            Laboratory.commandLine(Map.of()).getSubcommands().keySet().toArray(String[]::new));
    assertThat(jangada("--help").out()).isEqualTo(ran.out());
  }

  @Test
  void everyCommandExplainsItselfAndWearsADescription() {
    List<String> silent = new ArrayList<>();
    for (var entry : Laboratory.commandLine(Map.of()).getSubcommands().entrySet()) {
      Ran ran = jangada(entry.getKey(), "--help");
      boolean described = entry.getValue().getCommandSpec().usageMessage().description().length > 0;
      if (ran.code() != ExitCode.OK || !ran.out().contains("Usage: jangada") || !described) {
        silent.add(entry.getKey());
      }
    }
    assertThat(silent).isEmpty();
  }

  @Test
  void anUnknownCommandIsRefusedWithASuggestion() {
    Ran ran = jangada("verison");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("unknown command 'verison'", "'version'", "--help");
  }

  @Test
  void anUnknownCommandLikeNoOtherIsRefusedWithoutASuggestion() {
    Ran ran = jangada("xyzzy");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("unknown command 'xyzzy'").doesNotContain("Did you mean");
  }

  @Test
  void anUnknownOptionNamesTheCommandItWasGivenTo() {
    Ran ran = jangada("version", "--loud");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("jangada version: ", "'--loud'");
  }

  @Test
  void whatStandsAfterTheEndOfOptionsIsNone() {
    Ran ran = jangada("get", "boat", "--", "--endpoint");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("jangada get: ", "'--endpoint'").doesNotContain("Did you mean");
    assertThat(jangada("get", "--endpoint=x", "--", "boat").err())
        .contains("unknown option '--endpoint=x'. Did you mean '--endpoints'?");
  }

  @Test
  void noCommandAtAllIsAUsageError() {
    Ran ran = jangada();
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("a command is needed");
  }

  @Test
  void completionIsAScriptThatKnowsTheCommands() {
    for (String shell : List.of("bash", "zsh")) {
      Ran ran = jangada("completion", shell);
      assertThat(ran.code()).isEqualTo(ExitCode.OK);
      assertThat(ran.out()).contains("complete -F _complete_jangada", "completion", "version");
    }
  }

  @Test
  void completionForAnUnknownShellIsAUsageError() {
    Ran ran = jangada("completion", "fish");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("fish", "bash", "zsh");
  }

  @Test
  void aCommandThatBreaksExitsWithFailedAndSaysWhy() {
    var command = Laboratory.commandLine(Map.of()).addSubcommand(new Breaks());
    Ran ran = run(command, "breaks");
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("jangada breaks: ", "the mast fell", "at ");
  }

  @Command(name = "breaks", description = "Breaks.")
  private static final class Breaks implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("the mast fell");
    }
  }

  @Test
  void noColorSwitchesColoursOff() {
    assertThat(ansi(Map.of("NO_COLOR", "1"))).isEqualTo(Ansi.OFF);
    assertThat(ansi(Map.of("NO_COLOR", ""))).isEqualTo(Ansi.AUTO);
    assertThat(ansi(Map.of())).isEqualTo(Ansi.AUTO);
  }

  private static Ansi ansi(Map<String, String> environment) {
    return Laboratory.commandLine(environment).getColorScheme().ansi();
  }
}
