package io.jangada.cli.certs;

import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.Output;
import io.jangada.server.Reasons;
import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `jangada certs`: an authority and the certificates of a cluster, in one command.
@Command(
    name = "certs",
    description = {
      "Make the certificates of a cluster: an authority (CA) and, signed by it, one certificate for"
          + " each server of the configuration towards clients (server-ID), one towards the other"
          + " servers (peer-ID), and some for clients.",
      "What is there already is kept. Keys can be read by their owner alone."
    },
    subcommands = {RenewCommand.class, RevokeCommand.class, ReloadCommand.class, ShowCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:made", "1:failed, or nothing was missing", "2:wrong usage"},
    footerHeading = "%nFor example:%n",
    footer = {"  jangada certs --client alice", "  jangada certs show certs/server-0.crt"},
    mixinStandardHelpOptions = true)
public final class CertsCommand implements Callable<Integer> {
  private static final List<String> CLIENTS = List.of("root", "client");

  @Mixin private CertsOptions options;
  @Mixin private Output output;

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description = "A client to make a certificate for; may be repeated (default: root, client).")
  private List<String> clients;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "A further name or address of the servers; may be repeated.")
  private List<String> hosts;

  @Option(
      names = "--force",
      description = "Make all anew, with another authority; replaces existing files.")
  private boolean force;

  @Override
  public Integer call() {
    ServerConfig config = options.config();
    CertFolder folder = options.folder();
    List<Holder> wanted = wanted(config);
    List<Holder> kept =
        force ? List.of() : wanted.stream().filter(each -> folder.has(each.file())).toList();
    List<Holder> missing = wanted.stream().filter(each -> !kept.contains(each)).toList();
    Issuing issuing = new Issuing(folder, options.environment(), options.days());
    boolean hasAuthority = !force && folder.has(CertFolder.CA);
    if (hasAuthority && missing.isEmpty())
      return output.failed(
          ExitCode.FAILED,
          "exists",
          "all these certificates are in "
              + folder.path()
              + " already: 'certs renew' renews them, and --force makes all anew");
    try {
      Map<String, X509Certificate> made =
          hasAuthority
              ? issuing.withAuthority(missing)
              : issuing.withNewAuthority(config.settings().text(Setting.CLUSTER), missing);
      return report(folder, made, kept);
    } catch (IOException | GeneralSecurityException e) {
      return failed(output, e);
    }
  }

  static int failed(Output output, Exception e) {
    String why = e instanceof IOException io ? Reasons.of(io) : e.getMessage();
    return output.failed(ExitCode.FAILED, "failed", why);
  }

  private List<Holder> wanted(ServerConfig config) {
    List<String> further = hosts == null ? List.of() : hosts;
    List<Holder> all = new ArrayList<>();
    try {
      for (ServerConfig.Entry each : config.servers()) all.addAll(Holder.ofServer(each, further));
      for (String each : new LinkedHashSet<>(clients == null ? CLIENTS : clients))
        all.add(Holder.client(each));
      return all;
    } catch (Holder.UnfitException e) {
      throw options.wrong(e.getMessage());
    }
  }

  private int report(CertFolder folder, Map<String, X509Certificate> made, List<Holder> kept) {
    Advice advice = new Advice(options.configFile(), folder);
    if (output.isJson()) {
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeArrayPropertyStart("made");
            for (String each : made.keySet()) out.writeString("" + folder.certificateFile(each));
            out.writeEndArray();
            out.writeObjectPropertyStart("config");
            advice.settings().forEach(out::writeStringProperty);
            out.writeEndObject();
          });
      return ExitCode.OK;
    }
    made.forEach((name, each) -> output.line("made " + line(folder, name, each)));
    for (Holder each : kept) output.line("kept " + folder.certificateFile(each.file()));
    output.line(advice.text());
    return ExitCode.OK;
  }

  /// One line about a certificate: its file, its subject, its hosts, its end.
  static String line(CertFolder folder, String name, X509Certificate certificate) {
    Path file = folder.certificateFile(name);
    return file + " and .key: " + CertificateFields.summary(certificate);
  }
}
