package io.jangada.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A CA for tests, made by the runtime's keytool, and what it issues: as PEM files in a folder.
public final class TestCertificates {
  private static final String PASSWORD = "changeit";
  private static final String LOOPBACK = "san=dns:localhost,ip:127.0.0.1,ip:::1";
  private static final String BOTH_USES = "eku=serverAuth,clientAuth";

  private final Path folder;
  private final String name;
  private final Path store;

  /// @param name of the CA, and of its files
  public TestCertificates(Path folder, String name) {
    this.folder = folder;
    this.name = name;
    this.store = folder.resolve(name + ".p12");
    make(name, "CN=" + name, "-ext", "bc:c", "-ext", "ku=keyCertSign,cRLSign");
    write(ca(), List.of(chain(name)[0]));
  }

  /// The CA's certificate.
  public Path ca() {
    return folder.resolve(name + "-ca.pem");
  }

  /// A certificate for both uses of a server on the loopback interface.
  public TlsFiles issue(String alias) {
    return issue(alias, "CN=" + alias, LOOPBACK);
  }

  /// @param subjectAlternativeNames as keytool's `san=…`
  public TlsFiles issue(String alias, String subject, String subjectAlternativeNames) {
    return issue(alias, subject, "-ext", subjectAlternativeNames, "-ext", BOTH_USES);
  }

  /// A certificate for one use.
  ///
  /// @param use as keytool's `eku=…`
  public TlsFiles issueFor(String alias, String use) {
    return issue(alias, "CN=" + alias, "-ext", LOOPBACK, "-ext", use);
  }

  /// A certificate that expired five days ago.
  public TlsFiles issueExpired(String alias) {
    return issue(
        alias,
        "CN=" + alias,
        "-ext",
        LOOPBACK,
        "-ext",
        BOTH_USES,
        "-startdate",
        "-10d",
        "-validity",
        "5");
  }

  private TlsFiles issue(String alias, String subject, String... more) {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("-signer", name));
    make(alias, subject, words.toArray(String[]::new));
    return files(alias);
  }

  /// A certificate that nothing but its own key signed.
  public TlsFiles selfSigned(String alias, String subject) {
    make(alias, subject, "-ext", LOOPBACK, "-ext", BOTH_USES);
    return files(alias);
  }

  /// A list with the certificates that are revoked, at the place of the one before.
  public Path revoke(String... aliases) {
    Path list = folder.resolve(name + "-crl.pem");
    List<String> words = new ArrayList<>(List.of("-gencrl", "-rfc", "-alias", name));
    for (String alias : aliases) {
      BigInteger serial = ((X509Certificate) chain(alias)[0]).getSerialNumber();
      words.addAll(List.of("-id", serial.toString()));
    }
    Path next = folder.resolve(name + "-crl.new");
    words.addAll(List.of("-file", next.toString()));
    keytool(words);
    move(next, list);
    return list;
  }

  private TlsFiles files(String alias) {
    Certificate[] chain = chain(alias);
    Path certificate = folder.resolve(alias + ".pem");
    Path key = folder.resolve(alias + "-key.pem");
    write(certificate, List.of(chain));
    try {
      byte[] encoded = keys().getKey(alias, PASSWORD.toCharArray()).getEncoded();
      replace(key, block("PRIVATE KEY", encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return new TlsFiles(certificate, key, ca(), null);
  }

  private void make(String alias, String subject, String... more) {
    List<String> words =
        new ArrayList<>(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
    words.addAll(List.of("-alias", alias, "-dname", subject));
    words.addAll(List.of(more));
    keytool(words);
  }

  private void keytool(List<String> words) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.add("-J-XX:TieredStopAtLevel=1");
    line.addAll(words);
    line.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
    line.addAll(List.of("-storepass:env", "TEST_PASSWORD"));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("TEST_PASSWORD", PASSWORD);
    try {
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) throw new IllegalStateException(line + ": " + said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore keys() {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      return keys;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Certificate[] chain(String alias) {
    try {
      return keys().getCertificateChain(alias);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Path file, List<Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    try {
      for (Certificate one : certificates) text.append(block("CERTIFICATE", one.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    replace(file, text.toString());
  }

  private static String block(String kind, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }

  /// Puts a text in a file's place in one step, as those do that rotate certificates.
  public static void replace(Path file, String text) {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.writeString(next, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    move(next, file);
  }

  /// Puts the contents of one file in another's place in one step.
  public static void replace(Path file, Path by) {
    try {
      replace(file, Files.readString(by));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
