package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `certs` and what belongs to it, as an operator meets them.
class CertsCommandTest {
  @TempDir private Path folder;

  @BeforeEach
  void configure() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"Path": "data", "Cluster": "a,b",
         "Servers": [{"Id": 7, "Hostname": "db.example", "ClientPort": 9000, "LogPort": 9050}]}
        """);
  }

  private CommandRun certs(String... args) {
    String[] all = Stream.concat(Stream.of("certs"), Stream.of(args)).toArray(String[]::new);
    return CommandRun.of(Map.of(), folder, new byte[0], all);
  }

  private Path file(String name) {
    return folder.resolve("certs").resolve(name);
  }

  private X509Certificate certificate(String name) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file(name + ".crt"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve("certs"))) {
      for (Path each : files.toList())
        contents.put("" + each.getFileName(), Files.readString(each, StandardCharsets.US_ASCII));
    }
    return contents;
  }

  @Test
  void oneCommandMakesAllThatAClusterNeedsAndReplacesNothing() throws Exception {
    CommandRun made = certs("--client", "alice");
    assertThat(made.err()).isEmpty();
    assertThat(made.out())
        .contains(
            "\"CertFile\": \"certs/server-{id}.crt\"",
            "\"PeerCertAllowedNames\": \"jangada-peer\"");
    Map<String, String> before = contents();
    assertThat(before)
        .containsOnlyKeys(
            "ca.crl",
            "ca.crt",
            "ca.key",
            "client-alice.crt",
            "client-alice.key",
            "peer-7.crt",
            "peer-7.key",
            "server-7.crt",
            "server-7.key");
    for (String name : before.keySet())
      if (name.endsWith(".key"))
        assertThat(Files.getPosixFilePermissions(file(name)))
            .isEqualTo(PosixFilePermissions.fromString("rw-------"));

    X509Certificate authority = certificate("ca");
    assertThat(authority.getSubjectX500Principal().getName()).isEqualTo("CN=Jangada CA,O=a\\,b");
    for (String name : new String[] {"server-7", "peer-7", "client-alice"})
      certificate(name).verify(authority.getPublicKey());
    assertThat("" + certificate("peer-7").getSubjectX500Principal()).isEqualTo("CN=server-7");
    assertThat("" + certificate("server-7").getSubjectAlternativeNames())
        .contains("db.example", "localhost", "127.0.0.1");

    CommandRun again = certs("--client", "alice");
    assertThat(again.code()).isEqualTo(ExitCode.FAILED);
    assertThat(certs("--client", "bob", "-o", "json").out()).contains("client-bob.crt");
    assertThat(contents()).containsAllEntriesOf(before);

    Files.delete(file("ca.key"));
    CommandRun unsigned = certs("--client", "carol");
    assertThat(unsigned.code()).isEqualTo(ExitCode.FAILED);
    assertThat(unsigned.err()).contains("ca.key");
    assertThat(file("client-carol.crt")).doesNotExist();
    assertThat(certs("show", "" + file("carol.crt")).code()).isEqualTo(ExitCode.FAILED);

    assertThat(certs("--client", "alice", "--force").code()).isZero();
    assertThat(contents().get("ca.key")).isNotEqualTo(before.get("ca.key"));
  }

  @Test
  void whatIsRevokedIsListedAndNotRenewedUnasked() throws Exception {
    certs("--client", "alice", "--client", "bob");
    Map<String, String> before = contents();
    X509Certificate alice = certificate("client-alice");
    assertThat(certs("revoke", "alice").err()).isEmpty();
    assertThat(certs("revoke", "peer-7").out()).contains("has 2");
    X509CRL list;
    try (InputStream in = Files.newInputStream(file("ca.crl"))) {
      list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(in);
    }
    list.verify(certificate("ca").getPublicKey());
    assertThat(list.isRevoked(alice)).isTrue();
    assertThat(list.isRevoked(certificate("peer-7"))).isTrue();
    assertThat(list.isRevoked(certificate("client-bob"))).isFalse();

    assertThat(certs("renew", "--days", "10").err()).isEmpty();
    assertThat(contents().get("client-alice.crt")).isEqualTo(before.get("client-alice.crt"));
    assertThat(contents().get("client-bob.key")).isNotEqualTo(before.get("client-bob.key"));
    assertThat(contents().get("ca.crt")).isEqualTo(before.get("ca.crt"));
    assertThat("" + certificate("server-7").getSubjectAlternativeNames()).contains("db.example");
    certs("renew", "client-alice");
    assertThat(list.isRevoked(certificate("client-alice"))).isFalse();

    String shown = certs("show", "" + file("server-7.crt"), "" + file("ca.crl")).out();
    assertThat(shown)
        .contains("CN=server-7", "db.example, localhost, 127.0.0.1, ::1", "serverAuth")
        .contains("(9 days left)", alice.getSerialNumber().toString(16));
  }

  @Test
  void aClientsNameThatIsAFilesPathIsRefused() {
    assertThat(certs("--client", "../alice").code()).isEqualTo(ExitCode.USAGE);
  }
}
