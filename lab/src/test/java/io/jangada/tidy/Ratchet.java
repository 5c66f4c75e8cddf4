package io.jangada.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The list of what is larger than its limit, with the size it had when it was listed: a number
/// that may only fall. A line is `SIZE NAME`, NAME as [Sizes] gives it; `#` starts a comment.
final class Ratchet {
  static final String PATH = "lab/src/test/resources/tidy-ratchet.txt";

  private final Map<String, Integer> listed = new TreeMap<>();

  Ratchet(String text) {
    for (String line : text.lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] words = line.strip().split(" ", 2);
        listed.put(words[1].strip(), Integer.parseInt(words[0]));
      }
    }
  }

  /// Compares everything that exceeds its limit now with what is listed.
  List<Complaint> check(List<Sizes.Size> exceeding) {
    Map<String, Integer> unseen = new TreeMap<>(listed);
    List<Complaint> complaints = new ArrayList<>();
    for (Sizes.Size size : exceeding) {
      Integer before = unseen.remove(size.name());
      if (before == null) {
        String what = "is " + size.measured() + ", the limit is " + size.limit();
        complaints.add(new Complaint(size.name(), what, "Make it smaller, or two"));
      } else if (size.measured() > before) {
        String what = "grew from " + before + " to " + size.measured();
        complaints.add(new Complaint(size.name(), what, "The ratchet only lets it shrink"));
      } else if (size.measured() < before) {
        String what = "shrank from " + before + " to " + size.measured();
        complaints.add(new Complaint(size.name(), what, "Well done: lower it in " + PATH));
      }
    }
    unseen.forEach(
        (name, before) ->
            complaints.add(
                new Complaint(
                    name,
                    "is listed with " + before + " and within its limit or gone",
                    "Strike it from " + PATH)));
    return complaints;
  }
}
