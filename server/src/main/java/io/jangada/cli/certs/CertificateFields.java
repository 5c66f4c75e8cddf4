package io.jangada.cli.certs;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/// What a certificate says, for people.
final class CertificateFields {
  private static final Map<String, String> USAGES =
      Map.of("1.3.6.1.5.5.7.3.1", "serverAuth", "1.3.6.1.5.5.7.3.2", "clientAuth");

  private CertificateFields() {}

  /// `CN=server-0 for localhost, 127.0.0.1, until 2027-11-30`.
  static String summary(X509Certificate certificate) {
    String hosts = hosts(certificate);
    String names = hosts.isEmpty() ? "" : " for " + hosts;
    String until = ("" + certificate.getNotAfter().toInstant()).substring(0, "2026-11-30".length());
    return certificate.getSubjectX500Principal() + names + ", until " + until;
  }

  /// Its fields by name.
  static SequencedMap<String, String> of(X509Certificate certificate, Instant now)
      throws GeneralSecurityException {
    SequencedMap<String, String> fields = new LinkedHashMap<>();
    fields.put("subject", "" + certificate.getSubjectX500Principal());
    fields.put("issuer", "" + certificate.getIssuerX500Principal());
    fields.put("serial", certificate.getSerialNumber().toString(16));
    fields.put("hosts", hosts(certificate));
    fields.put("usage", usage(certificate));
    fields.put("from", "" + certificate.getNotBefore().toInstant());
    fields.put("until", until(certificate.getNotAfter(), now));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    fields.put("sha256", HexFormat.of().formatHex(digest));
    return fields;
  }

  static SequencedMap<String, String> of(X509CRL list, Instant now) {
    SequencedMap<String, String> fields = new LinkedHashMap<>();
    fields.put("issuer", "" + list.getIssuerX500Principal());
    fields.put("from", "" + list.getThisUpdate().toInstant());
    if (list.getNextUpdate() != null) fields.put("until", until(list.getNextUpdate(), now));
    Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
    List<String> serials = new ArrayList<>();
    if (entries != null)
      for (X509CRLEntry each : entries) serials.add(each.getSerialNumber().toString(16));
    fields.put("revoked", serials.isEmpty() ? "none" : String.join(", ", serials));
    return fields;
  }

  private static String until(Date end, Instant now) {
    Duration left = Duration.between(now, end.toInstant());
    String days = left.isNegative() ? "ended" : left.toDays() + " days left";
    return end.toInstant() + " (" + days + ")";
  }

  private static String hosts(X509Certificate certificate) {
    try {
      return String.join(", ", Holder.hosts(certificate));
    } catch (CertificateParsingException e) {
      return "unreadable";
    }
  }

  private static String usage(X509Certificate certificate) throws CertificateParsingException {
    if (certificate.getBasicConstraints() >= 0) return "authority";
    List<String> usages = certificate.getExtendedKeyUsage();
    if (usages == null) return "any";
    return usages.stream()
        .map(each -> USAGES.getOrDefault(each, each))
        .collect(Collectors.joining(", "));
  }
}
