package io.jangada.tidy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Something some rooms may not touch, said as globs over the lines of [ClassFacts]: `*` stands for
/// anything, and a glob behind `!` is an exception to the others.
record Ban(
    String name, Set<String> rooms, List<Pattern> banned, List<Pattern> spared, String advice) {
  static Ban of(String name, Set<String> rooms, String advice, String... globs) {
    List<Pattern> banned = new ArrayList<>();
    List<Pattern> spared = new ArrayList<>();
    for (String glob : globs) {
      if (glob.startsWith("!")) {
        spared.add(pattern(glob.substring(1)));
      } else {
        banned.add(pattern(glob));
      }
    }
    return new Ban(name, rooms, banned, spared, advice);
  }

  private static Pattern pattern(String glob) {
    String[] parts = glob.split("\\*", -1);
    return Pattern.compile(String.join(".*", Arrays.stream(parts).map(Pattern::quote).toList()));
  }

  boolean matches(String fact) {
    return any(banned, fact) && !any(spared, fact);
  }

  private static boolean any(List<Pattern> patterns, String fact) {
    for (Pattern pattern : patterns) {
      if (pattern.matcher(fact).matches()) {
        return true;
      }
    }
    return false;
  }
}
