package io.jangada.protocol.auth;

import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What a client asked for and what became of it. It holds no values, and of everything that a
/// client gave only a bounded part.
public record AuditEvent(Kind kind, Who who, What what, AuditEnd end) {
  /// What an event takes beside what clients gave, about.
  private static final int OVERHEAD_BYTES = 320;

  public enum Kind {
    ADMIN,
    AUTH,
    COMMAND,
    READ,
    WATCH
  }

  public AuditEvent {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(who);
    Objects.requireNonNull(what);
    Objects.requireNonNull(end);
  }

  /// An attempt to be taken for a user.
  ///
  /// @param name the user whose password or token was shown; null where that is not known
  public static AuditEvent ofAuthentication(Who who, String name, AuditEnd end) {
    List<String> words = name == null ? List.of() : List.of(name);
    return new AuditEvent(Kind.AUTH, who, What.ofWords("authenticate", words), end);
  }

  /// How much memory it takes, about.
  public int sizeBytes() {
    int bytes = OVERHEAD_BYTES + what.sizeBytes() + 2 * end.reason().length();
    if (who.user != null) bytes += 2 * who.user.length();
    if (who.certificate != null) bytes += 2 * who.certificate.length();
    return bytes;
  }

  /// Who asked.
  ///
  /// @param user null where none is known
  /// @param remote null where the connection was closed before it was known
  /// @param certificate the subject of the client's certificate; null for none
  public record Who(String user, SocketAddress remote, String certificate) {
    private static final int CHARS_MAX = 512;

    public Who {
      user = user == null ? null : cut(user, CHARS_MAX);
      certificate = certificate == null ? null : cut(certificate, CHARS_MAX);
    }
  }

  /// What was asked for.
  ///
  /// @param operation its name
  /// @param words what else was said, without secrets
  /// @param keys those that it has to do with, as far as they are kept
  /// @param keysLeftOut how many ranges of keys are not kept
  public record What(String operation, List<String> words, List<AuditKeys> keys, int keysLeftOut) {
    private static final int WORDS_MAX = 16;
    private static final int WORD_CHARS_MAX = 256;
    private static final int KEYS_MAX = 32;
    private static final int KEYS_BYTES_MAX = 8 << 10;

    public What {
      Objects.requireNonNull(operation);
      words = List.copyOf(words);
      keys = List.copyOf(keys);
    }

    /// What has no keys.
    ///
    /// @param words the first 16, of each the first 256 characters
    public static What ofWords(String operation, List<String> words) {
      List<String> kept = new ArrayList<>();
      for (String word : words) {
        if (kept.size() == WORDS_MAX) {
          kept.add(MORE);
          break;
        }
        kept.add(cut(word, WORD_CHARS_MAX));
      }
      return new What(operation, kept, List.of(), 0);
    }

    /// What has to do with the keys of an operation: the first 32 ranges, and no more than 8 KiB.
    public static What of(Operation operation) {
      List<AuditKeys> kept = new ArrayList<>();
      int[] bytesAndLeftOut = new int[2];
      OperationKeys.forEach(
          operation,
          (keys, _) -> {
            if (kept.size() == KEYS_MAX || bytesAndLeftOut[0] >= KEYS_BYTES_MAX) {
              bytesAndLeftOut[1]++;
              return;
            }
            AuditKeys one = AuditKeys.of(keys);
            kept.add(one);
            bytesAndLeftOut[0] += one.sizeBytes();
          });
      return new What(OperationKeys.nameOf(operation), List.of(), kept, bytesAndLeftOut[1]);
    }

    public static What ofWatch(KeyRange keys) {
      return new What("watch", List.of(), List.of(AuditKeys.of(keys)), 0);
    }

    private int sizeBytes() {
      int bytes = 0;
      for (String word : words) bytes += 2 * word.length();
      for (AuditKeys each : keys) bytes += each.sizeBytes();
      return bytes;
    }
  }

  /// Stands for what is left out.
  private static final String MORE = "…";

  private static String cut(String text, int charsMax) {
    return text.length() <= charsMax ? text : text.substring(0, charsMax) + MORE;
  }
}
