package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a a true",
        "a b false",
        "a ab false",
        "* '' true",
        "* abc true",
        "a*c abbc true",
        "a*c acb false",
        "a**?c axc true",
        "h?llo hello true",
        "h?llo hllo false",
        "h[ae]llo hallo true",
        "h[ae]llo hillo false",
        "h[^e]llo hallo true",
        "h[^e]llo hello false",
        "h[a-c]llo hbllo true",
        "h[c-a]llo hbllo true",
        "h[\\]]llo h]llo true",
        "h[ab hb true",
        "h[] h] false",
        "h\\*llo h*llo true",
        "h\\*llo hello false",
        "a\\ a\\ true",
      })
  void matches(String pattern, String text, boolean matches) {
    assertThat(new Glob(Bytes.utf8(pattern)).matches(Bytes.utf8(text))).isEqualTo(matches);
  }

  /// Patterns over more than one word of places, against the definition.
  @Test
  void asDefined() {
    SplittableRandom random = new SplittableRandom(7);
    int matched = 0;
    for (int i = 0; i < 3_000; i++) {
      String pattern = draw(random, "ab?*", random.nextInt(i % 10 == 0 ? 140 : 8));
      String text = random.nextInt(3) == 0 ? draw(random, "ab", 9) : matching(random, pattern);
      boolean expected = isMatch(pattern, text);
      assertThat(new Glob(Bytes.utf8(pattern)).matches(Bytes.utf8(text)))
          .as("%s on %s", pattern, text)
          .isEqualTo(expected);
      if (expected) matched++;
    }
    assertThat(matched).isGreaterThan(100);
  }

  /// A text that matches, or would if one byte of it were another.
  private static String matching(SplittableRandom random, String pattern) {
    StringBuilder text = new StringBuilder();
    for (char one : pattern.toCharArray())
      switch (one) {
        case '*' -> text.append(draw(random, "ab", random.nextInt(3)));
        case '?' -> text.append(draw(random, "ab", 1));
        default -> text.append(one);
      }
    if (random.nextBoolean() && !text.isEmpty()) text.setCharAt(random.nextInt(text.length()), 'a');
    return text.toString();
  }

  /// By the table of which ends of the pattern match which ends of the text.
  private static boolean isMatch(String pattern, String text) {
    boolean[][] match = new boolean[pattern.length() + 1][text.length() + 1];
    match[pattern.length()][text.length()] = true;
    for (int p = pattern.length() - 1; p >= 0; p--) {
      char one = pattern.charAt(p);
      for (int t = text.length(); t >= 0; t--) {
        boolean isEnd = t == text.length();
        boolean isThis = !isEnd && (one == '?' || one == text.charAt(t)) && match[p + 1][t + 1];
        match[p][t] = one == '*' ? match[p + 1][t] || !isEnd && match[p][t + 1] : isThis;
      }
    }
    return match[0][0];
  }

  private static String draw(SplittableRandom random, String letters, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) text.append(letters.charAt(random.nextInt(letters.length())));
    return text.toString();
  }

  @Test
  void linear() {
    Glob glob = new Glob(Bytes.utf8("a*".repeat(500) + "b"));
    assertThat(glob.matches(Bytes.wrap("a".repeat(60_000).getBytes()))).isFalse();
  }

  @Test
  void prefix() {
    Glob glob = new Glob(Bytes.utf8("user\\*:[ab]*x"));
    assertThat(glob.prefix()).isEqualTo(Bytes.utf8("user*:"));
    assertThat(glob.isLiteral()).isFalse();
    assertThat(new Glob(Bytes.utf8("user")).isLiteral()).isTrue();
  }

  @Test
  void canBegin() {
    Glob glob = new Glob(Bytes.utf8("__key*@0__:?"));
    assertThat(glob.canBegin(Bytes.utf8("__keyspace@0__:"))).isTrue();
    assertThat(glob.canBegin(Bytes.utf8("__other"))).isFalse();
    assertThat(new Glob(Bytes.utf8("__key")).canBegin(Bytes.utf8("__keyspace"))).isFalse();
  }
}
