package io.jangada.server;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The known word that an unknown one was perhaps meant to be.
public final class Nearest {
  private Nearest() {}

  /// The known word that takes the fewest letters to change, if those are few.
  public static Optional<String> to(String written, List<String> known) {
    String word = written.toLowerCase(Locale.ROOT);
    String best = null;
    int fewest = Math.max(2, word.length() / 3) + 1;
    for (String candidate : known) {
      String lower = candidate.toLowerCase(Locale.ROOT);
      int distance = distance(word, lower);
      if (distance >= fewest && word.length() >= 4 && lower.contains(word)) distance = fewest - 1;
      if (distance < fewest) {
        fewest = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  /// How many letters must be put in, taken out or changed.
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) row[j] = j;
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
