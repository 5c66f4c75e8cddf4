package io.jangada.protocol.auth;

import io.jangada.bytes.Bytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Says who its bearer is, at every member, until it expires or the user's password changes.
///
/// Nothing is stored of it: as text it is its content and an HMAC-SHA256 of that under the
/// cluster's signing key, both in base 64 for URLs with a dot between them.
///
/// @param since the auth revision at which the user got the password
/// @param expiryMillis in cluster time
public record Token(Bytes user, long since, long expiryMillis) {
  private static final int FORMAT = 1;
  private static final int FIXED_BYTES = 1 + 2 * Long.BYTES;

  /// The longest text of one.
  public static final int TEXT_LENGTH_MAX = 512;

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  public String sign(byte[] key) {
    byte[] name = user.toArray();
    byte[] content =
        ByteBuffer.allocate(FIXED_BYTES + name.length)
            .put((byte) FORMAT)
            .putLong(since)
            .putLong(expiryMillis)
            .put(name)
            .array();
    return ENCODER.encodeToString(content) + "." + ENCODER.encodeToString(mac(key, content));
  }

  /// The token that a text is; empty if it is none that was signed with this key. Whether it has
  /// expired is for the caller to say.
  public static Optional<Token> verify(String text, byte[] key) {
    return Signed.read(text)
        .filter(signed -> MessageDigest.isEqual(signed.mac, mac(key, signed.content)))
        .map(signed -> of(signed.content));
  }

  /// Whose token a text claims to be, which is not verified; empty if it is none.
  static Optional<Bytes> userOf(String text) {
    return Signed.read(text).map(signed -> of(signed.content).user);
  }

  private record Signed(byte[] content, byte[] mac) {
    static Optional<Signed> read(String text) {
      int dot = text.indexOf('.');
      if (dot < 0 || text.length() > TEXT_LENGTH_MAX) return Optional.empty();
      try {
        byte[] content = Base64.getUrlDecoder().decode(text.substring(0, dot));
        byte[] mac = Base64.getUrlDecoder().decode(text.substring(dot + 1));
        boolean isKnown = content.length >= FIXED_BYTES && content[0] == FORMAT;
        return isKnown ? Optional.of(new Signed(content, mac)) : Optional.empty();
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
  }

  private static Token of(byte[] content) {
    ByteBuffer in = ByteBuffer.wrap(content, 1, content.length - 1);
    long since = in.getLong();
    long expiryMillis = in.getLong();
    Bytes user = Bytes.copyOf(content, FIXED_BYTES, content.length - FIXED_BYTES);
    return new Token(user, since, expiryMillis);
  }

  /// The HMAC-SHA256 of these parts, one behind the other.
  static byte[] mac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      for (byte[] part : parts) mac.update(part);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no HMAC-SHA256", e);
    }
  }
}
