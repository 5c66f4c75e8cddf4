package io.jangada.protocol.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
  private static final byte[] KEY = "the key of the cluster, 32 bytes".getBytes(UTF_8);
  private static final Token TOKEN = new Token(Bytes.utf8("josé"), 7, 1_000);

  @Test
  void aTokenIsReadBackUnderTheKeyThatSignedIt() {
    assertThat(Token.verify(TOKEN.sign(KEY), KEY)).contains(TOKEN);
  }

  @Test
  void anotherKeyRefusesIt() {
    byte[] other = KEY.clone();
    other[0]++;
    assertThat(Token.verify(TOKEN.sign(KEY), other)).isEmpty();
  }

  @Test
  void noCharacterOfItCanBeChanged() {
    String text = TOKEN.sign(KEY);
    for (int i = 0; i < text.length(); i++) {
      char other = text.charAt(i) == 'A' ? 'E' : 'A';
      String changed = text.substring(0, i) + other + text.substring(i + 1);
      assertThat(Token.verify(changed, KEY)).as(changed).isNotEqualTo(java.util.Optional.of(TOKEN));
      if (i < text.indexOf('.')) assertThat(Token.verify(changed, KEY)).as(changed).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.b", "AAAA", "AAAA.AAAA", "ä.ö", "AAAA.AAAA.AAAA", "=.="})
  void otherTextsAreRefused(String text) {
    assertThat(Token.verify(text, KEY)).isEmpty();
  }
}
