package io.jangada.cli.certs;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Makes certificates and their keys in a folder. Nothing is written before all of them are made.
final class Issuing {
  private static final int AUTHORITY_DAYS_MIN = 3_650;

  private final CertFolder folder;
  private final Map<String, String> environment;
  private final int days;

  /// @param days for how long certificates are valid, 1 or more
  Issuing(CertFolder folder, Map<String, String> environment, int days) {
    this.folder = folder;
    this.environment = environment;
    this.days = days;
  }

  /// Makes an authority, with an empty list of what it revoked, and has it sign.
  ///
  /// @param cluster the name of the cluster, which becomes a part of the authority's
  /// @return what was made, by the name of its files
  Map<String, X509Certificate> withNewAuthority(String cluster, List<Holder> holders)
      throws IOException, GeneralSecurityException {
    int authorityDays = Math.max(AUTHORITY_DAYS_MIN, days);
    try (Keytool keytool = Keytool.open(environment)) {
      String escaped = javax.naming.ldap.Rdn.escapeValue(cluster);
      keytool.createAuthority("CN=Jangada CA,O=" + escaped, authorityDays);
      signAll(keytool, holders, days);
      String revoked = keytool.revocationList(List.of(), authorityDays);
      folder.create();
      folder.write(CertFolder.CA, keytool.authority());
      folder.writeRevocationList(revoked);
      Map<String, X509Certificate> made = new LinkedHashMap<>();
      made.put(CertFolder.CA, keytool.authority().certificate());
      made.putAll(writeAll(keytool, holders));
      return made;
    }
  }

  /// Has the authority of the folder sign.
  Map<String, X509Certificate> withAuthority(List<Holder> holders)
      throws IOException, GeneralSecurityException {
    Keytool.Signed authority = folder.authority();
    Instant end = authority.certificate().getNotAfter().toInstant();
    long left = Duration.between(Instant.now(), end).toDays();
    if (left < 1)
      throw new IOException(
          folder.certificateFile(CertFolder.CA) + " ends on " + end + ": another must be made");
    try (Keytool keytool = Keytool.open(environment)) {
      keytool.useAuthority(authority);
      signAll(keytool, holders, (int) Math.min(days, left));
      return writeAll(keytool, holders);
    }
  }

  private static void signAll(Keytool keytool, List<Holder> holders, int days) throws IOException {
    for (Holder each : holders) keytool.sign(alias(holders, each), each, days);
  }

  private Map<String, X509Certificate> writeAll(Keytool keytool, List<Holder> holders)
      throws IOException, GeneralSecurityException {
    Map<String, X509Certificate> made = new LinkedHashMap<>();
    for (Holder each : holders) {
      Keytool.Signed signed = keytool.signed(alias(holders, each));
      folder.write(each.file(), signed);
      made.put(each.file(), signed.certificate());
    }
    return made;
  }

  /// Names of files would not do: key stores do not tell `a` from `A`.
  private static String alias(List<Holder> holders, Holder holder) {
    return "holder-" + holders.indexOf(holder);
  }

  /// Adds certificates to the list of those that are revoked.
  ///
  /// @return how many stand there now
  int revoke(List<X509Certificate> certificates) throws IOException, GeneralSecurityException {
    Keytool.Signed authority = folder.authority();
    Set<String> serials = new TreeSet<>(folder.revoked());
    for (X509Certificate each : certificates) {
      if (!isSigned(each, authority.certificate()))
        throw new IOException(
            each.getSubjectX500Principal() + " was signed by another authority, which revokes it");
      serials.add("" + each.getSerialNumber());
    }
    try (Keytool keytool = Keytool.open(environment)) {
      keytool.useAuthority(authority);
      List<String> all = new ArrayList<>(serials);
      folder.writeRevocationList(keytool.revocationList(all, AUTHORITY_DAYS_MIN));
    }
    return serials.size();
  }

  private static boolean isSigned(X509Certificate certificate, X509Certificate by) {
    try {
      certificate.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
