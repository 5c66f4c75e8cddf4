package io.jangada.cli.certs;

import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.Output;
import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada certs renew`: certificates anew, by the authority that signed them.
@Command(
    name = "renew",
    description = {
      "Make certificates of the folder anew, each with another key, by the same authority. Servers"
          + " that run read them anew.",
      "Hosts that the configuration has now are added to those of before."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:renewed", "1:failed", "2:wrong usage"},
    footerHeading = "%nFor example:%n",
    footer = {"  jangada certs renew", "  jangada certs renew server-0 peer-0"},
    mixinStandardHelpOptions = true)
final class RenewCommand implements Callable<Integer> {
  @Mixin private CertsOptions options;
  @Mixin private Output output;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Such as server-0 or client-root (default: all but those that are revoked).")
  private List<String> names;

  @Override
  public Integer call() {
    CertFolder folder = options.folder();
    try {
      List<Holder> holders = new ArrayList<>();
      Map<String, Holder> servers = servers();
      for (String name : names == null ? unrevoked(folder) : new LinkedHashSet<>(names))
        holders.add(holder(folder, name, servers));
      Issuing issuing = new Issuing(folder, options.environment(), options.days());
      return report(folder, issuing.withAuthority(holders));
    } catch (IOException | GeneralSecurityException e) {
      return CertsCommand.failed(output, e);
    }
  }

  private static List<String> unrevoked(CertFolder folder)
      throws IOException, GeneralSecurityException {
    Set<String> revoked = folder.revoked();
    List<String> names = new ArrayList<>();
    for (String each : folder.names()) {
      X509Certificate certificate = CertFolder.certificate(folder.certificateFile(each));
      if (!revoked.contains("" + certificate.getSerialNumber())) names.add(each);
    }
    return names;
  }

  private static Holder holder(CertFolder folder, String name, Map<String, Holder> servers)
      throws IOException, GeneralSecurityException {
    Holder holder = Holder.of(name, CertFolder.certificate(folder.certificateFile(name)));
    return servers.containsKey(name) ? holder.with(servers.get(name).hosts()) : holder;
  }

  /// What the configuration wants, by the names of files.
  private Map<String, Holder> servers() {
    Map<String, Holder> servers = new LinkedHashMap<>();
    ServerConfig config = options.configIfAny();
    if (config == null) return servers;
    try {
      for (ServerConfig.Entry server : config.servers())
        for (Holder each : Holder.ofServer(server, List.of())) servers.put(each.file(), each);
      return servers;
    } catch (Holder.UnfitException e) {
      throw options.wrong(e.getMessage());
    }
  }

  private int report(CertFolder folder, Map<String, X509Certificate> made) {
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeArrayPropertyStart("renewed");
            made.keySet().forEach(out::writeString);
            out.writeEndArray();
          });
    else
      made.forEach((name, each) -> output.line("renewed " + CertsCommand.line(folder, name, each)));
    return ExitCode.OK;
  }
}
