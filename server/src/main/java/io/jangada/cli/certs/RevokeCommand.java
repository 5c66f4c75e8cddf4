package io.jangada.cli.certs;

import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada certs revoke`: certificates that are not to be trusted any more.
@Command(
    name = "revoke",
    description = {
      "Add certificates to the list of revoked ones, ca.crl. Servers whose configuration names it"
          + " (CrlFile, PeerCrlFile) read it anew while they run.",
      "'certs renew NAME' makes another for the same holder."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:revoked", "1:failed", "2:wrong usage"},
    footerHeading = "%nFor example:%n",
    footer = {"  jangada certs revoke alice"},
    mixinStandardHelpOptions = true)
final class RevokeCommand implements Callable<Integer> {
  @Mixin private CertsOptions options;
  @Mixin private Output output;

  @Parameters(
      paramLabel = "NAME",
      arity = "1..*",
      description = "A client, or such as peer-0, or the file of a certificate.")
  private List<String> names;

  @Override
  public Integer call() {
    CertFolder folder = options.folder();
    try {
      List<X509Certificate> certificates = new ArrayList<>();
      for (String each : names) certificates.add(CertFolder.certificate(find(folder, each)));
      int count = new Issuing(folder, options.environment(), options.days()).revoke(certificates);
      return report(folder.revocationFile(), certificates, count);
    } catch (IOException | GeneralSecurityException e) {
      return CertsCommand.failed(output, e);
    }
  }

  private static Path find(CertFolder folder, String name) throws IOException {
    List<Path> places =
        List.of(
            folder.certificateFile(Holder.fileOfClient(name)),
            folder.certificateFile(name),
            Path.of(name));
    for (Path each : places) if (Files.isRegularFile(each)) return each;
    throw new IOException(name + ": there is no such certificate in " + folder.path());
  }

  private int report(Path list, List<X509Certificate> certificates, int count) {
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeStringProperty("file", "" + list);
            out.writeNumberProperty("revoked", count);
          });
    else {
      for (X509Certificate each : certificates)
        output.line("revoked " + CertificateFields.summary(each));
      output.line(list + " has " + count + " now");
    }
    return ExitCode.OK;
  }
}
