package io.jangada.cli.cluster;

import io.jangada.client.ClientTls;
import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Whether a command speaks TLS, and with which files. Each is taken from the first of these that
/// names it: the flag, the variable, the configuration of the servers.
public final class TlsOptions {
  private static final String CACERT = "JANGADA_CACERT";
  private static final String CERT = "JANGADA_CERT";
  private static final String KEY = "JANGADA_KEY";

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description =
          "Speak TLS with servers whose certificates come from the CAs in this file. Default: "
              + CACERT
              + ", or TrustedCaFile where the configuration has a CertFile.")
  private Path trustedCa;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "The certificate to show to servers that ask for one (default: " + CERT + ").")
  private Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The private key of --cert: PKCS#8, not encrypted (default: " + KEY + ").")
  private Path key;

  @Option(
      names = "--insecure-skip-tls-verify",
      description = "Speak TLS with any server, whatever its certificate. Others can then listen.")
  private boolean insecure;

  /// What was chosen; null for no TLS.
  ///
  /// @param config of the servers; empty where none was read
  /// @throws IllegalArgumentException when a certificate has no key, or the reverse
  public ClientTls choose(Map<String, String> environment, Optional<ServerConfig> config) {
    Optional<ServerConfig> withTls = config.filter(each -> each.settings().has(Setting.CERT_FILE));
    Path ca = either(trustedCa, environment.get(CACERT));
    if (ca == null) ca = withTls.flatMap(TlsOptions::trustedCa).orElse(null);
    boolean isFlag = certificate != null || key != null;
    Path mine = isFlag ? certificate : either(null, environment.get(CERT));
    Path its = isFlag ? key : either(null, environment.get(KEY));
    if ((mine == null) != (its == null))
      throw new IllegalArgumentException(
          isFlag ? "--cert and --key go together" : CERT + " and " + KEY + " go together");
    if (withTls.isEmpty() && ca == null && mine == null && !insecure) return null;
    return new ClientTls(ca, mine, its, insecure);
  }

  private static Path either(Path flag, String variable) {
    if (flag != null || variable == null || variable.isEmpty()) return flag;
    return Path.of(variable);
  }

  private static Optional<Path> trustedCa(ServerConfig config) {
    return config.file(Setting.TRUSTED_CA_FILE, config.servers().getFirst().id());
  }
}
