package io.jangada.cli.etcd;

import io.jangada.protocol.etcd.Versions;
import io.jangada.server.Build;
import io.jangada.server.ConfigException;
import io.jangada.server.Reasons;
import io.jangada.server.ServerConfig;
import io.jangada.server.ServerRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The program `etcd`: one of our servers, started with the flags and variables that people start
/// etcd with. They are read as Go reads them, so no library for command lines takes part.
///
/// @param environment looked at for `ETCD_…` and `JANGADA_…`
public record EtcdProgram(Map<String, String> environment, PrintWriter out, PrintWriter err) {
  private static final String NAME = "etcd";

  public static void main(String[] words) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(new EtcdProgram(System.getenv(), out, err).run(List.of(words)));
  }

  /// Serves until a signal ends it. Returns the exit code.
  int run(List<String> words) {
    EtcdArguments arguments = new EtcdArguments(words, environment);
    if (arguments.isSet(EtcdFlag.HELP)) return print(help());
    if (arguments.isSet(EtcdFlag.VERSION)) return print(version());
    FlagSettings settings = FlagSettings.of(arguments);
    try {
      Optional<MemberFile> member = MemberFile.of(arguments, RunningCluster::ask);
      if (member.isEmpty()) return refuse(arguments.problems(), ServerRun.USAGE);
      ServerRun.Source config =
          () -> ServerConfig.readWith(member.get().file(), environment, settings.settings());
      return new ServerRun(NAME, member.get().id(), config, err)
          .serve(settings.remarks().toArray(String[]::new));
    } catch (ConfigException e) {
      return refuse(e.problems(), ServerRun.FAILED);
    } catch (IOException e) {
      return refuse(List.of("cannot begin: " + Reasons.of(e)), ServerRun.FAILED);
    }
  }

  private int refuse(List<String> problems, int code) {
    problems.forEach(problem -> err.println(NAME + ": " + problem));
    if (code == ServerRun.USAGE) err.println("Try 'etcd --help'.");
    err.flush();
    return code;
  }

  private int print(String text) {
    out.print(text);
    out.flush();
    return ServerRun.OK;
  }

  private static String version() {
    Build build = Build.read();
    return """
    etcd Version: %s
    Git SHA: %s
    Go Version: none
    Go OS/Arch: %s/%s
    %s
    """
        .formatted(
            Versions.SERVER,
            build.commit(),
            System.getProperty("os.name").toLowerCase(Locale.ROOT),
            System.getProperty("os.arch"),
            String.join("\n", build.lines()));
  }

  private static String help() {
    StringBuilder text =
        new StringBuilder(
            """
            Runs one server of Jangada with the flags of etcd. Each can be given as a variable, too:
            --initial-cluster is ETCD_INITIAL_CLUSTER; the flag goes before the variable.

            """);
    for (EtcdFlag flag : EtcdFlag.values()) {
      boolean hasDefault = !flag.isSwitch() && !flag.defaultValue().isEmpty();
      String value = hasDefault ? " '" + flag.defaultValue() + "'" : "";
      text.append("  %s%s%n        %s%n".formatted(flag.flag(), value, flag.help()));
    }
    String ignored = String.join(" ", OtherFlags.ignored());
    return text.append("\nTaken without effect, with the prefix experimental- or without:\n")
        .append(ignored.replaceAll("(.{1,90})( |$)", "  $1\n"))
        .toString();
  }
}
