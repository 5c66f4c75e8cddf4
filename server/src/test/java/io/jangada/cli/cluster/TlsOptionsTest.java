package io.jangada.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.client.ClientTls;
import io.jangada.server.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TlsOptionsTest {
  private static final Path CA = Path.of("ca.crt");
  private static final Path CERT = Path.of("my.crt");
  private static final Path KEY = Path.of("my.key");

  @TempDir private Path folder;

  private static ClientTls chosen(
      Map<String, String> environment, Optional<ServerConfig> config, String... flags) {
    TlsOptions options = new TlsOptions();
    new CommandLine(options).parseArgs(flags);
    return options.choose(environment, config);
  }

  private Optional<ServerConfig> config(String fields) throws Exception {
    Path file = folder.resolve("config.json");
    Files.writeString(
        file,
        """
        {"Path": "data", %s
         "Servers": [{"Id": 0, "Hostname": "localhost", "ClientPort": 9000, "LogPort": 9050}]}
        """
            .formatted(fields));
    return Optional.of(ServerConfig.read(file));
  }

  @Test
  void withoutAWordThereIsNoTls() throws Exception {
    assertThat(chosen(Map.of(), Optional.empty())).isNull();
    assertThat(chosen(Map.of("JANGADA_CACERT", ""), config(""))).isNull();
  }

  @Test
  void aServerCertificateInTheConfigurationMeansTlsWithItsAuthority() throws Exception {
    String pair = "\"CertFile\": \"s-{id}.crt\", \"KeyFile\": \"s-{id}.key\",";
    assertThat(chosen(Map.of(), config(pair))).isEqualTo(ClientTls.DEFAULT);
    Path trusted = folder.toAbsolutePath().resolve("ca/ca.crt");
    Optional<ServerConfig> config = config(pair + "\"TrustedCaFile\": \"ca/ca.crt\",");
    assertThat(chosen(Map.of(), config)).isEqualTo(ClientTls.trusting(trusted));
    assertThat(chosen(Map.of("JANGADA_CACERT", "ca.crt"), config))
        .isEqualTo(ClientTls.trusting(CA));
  }

  @Test
  void aFlagGoesBeforeAVariable() {
    Map<String, String> environment =
        Map.of("JANGADA_CACERT", "a", "JANGADA_CERT", "b", "JANGADA_KEY", "c");
    assertThat(chosen(environment, Optional.empty(), "--cacert", "ca.crt"))
        .isEqualTo(ClientTls.trusting(CA).withCertificate(Path.of("b"), Path.of("c")));
    assertThat(chosen(environment, Optional.empty(), "--cert", "my.crt", "--key", "my.key"))
        .isEqualTo(ClientTls.trusting(Path.of("a")).withCertificate(CERT, KEY));
    assertThat(chosen(Map.of(), Optional.empty(), "--insecure-skip-tls-verify"))
        .isEqualTo(ClientTls.INSECURE);
  }

  @Test
  void halfAPairIsRefused() {
    assertThatThrownBy(() -> chosen(Map.of("JANGADA_KEY", "c"), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("JANGADA_CERT");
    Map<String, String> pair = Map.of("JANGADA_CERT", "b", "JANGADA_KEY", "c");
    assertThatThrownBy(() -> chosen(pair, Optional.empty(), "--cert", "my.crt"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--key");
  }
}
