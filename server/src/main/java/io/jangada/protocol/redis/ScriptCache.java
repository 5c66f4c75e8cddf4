package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// The scripts that this member was sent, by the SHA-1 of their bytes: the latest of them. For any
/// thread.
final class ScriptCache {
  private static final int SHA_LENGTH = 40;
  private static final int SCRIPTS_MAX = 1_024;

  private final Map<String, LockScript> scripts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, LockScript> eldest) {
          return size() > SCRIPTS_MAX;
        }
      };

  /// A script that is served, and its name.
  record Loaded(String sha, LockScript script) {}

  /// Keeps a script; null for one that is not served.
  Loaded load(Bytes text) {
    if (text.length() > LockScript.LENGTH_MAX) return null;
    byte[] bytes = text.toArray();
    String sha = sha1(bytes);
    LockScript script = find(sha);
    if (script != null) return new Loaded(sha, script);
    script = LockScript.of(new String(bytes, StandardCharsets.ISO_8859_1));
    if (script == null) return null;
    synchronized (scripts) {
      scripts.put(sha, script);
    }
    return new Loaded(sha, script);
  }

  /// Null for one that is not known.
  LockScript find(Bytes sha) {
    if (sha.length() != SHA_LENGTH) return null;
    return find(new String(sha.toArray(), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
  }

  private LockScript find(String sha) {
    synchronized (scripts) {
      return scripts.get(sha);
    }
  }

  void clear() {
    synchronized (scripts) {
      scripts.clear();
    }
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
