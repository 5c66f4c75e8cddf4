package io.jangada.cli.certs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The JDK's program that makes certificates, with a key store of its own in a temporary folder.
/// The store's password is drawn anew each time, and handed on in the environment.
///
/// Keys are EC P-256, signatures SHA-256 with ECDSA. Certificates begin an hour ago: clocks differ.
final class Keytool implements AutoCloseable {
  private static final String CA = "ca";
  private static final String PASSWORD = "KEYTOOL_PASSWORD";
  private static final int SECONDS_MAX = 60;
  private static final int SAID_BYTES_MAX = 64 << 10;
  private static final List<String> KEYS =
      List.of("-keyalg", "EC", "-groupname", "secp256r1", "-sigalg", "SHA256withECDSA");

  /// A key with its certificate.
  record Signed(PrivateKey key, X509Certificate certificate) {}

  private final Path program;
  private final Path folder;
  private final String password;

  private Keytool(Path program, Path folder, String password) {
    this.program = program;
    this.folder = folder;
    this.password = password;
  }

  /// @param environment where `JAVA_HOME` may name another JDK, if this one has no such program
  /// @throws IOException when there is none
  static Keytool open(Map<String, String> environment) throws IOException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    Path program = find(System.getProperty("java.home"), environment.get("JAVA_HOME"));
    Path folder = Files.createTempDirectory("jangada-certs");
    return new Keytool(program, folder, HexFormat.of().formatHex(random));
  }

  /// The program in the first of these folders that has it; null for no folder.
  static Path find(String... homes) throws IOException {
    List<String> known = Stream.of(homes).filter(home -> home != null && !home.isEmpty()).toList();
    for (String home : known) {
      Path program = Path.of(home, "bin", "keytool");
      if (Files.isExecutable(program)) return program;
    }
    throw new IOException(
        "certificates are made by the JDK's keytool, and there is no bin/keytool in "
            + String.join(" or ", known)
            + "; set JAVA_HOME to a JDK that has one");
  }

  /// Makes an authority that signs what follows.
  ///
  /// @param name its subject
  void createAuthority(String name, int days) throws IOException {
    List<String> arguments = genkeypair(CA, name, days);
    arguments.addAll(List.of("-ext", "bc:c=ca:true,pathlen:0", "-ext", "ku:c=keyCertSign,cRLSign"));
    run(arguments);
  }

  /// Takes an authority that was made before.
  void useAuthority(Signed authority) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    Certificate[] chain = {authority.certificate};
    keys.setKeyEntry(CA, authority.key, password.toCharArray(), chain);
    try (OutputStream out = Files.newOutputStream(store())) {
      keys.store(out, password.toCharArray());
    }
  }

  /// @param alias under which [#signed] finds it
  void sign(String alias, Holder holder, int days) throws IOException {
    List<String> arguments = genkeypair(alias, holder.name(), days);
    arguments.addAll(List.of("-signer", CA));
    for (String each : holder.extensions()) arguments.addAll(List.of("-ext", each));
    run(arguments);
  }

  /// A list of revoked certificates, as PEM.
  ///
  /// @param serials their numbers, in decimal digits
  String revocationList(List<String> serials, int days) throws IOException {
    Path file = folder.resolve("crl");
    List<String> arguments = new ArrayList<>(List.of("-gencrl", "-alias", CA, "-rfc"));
    arguments.addAll(List.of("-sigalg", "SHA256withECDSA", "-validity", "" + days));
    arguments.addAll(List.of("-file", "" + file));
    for (String serial : serials) arguments.addAll(List.of("-id", serial));
    run(arguments);
    return Files.readString(file, StandardCharsets.US_ASCII);
  }

  Signed authority() throws IOException, GeneralSecurityException {
    return signed(CA);
  }

  Signed signed(String alias) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store())) {
      keys.load(in, password.toCharArray());
    }
    return new Signed(
        (PrivateKey) keys.getKey(alias, password.toCharArray()),
        (X509Certificate) keys.getCertificate(alias));
  }

  private static List<String> genkeypair(String alias, String name, int days) {
    List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", alias));
    arguments.addAll(KEYS);
    arguments.addAll(List.of("-dname", name, "-startdate", "-1H", "-validity", "" + days));
    return arguments;
  }

  private Path store() {
    return folder.resolve("store");
  }

  private void run(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("" + program));
    // It is over in a moment, and its words are searched for.
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.add("-J-Duser.language=en");
    // The password is as good as a key: nothing is won by deriving keys from it slowly.
    for (String kind : List.of("mac", "keyPbe", "certPbe"))
      command.add("-J-Dkeystore.pkcs12." + kind + "IterationCount=1");
    command.addAll(arguments);
    command.addAll(List.of("-keystore", "" + store(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass:env", PASSWORD));
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(said.toFile());
    builder.environment().put(PASSWORD, password);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS))
        throw new IOException(program + " did not end within " + SECONDS_MAX + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) throw new IOException("keytool failed: " + complaint(said));
  }

  private static String complaint(Path said) throws IOException {
    try (InputStream in = Files.newInputStream(said)) {
      String text = new String(in.readNBytes(SAID_BYTES_MAX), StandardCharsets.UTF_8);
      return text.replaceFirst("(?s).*keytool error: (java\\.[\\w.]+: )*", "").strip();
    }
  }

  @Override
  public void close() throws IOException {
    for (String name : List.of("store", "crl", "said")) Files.deleteIfExists(folder.resolve(name));
    Files.delete(folder);
  }
}
