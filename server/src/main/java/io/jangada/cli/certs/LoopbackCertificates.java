package io.jangada.cli.certs;

import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Certificates of servers that listen on this machine alone, for demonstrations and measurements.
public final class LoopbackCertificates {
  private static final int DAYS = 365;

  private LoopbackCertificates() {}

  /// Makes an authority, certificates of servers 1 to `servers`, and one of the client `root`. What
  /// is there already is kept.
  ///
  /// @return fields of the configuration that use them, with their values as JSON
  public static SortedMap<String, String> make(Path folder, int servers) throws IOException {
    CertFolder certificates = new CertFolder(folder);
    List<Holder> missing = new ArrayList<>();
    try {
      for (int id = 1; id <= servers; id++)
        missing.addAll(
            Holder.ofServer(
                new ServerConfig.Entry(id, "127.0.0.1", new ServerConfig.Ports(0, 0)), List.of()));
      missing.add(Holder.client("root"));
      missing.removeIf(each -> certificates.has(each.file()));
      Issuing issuing = new Issuing(certificates, System.getenv(), DAYS);
      if (!certificates.has(CertFolder.CA)) issuing.withNewAuthority("loopback", missing);
      else if (!missing.isEmpty()) issuing.withAuthority(missing);
    } catch (Holder.UnfitException | GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
    SortedMap<String, String> fields = new TreeMap<>();
    // Wherever the configuration is.
    Path anywhere = folder.toAbsolutePath().resolve("of-another-folder").resolve("config.json");
    new Advice(anywhere, certificates)
        .settings()
        .forEach((field, file) -> fields.put(field, "\"" + file + "\""));
    return fields;
  }
}
