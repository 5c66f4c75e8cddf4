package io.jangada.harness;

import io.jangada.client.ClientTls;
import io.jangada.net.TlsContext;
import io.jangada.net.TlsException;
import io.jangada.net.TlsFiles;
import io.jangada.net.TlsPolicy;
import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import java.nio.file.Path;

/// How clients of the harness speak TLS. Null stands for no TLS everywhere.
public final class Tls {
  private Tls() {}

  /// What the configuration of servers wants of clients. Their certificate, where servers ask for
  /// one, is that of the environment, as it is for commands.
  public static ClientTls of(ServerConfig config) {
    if (!config.settings().has(Setting.CERT_FILE)) return null;
    int any = config.servers().getFirst().id();
    ClientTls tls =
        config
            .file(Setting.TRUSTED_CA_FILE, any)
            .map(ClientTls::trusting)
            .orElse(ClientTls.DEFAULT);
    String certificate = System.getenv().getOrDefault("JANGADA_CERT", "");
    String key = System.getenv().getOrDefault("JANGADA_KEY", "");
    if (certificate.isEmpty() || key.isEmpty()) return tls;
    return tls.withCertificate(Path.of(certificate), Path.of(key));
  }

  /// Reads the files.
  public static TlsContext context(ClientTls tls) throws TlsException {
    if (tls == null) return null;
    TlsPolicy policy = tls.insecure() ? TlsPolicy.INSECURE : TlsPolicy.DEFAULT;
    TlsFiles files = new TlsFiles(tls.certificate(), tls.key(), tls.trustedCa(), null);
    return TlsContext.load(files, policy);
  }
}
