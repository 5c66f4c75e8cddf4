package io.jangada.protocol.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// What is kept of a password: PBKDF2 with HMAC-SHA256 (RFC 8018), with a salt of its own.
///
/// As text it is `pbkdf2-sha256$<rounds>$<salt>$<hash>`, salt and hash in base 64.
///
/// @param rounds [#ROUNDS_MIN] to [#ROUNDS_MAX]
public record PasswordHash(int rounds, byte[] salt, byte[] hash) {
  /// What a new hash has: some 50 ms of a processor.
  static final int ROUNDS = 210_000;

  static final int ROUNDS_MIN = 10_000;
  static final int ROUNDS_MAX = 2_000_000;

  /// The longest password, in bytes.
  public static final int PASSWORD_BYTES_MAX = 1_024;

  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final Pattern TEXT =
      Pattern.compile("pbkdf2-sha256\\$(\\d{5,7})\\$([A-Za-z0-9+/=]{24})\\$([A-Za-z0-9+/=]{44})");

  /// No password's: what a user that does not exist is compared with, so that it takes as long.
  static final PasswordHash NONE =
      new PasswordHash(ROUNDS, new byte[SALT_BYTES], new byte[HASH_BYTES]);

  /// Hashes a password, which takes long.
  public static PasswordHash of(byte[] password, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return new PasswordHash(ROUNDS, salt, hash(password, salt, ROUNDS));
  }

  /// The hash that a text is; empty if it is none.
  public static Optional<PasswordHash> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) return Optional.empty();
    int rounds = Integer.parseInt(parts.group(1));
    if (rounds < ROUNDS_MIN || rounds > ROUNDS_MAX) return Optional.empty();
    try {
      byte[] salt = Base64.getDecoder().decode(parts.group(2));
      byte[] hash = Base64.getDecoder().decode(parts.group(3));
      if (salt.length != SALT_BYTES || hash.length != HASH_BYTES) return Optional.empty();
      return Optional.of(new PasswordHash(rounds, salt, hash));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Whether it is this password's, which takes long.
  boolean matches(byte[] password) {
    return MessageDigest.isEqual(hash, hash(password, salt, rounds));
  }

  public String text() {
    Base64.Encoder base64 = Base64.getEncoder();
    return "pbkdf2-sha256$"
        + rounds
        + "$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }

  private static byte[] hash(byte[] password, byte[] salt, int rounds) {
    // Each byte as a character: any bytes are a password.
    char[] characters = new String(password, StandardCharsets.ISO_8859_1).toCharArray();
    PBEKeySpec spec = new PBEKeySpec(characters, salt, rounds, Byte.SIZE * HASH_BYTES);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no PBKDF2 with HMAC-SHA256", e);
    } finally {
      spec.clearPassword();
      Arrays.fill(characters, '\0');
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PasswordHash that && text().equals(that.text());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }

  @Override
  public String toString() {
    return "a password's hash";
  }
}
