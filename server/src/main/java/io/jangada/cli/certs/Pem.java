package io.jangada.cli.certs;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text form of certificates and keys (RFC 7468).
final class Pem {
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([0-9A-Za-z+/=\\s]+)-----END PRIVATE KEY-----");

  private Pem() {}

  /// @param label `CERTIFICATE`, `PRIVATE KEY` or `X509 CRL`
  static String text(String label, byte[] der) {
    String lines = LINES.encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
  }

  /// Reads the key of an authority, as [#text] writes it.
  static PrivateKey key(String text, String algorithm) throws GeneralSecurityException {
    Matcher matcher = KEY.matcher(text);
    if (!matcher.find()) throw new GeneralSecurityException("there is no PRIVATE KEY in it");
    byte[] der = Base64.getMimeDecoder().decode(matcher.group(1));
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
  }
}
