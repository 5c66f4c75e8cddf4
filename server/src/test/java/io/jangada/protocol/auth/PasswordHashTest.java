package io.jangada.protocol.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  private static final String END =
      "$TmFDbAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

  private final SecureRandom random = new SecureRandom();

  @Test
  void aPasswordMatchesItsHashAndNoOtherDoes() {
    PasswordHash hash = PasswordHash.of("jangada".getBytes(UTF_8), random);
    assertThat(hash.matches("jangada".getBytes(UTF_8))).isTrue();
    assertThat(hash.matches("Jangada".getBytes(UTF_8))).isFalse();
    assertThat(hash.matches(new byte[0])).isFalse();
  }

  @Test
  void anyBytesAreAPassword() {
    byte[] password = {0, -1, -128, '\n', 65};
    byte[] other = {0, -1, -127, '\n', 65};
    PasswordHash hash = PasswordHash.of(password, random);
    assertThat(hash.matches(password)).isTrue();
    assertThat(hash.matches(other)).isFalse();
  }

  @Test
  void equalPasswordsHaveDifferentHashes() {
    byte[] password = "jangada".getBytes(UTF_8);
    assertThat(PasswordHash.of(password, random)).isNotEqualTo(PasswordHash.of(password, random));
  }

  @Test
  void aHashIsReadBackFromItsText() {
    PasswordHash hash = PasswordHash.of("jangada".getBytes(UTF_8), random);
    PasswordHash read = PasswordHash.parse(hash.text()).orElseThrow();
    assertThat(read).isEqualTo(hash);
    assertThat(read.matches("jangada".getBytes(UTF_8))).isTrue();
  }

  /// The hash is what another implementation makes of this password and salt.
  @Test
  void itIsPbkdf2() {
    String text =
        "pbkdf2-sha256$80000$TmFDbAAAAAAAAAAAAAAAAA==$RMKUVUt/hvmszYp3V0W9UJzrPUIabTc3L9tYWPm8pXQ=";
    PasswordHash hash = PasswordHash.parse(text).orElseThrow();
    assertThat(hash.matches("Password".getBytes(UTF_8))).isTrue();
  }

  @Test
  void itDoesNotShowInLogs() {
    PasswordHash hash = PasswordHash.of("jangada".getBytes(UTF_8), random);
    assertThat(hash.toString()).doesNotContain(hash.text().substring(20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "jangada",
        "pbkdf2-sha256$09999" + END,
        "pbkdf2-sha256$2000001" + END,
        "pbkdf2-sha256$80000$TmFDbAAAAAAAAAAAAAAAA===$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "pbkdf2-sha256$80000$TmFDbAAAAAAAAAAAAAAAAA==$AAAA",
        "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
      })
  void otherTextsAreRefused(String text) {
    assertThat(PasswordHash.parse(text)).isEmpty();
  }
}
