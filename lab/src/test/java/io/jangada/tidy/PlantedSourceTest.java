package io.jangada.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Every rule about sources and texts is shown something that breaks it, and something that does
/// not.
class PlantedSourceTest {
  private static final String RAFT = "server/src/main/java/io/jangada/raft/Planted.java";
  private static final String IN_RAFT = "package io.jangada.raft;\n";

  private static SourceFile parse(String path, String text) {
    return SourceFile.parse(Map.of(path, text)).getFirst();
  }

  private static List<String> rules(String body) {
    return texts(SourceRules.check(parse(RAFT, IN_RAFT + body)));
  }

  private static List<String> sizes(String text) {
    return Sizes.exceeding(parse(RAFT, text)).stream()
        .map(size -> size.name() + " " + size.measured())
        .toList();
  }

  private static List<String> texts(List<Complaint> complaints) {
    return complaints.stream().map(Complaint::toString).toList();
  }

  @Test
  void anImportAgainstTheArrowsIsReportedThoughAConstantLeavesNoTrace() {
    assertThat(rules("import static io.jangada.kv.KvStore.LIMIT;\nclass Planted {}"))
        .singleElement()
        .asString()
        .contains("io.jangada.raft.Planted", "against the arrows");
    assertThat(rules("import io.jangada.bytes.Bytes;\nimport java.util.List;\nclass Planted {}"))
        .isEmpty();
  }

  @Test
  void namesThatSayNothingAreReported() {
    List<String> names =
        List.of(
            "class LogImpl",
            "class LogManager",
            "class LogHelper",
            "class LogUtil",
            "class LogUtils",
            "class BaseLog",
            "class AbstractLog",
            "class Base",
            "class LogService",
            "record LogResponse()",
            "interface ILog");
    for (String name : names) {
      assertThat(rules(name + " {}")).as(name).singleElement().asString().contains("says nothing");
    }
    for (String name : List.of("class Basement", "interface Index", "class Implied", "class IOs")) {
      assertThat(rules(name + " {}")).as(name).isEmpty();
    }
    assertThat(rules("class Log { static class NestedImpl {} }")).hasSize(1);
  }

  @Test
  void aDefaultInASwitchByTypeIsReported() {
    String swallow = "class P { int go(Object o) { return switch (o) { %s default -> 2; }; } }";
    assertThat(rules(swallow.formatted("case String s -> 1;")))
        .singleElement()
        .asString()
        .contains("Planted.java:2", "a switch by type has a default");
    assertThat(rules(swallow.formatted("case Point(int x) -> 1;"))).hasSize(1);
    assertThat(rules(swallow.formatted("case \"a\" -> 1;"))).isEmpty();
    assertThat(rules("class P { void go(T t) { switch (t) { case A a -> {} case B b -> {} } } }"))
        .isEmpty();
  }

  @Test
  void aLongFileIsMeasured() {
    assertThat(sizes("class P {}\n" + "\n".repeat(499))).isEmpty();
    assertThat(sizes("class P {}\n" + "\n".repeat(500))).containsExactly("lines:" + RAFT + " 501");
  }

  @Test
  void aWideLineIsMeasuredInCharactersNotBytes() {
    assertThat(sizes("// " + "é".repeat(97))).isEmpty();
    assertThat(sizes("// " + "é".repeat(98))).containsExactly("columns:" + RAFT + " 101");
  }

  @Test
  void aLongMethodIsMeasuredWithoutItsComment() {
    String sixty = "class P {\n/// Says.\n///\nvoid go() {\n" + "\n".repeat(58) + "}\n}";
    assertThat(sizes(sixty)).isEmpty();
    String more = "class P {\nvoid go(int a) {\n" + "\n".repeat(59) + "}\n}";
    assertThat(sizes(more)).containsExactly("method:" + RAFT + "#P.go(int) 61");
  }

  @Test
  void aLongListOfParametersIsMeasuredButForARecordsComponents() {
    assertThat(sizes("class P { void go(int a, int b, int c, int d) {} }")).isEmpty();
    assertThat(sizes("class P { P(int a, int b, int c, int d, List<Map<A, B>> e) {} }"))
        .containsExactly("parameters:" + RAFT + "#P.<init>(int,int,int,int,List<Map<A,B>>) 5");
    assertThat(sizes("record P(int a, int b, int c, int d, int e) { P { a++; } }")).isEmpty();
    assertThat(sizes("class P { @Override void go(int a, int b, int c, int d, int e) {} }"))
        .isEmpty();
    assertThat(
            sizes(
                "record P(int a, int b, int c, int d, int e) { static int z;"
                    + "\nP(int a, int b, int c, int d, int e) { this.a = a; } }"))
        .isEmpty();
  }

  @Test
  void aRecordOfManyComponentsIsMeasuredUnlessItIsOneOfASet() {
    assertThat(sizes("record P(int a, int b, int c, int d, int e) { static int z; }")).isEmpty();
    String six = "record Q(int a, int b, int c, int d, int e, int f) %s {}";
    assertThat(sizes(six.formatted(""))).containsExactly("components:" + RAFT + "#Q 6");
    assertThat(sizes("class P { " + six.formatted("") + " }")).hasSize(1);
    assertThat(sizes("sealed interface P { " + six.formatted("implements P") + " }")).isEmpty();
  }

  @Test
  void theRatchetLetsNumbersOnlyFall() {
    var size = new Sizes.Size("lines:A.java", 510, 500);
    assertThat(ratchet("", size)).singleElement().asString().contains("is 510, the limit is 500");
    assertThat(ratchet("# known\n510 lines:A.java\n", size)).isEmpty();
    assertThat(ratchet("505 lines:A.java", size)).singleElement().asString().contains("grew");
    assertThat(ratchet("520 lines:A.java", size)).singleElement().asString().contains("lower it");
    assertThat(ratchet("510 lines:A.java\n501 lines:B.java", size))
        .singleElement()
        .asString()
        .contains("lines:B.java", "Strike it");
  }

  private static List<String> ratchet(String listed, Sizes.Size... exceeding) {
    return texts(new Ratchet(listed).check(List.of(exceeding)));
  }

  @Test
  void workLeftForLaterIsReported() {
    assertThat(text("// TO" + "DO: later")).singleElement().asString().contains("docs/x.md:1");
    assertThat(text("ok\n# FIX" + "ME")).singleElement().asString().contains("docs/x.md:2");
    assertThat(text("mastodon, TO" + "DOS")).isEmpty();
  }

  @Test
  void aPathOfOneMachineIsReported() {
    List<String> missed = new ArrayList<>();
    for (String place : List.of("wo" + "rk", "ro" + "ot", "ho" + "me")) {
      for (String line : List.of("/%s/x", "see `/%s`", "cd /%s/jangada", "\"/%s/x\"")) {
        if (text(line.formatted(place)).isEmpty()) {
          missed.add(line.formatted(place));
        }
      }
    }
    assertThat(missed).isEmpty();
    assertThat(text("https://example.org/home and/or/work, $dir/home, Contents/Home, /homework"))
        .isEmpty();
  }

  private static List<String> text(String text) {
    return texts(TextRules.check("docs/x.md", text));
  }
}
