package io.jangada.cli.certs;

import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jangada certs show`: what a file of certificates says.
@Command(
    name = "show",
    description = "Show the certificates, or the list of revoked ones, that a file has.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all are valid by their dates",
      "1:failed, or one has ended",
      "2:wrong usage"
    },
    mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
  @Mixin private Output output;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "A PEM file, such as ca.crt.")
  private List<Path> files;

  private boolean hasEnded;

  @Override
  public Integer call() {
    try {
      List<SequencedMap<String, String>> all = new ArrayList<>();
      for (Path file : files) all.addAll(read(file, Instant.now()));
      if (output.isJson()) json(all);
      else all.forEach(this::print);
    } catch (IOException | GeneralSecurityException e) {
      return CertsCommand.failed(output, e);
    }
    return hasEnded ? ExitCode.FAILED : ExitCode.OK;
  }

  private List<SequencedMap<String, String>> read(Path file, Instant now)
      throws IOException, GeneralSecurityException {
    byte[] bytes = Files.readAllBytes(file);
    var in = new ByteArrayInputStream(bytes);
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<SequencedMap<String, String>> all = new ArrayList<>();
    if (new String(bytes, StandardCharsets.ISO_8859_1).contains("BEGIN X509 CRL")) {
      X509CRL list = (X509CRL) factory.generateCRL(in);
      if (list.getNextUpdate() != null) hasEnded |= now.isAfter(list.getNextUpdate().toInstant());
      all.add(CertificateFields.of(list, now));
    } else
      for (var each : factory.generateCertificates(in)) {
        X509Certificate certificate = (X509Certificate) each;
        hasEnded |= now.isAfter(certificate.getNotAfter().toInstant());
        all.add(CertificateFields.of(certificate, now));
      }
    if (all.isEmpty()) throw new GeneralSecurityException(file + ": there is no certificate in it");
    all.forEach(each -> each.putFirst("file", "" + file));
    return all;
  }

  private void print(Map<String, String> fields) {
    fields.forEach(
        (name, value) -> {
          if (name.equals("file")) output.line(value);
          else if (!value.isEmpty()) output.line("  %-8s %s".formatted(name, value));
        });
  }

  private void json(List<SequencedMap<String, String>> all) {
    output.json(
        out -> {
          out.writeBooleanProperty("ok", !hasEnded);
          out.writeArrayPropertyStart("certificates");
          for (Map<String, String> each : all) {
            out.writeStartObject();
            each.forEach(out::writeStringProperty);
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }
}
