package io.jangada.cli.certs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The folder that `certs` writes: `NAME.crt` and `NAME.key` of the authority `ca` and of all that
/// it signed, and `ca.crl`. A file appears under its name whole, and keys can be read by their
/// owner alone.
record CertFolder(Path path) {
  static final String CA = "ca";
  private static final String CERTIFICATE = ".crt";

  Path certificateFile(String name) {
    return path.resolve(name + CERTIFICATE);
  }

  Path keyFile(String name) {
    return path.resolve(name + ".key");
  }

  Path revocationFile() {
    return path.resolve(CA + ".crl");
  }

  /// Whether one of both files is there.
  boolean has(String name) {
    return Files.exists(certificateFile(name)) || Files.exists(keyFile(name));
  }

  /// Those that the authority signed, as far as they are here.
  List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> "" + file.getFileName())
          .filter(name -> name.endsWith(CERTIFICATE))
          .map(name -> name.substring(0, name.length() - CERTIFICATE.length()))
          .filter(name -> !name.equals(CA))
          .sorted()
          .toList();
    }
  }

  /// The authority with its key.
  ///
  /// @throws IOException when it is not here
  Keytool.Signed authority() throws IOException, GeneralSecurityException {
    if (!Files.exists(certificateFile(CA)))
      throw new IOException(certificateFile(CA) + " does not exist: 'certs' makes it");
    if (!Files.exists(keyFile(CA)))
      throw new IOException(
          keyFile(CA) + " does not exist: this authority signs elsewhere, and not here");
    X509Certificate certificate = certificate(certificateFile(CA));
    String text = Files.readString(keyFile(CA), StandardCharsets.US_ASCII);
    String algorithm = certificate.getPublicKey().getAlgorithm();
    return new Keytool.Signed(Pem.key(text, algorithm), certificate);
  }

  /// The first certificate of a file.
  static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /// The numbers of the certificates that are revoked, in decimal digits.
  Set<String> revoked() throws IOException, GeneralSecurityException {
    Set<String> serials = new TreeSet<>();
    if (!Files.exists(revocationFile())) return serials;
    try (InputStream in = Files.newInputStream(revocationFile())) {
      X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(in);
      Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
      if (entries != null)
        for (X509CRLEntry each : entries) serials.add("" + each.getSerialNumber());
    }
    return serials;
  }

  void create() throws IOException {
    Files.createDirectories(path);
  }

  void write(String name, Keytool.Signed signed) throws IOException, GeneralSecurityException {
    write(keyFile(name), Pem.text("PRIVATE KEY", signed.key().getEncoded()), "rw-------");
    byte[] certificate = signed.certificate().getEncoded();
    write(certificateFile(name), Pem.text("CERTIFICATE", certificate), "rw-r--r--");
  }

  void writeRevocationList(String pem) throws IOException {
    write(revocationFile(), pem, "rw-r--r--");
  }

  private void write(Path file, String text, String permissions) throws IOException {
    List<FileAttribute<?>> attributes = new ArrayList<>();
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix"))
      attributes.add(
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(part, attributes.toArray(FileAttribute<?>[]::new));
    Files.writeString(part, text, StandardCharsets.US_ASCII);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
