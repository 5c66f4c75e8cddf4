package io.jangada.link;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What all members of a cluster share, and prove to each other that they know, without saying it:
/// an HMAC over what both sides said and drew for this one connection, so that what an earlier
/// connection said proves nothing.
public final class Secret {
  /// Members need no proof.
  public static final Secret NONE = new Secret(new byte[0]);

  static final int NONCE_BYTES = 32;
  static final int PROOF_BYTES = 32;
  private static final int BYTES_MIN = 16;
  private static final int BYTES_MAX = 4_096;
  private static final String ALGORITHM = "HmacSHA256";

  /// The side that a proof is of. A proof of one side must not pass for one of the other.
  enum Side {
    DIALLER,
    ACCEPTOR
  }

  private final byte[] key;
  private final SecureRandom random = new SecureRandom();

  private Secret(byte[] key) {
    this.key = key;
  }

  /// The secret of these bytes.
  static Secret of(byte[] bytes) {
    return new Secret(bytes.clone());
  }

  /// The secret that a file holds, without white space around it; [#NONE] where no file is named.
  ///
  /// @throws IOException when the file cannot be read, or is too short or too long for a secret
  public static Secret read(Optional<Path> file) throws IOException {
    if (file.isEmpty()) return NONE;
    long size = Files.size(file.get());
    if (size > BYTES_MAX) throw new IOException(file.get() + " is too long for a secret");
    byte[] bytes = stripped(Files.readAllBytes(file.get()));
    if (bytes.length < BYTES_MIN)
      throw new IOException(
          file.get() + " holds " + bytes.length + " bytes; a secret has " + BYTES_MIN + " or more");
    return new Secret(bytes);
  }

  private static byte[] stripped(byte[] bytes) {
    int from = 0;
    int to = bytes.length;
    while (from < to && Character.isWhitespace(bytes[from])) from++;
    while (to > from && Character.isWhitespace(bytes[to - 1])) to--;
    return Arrays.copyOfRange(bytes, from, to);
  }

  boolean isNone() {
    return key.length == 0;
  }

  /// Bytes that no connection had before.
  byte[] nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  /// The proof of one side.
  ///
  /// @param hello the bytes of the hello, with the dialler's nonce
  /// @param nonce the acceptor's
  byte[] proof(Side side, byte[] hello, byte[] nonce) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update((byte) side.ordinal());
      mac.update(nonce);
      return mac.doFinal(hello);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whether it is the proof of that side; takes the same time for every wrong one.
  boolean isProof(byte[] said, Side side, byte[] hello, byte[] nonce) {
    return MessageDigest.isEqual(said, proof(side, hello, nonce));
  }
}
