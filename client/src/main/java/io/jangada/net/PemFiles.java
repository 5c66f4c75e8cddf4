package io.jangada.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads certificates, private keys and revocation lists from PEM files.
final class PemFiles {
  /// No file is read that is larger: a mistaken name must not cost memory.
  private static final int BYTES_MAX = 4 << 20;

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /// How a key of each kind signs.
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  private PemFiles() {}

  /// All certificates of a file, in their order; one or more.
  static List<X509Certificate> certificates(Path file) throws TlsException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (Certificate one :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file))))
        certificates.add((X509Certificate) one);
    } catch (GeneralSecurityException e) {
      throw new TlsException(file + " holds no certificates: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) throw new TlsException(file + " holds no certificate");
    return certificates;
  }

  /// The private key of a file, which must be that of the certificate.
  static PrivateKey key(Path file, X509Certificate certificate) throws TlsException {
    Matcher found = KEY.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
    if (!found.find())
      throw new TlsException(
          file
              + " holds no private key in PKCS#8 ('BEGIN PRIVATE KEY'); openssl pkcs8 -topk8"
              + " -nocrypt makes one of other forms");
    PublicKey its = certificate.getPublicKey();
    PrivateKey key;
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(found.group(1));
      key =
          KeyFactory.getInstance(its.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new TlsException(file + " holds no " + its.getAlgorithm() + " key", e);
    }
    if (!isPair(key, its))
      throw new TlsException(file + " holds a key that is not the certificate's");
    return key;
  }

  private static boolean isPair(PrivateKey key, PublicKey its) throws TlsException {
    String algorithm = SIGNATURES.get(its.getAlgorithm());
    if (algorithm == null) return true;
    try {
      byte[] probe = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(its);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      throw new TlsException("a key cannot be used: " + e.getMessage(), e);
    }
  }

  /// All revocation lists of a file. Each must be signed by one of the CAs.
  static List<X509CRL> revocationLists(Path file, List<X509Certificate> issuers)
      throws TlsException {
    List<X509CRL> lists = new ArrayList<>();
    try {
      for (CRL one :
          CertificateFactory.getInstance("X.509")
              .generateCRLs(new ByteArrayInputStream(bytes(file)))) lists.add((X509CRL) one);
    } catch (GeneralSecurityException e) {
      throw new TlsException(file + " holds no revocation list: " + e.getMessage(), e);
    }
    if (lists.isEmpty()) throw new TlsException(file + " holds no revocation list");
    for (X509CRL list : lists)
      if (issuers.stream().noneMatch(issuer -> isSignedBy(list, issuer)))
        throw new TlsException(file + " holds a revocation list that no trusted CA signed");
    return lists;
  }

  private static boolean isSignedBy(X509CRL list, X509Certificate issuer) {
    if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) return false;
    try {
      list.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] bytes(Path file) throws TlsException {
    try {
      if (Files.size(file) > BYTES_MAX) throw new TlsException(file + " is too large");
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new TlsException(file + " does not exist", e);
    } catch (TlsException e) {
      throw e;
    } catch (IOException e) {
      throw new TlsException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
