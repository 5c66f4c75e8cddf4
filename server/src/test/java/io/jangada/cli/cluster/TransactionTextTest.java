package io.jangada.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionTextTest {
  private static TransactionText parse(String... lines) throws TransactionText.LineException {
    return TransactionText.parse(String.join("\n", lines));
  }

  @Test
  @DisplayName("empty lines divide three parts, each of which may be empty")
  void parts() throws Exception {
    TransactionText all =
        parse(
            "mod(\"a\") > \"0\"", "val( \"a\" )=\"x y\"", "", "put a b", "", "get a", "del a", "");
    assertThat(all.compares()).hasSize(2);
    assertThat(all.then()).hasSize(1);
    assertThat(all.otherwise())
        .extracting(TransactionText.Request::verb)
        .containsExactly("get", "del");
    TransactionText last = parse("", "", "get a");
    assertThat(last.compares()).isEmpty();
    assertThat(last.then()).isEmpty();
    assertThat(last.otherwise()).hasSize(1);
    assertThat(parse().then()).isEmpty();
    assertThat(parse("mod(\"a\") > 0\r", "\r", "put a b\r").then()).hasSize(1);
  }

  private static String key(String word) throws TransactionText.LineException {
    return parse("", "get " + word).then().getFirst().key().toUtf8();
  }

  @Test
  @DisplayName("a word has quotes where it needs them")
  void words() throws Exception {
    assertThat(key("boat")).isEqualTo("boat");
    assertThat(key("bo\"at")).isEqualTo("bo\"at");
    assertThat(key("\"two words\"")).isEqualTo("two words");
    assertThat(key("'a \\n \"b\"'")).isEqualTo("a \\n \"b\"");
    assertThat(key("\"\"")).isEmpty();
    assertThat(key("\"--prefix\"")).isEqualTo("--prefix");
    assertThat(key("\"\\\"\\\\\\n\\r\\t\\x41\"")).isEqualTo("\"\\\n\r\tA");
    assertThat(parse("", "get \"\\xff\\x00\"").then().getFirst().key())
        .isEqualTo(Bytes.wrap(new byte[] {-1, 0}));
  }

  @Test
  @DisplayName("options stand anywhere behind the verb, with their values behind them or a =")
  void options() throws Exception {
    for (String line :
        new String[] {
          "get a --prefix --limit 3 --keys",
          "get --prefix a --limit=3",
          "del a --prefix",
          "del --prefix \"\"",
          "put a b --ttl 5m",
          "put a b --lease=7",
          "put a \"--ttl\""
        }) assertThat(parse("", line).then()).as(line).hasSize(1);
    assertThat(parse("", "get a --keys").then().getFirst().isOfKeys()).isTrue();
  }

  @ParameterizedTest
  @DisplayName("a line that makes no sense is named, with what is wrong")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "value(boat) = \"x\"      | expected a comparison",
        "value(\"a\") = \"x      | expected a comparison",
        "value(\"a\") >= \"x\"  | none of =, !=, <, >",
        "value(\"a\") = 7         | in quotes",
        "size(\"a\") = \"7\"    | 'size' cannot be compared",
        "mod(\"a\") = \"x\"     | not a number",
        "mod(\"a\\q\") = \"1\" | stands for nothing"
      })
  void comparisons(String line, String reason) {
    assertThatThrownBy(() -> parse("mod(\"a\") = \"7\"", line))
        .hasMessageStartingWith("line 2: ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @DisplayName("so is a request")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "push a b             | none of put, get, del",
        "put a                | a key and a value",
        "put a b c            | a key and a value",
        "get                  | one key",
        "get a b              | one key",
        "get \"a             | a quote does not end",
        "get \"a\"b         | a quote does not end",
        "get a --limit        | --limit needs a value",
        "get a --limit 0      | above 0",
        "get a --ttl 5s       | not --ttl",
        "del a --keys         | too much: --keys",
        "put a b --prefix     | not --prefix",
        "put a b --ttl soon   | no time",
        "put a b --lease x    | not a number",
        "put a b --ttl 1s --lease 7 | too much: --lease"
      })
  void requests(String line, String reason) {
    assertThatThrownBy(() -> parse("mod(\"a\") = \"7\"", "", "get a", "", "get a", line))
        .hasMessageStartingWith("line 6: ")
        .hasMessageContaining(reason);
  }

  @Test
  @DisplayName("a fourth part is none")
  void fourth() {
    assertThatThrownBy(() -> parse("", "get a", "", "get a", "", "", "get a"))
        .hasMessageStartingWith("line 7: ")
        .hasMessageContaining("three parts");
  }
}
