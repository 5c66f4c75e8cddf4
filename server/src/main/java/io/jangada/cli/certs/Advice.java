package io.jangada.cli.certs;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// How the files of a folder are used, for those who made them.
///
/// @param config the configuration that is to name them
record Advice(Path config, CertFolder folder) {
  /// The fields of the configuration. One file serves all servers.
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("CertFile", name("server-{id}.crt"));
    settings.put("KeyFile", name("server-{id}.key"));
    settings.put("TrustedCaFile", name("ca.crt"));
    settings.put("CrlFile", name("ca.crl"));
    settings.put("PeerCertFile", name("peer-{id}.crt"));
    settings.put("PeerKeyFile", name("peer-{id}.key"));
    settings.put("PeerTrustedCaFile", name("ca.crt"));
    settings.put("PeerCrlFile", name("ca.crl"));
    // The same authority signs for clients.
    settings.put("PeerCertAllowedNames", Holder.PEER);
    return settings;
  }

  /// Names in the configuration count from where it is.
  private String name(String file) {
    Path from = config.toAbsolutePath().normalize().getParent();
    Path path = folder.path().toAbsolutePath().normalize().resolve(file);
    return "" + (from != null && path.startsWith(from) ? from.relativize(path) : path);
  }

  String text() {
    StringBuilder lines = new StringBuilder();
    settings()
        .forEach((field, value) -> lines.append("  \"%s\": \"%s\",%n".formatted(field, value)));
    return """

        Add to %1$s, and restart the servers:

        %2$s
        Add "ClientCertAuth": true to have clients show a certificate, as this one does:

          jangada status --cacert %3$s/ca.crt --cert %3$s/client-NAME.crt --key %3$s/client-NAME.key

        Each server needs ca.crt, ca.crl and its own four files. Keep ca.key away from them: it
        signs more. To use certificates of your own authority, put them in the same places; servers
        that run read them anew. Files are PEM: certificates with the intermediate ones behind them,
        keys as PKCS#8. A server's certificate has its Hostname among its alternative names, and the
        usage serverAuth; a peer's has serverAuth and clientAuth, and a name of
        PeerCertAllowedNames. Without a list of revoked ones, leave out CrlFile and PeerCrlFile."""
        .formatted(config, lines, folder.path());
  }
}
