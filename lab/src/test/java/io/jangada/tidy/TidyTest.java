package io.jangada.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The house keeps its own rules. [PlantedTest] proves that each of them can fail.
class TidyTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Path BUILT = builtFolder();

  private static Path builtFolder() {
    try {
      var tests = TidyTest.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(tests).getParent().getParent();
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void arrowsBetweenRoomsPointTheRightWay() {
    List<Complaint> complaints = new ArrayList<>();
    for (ClassFacts type : mainClasses()) {
      complaints.addAll(Rooms.check(type.name(), type.types()));
    }
    assertNone(complaints);
  }

  @Test
  void deterministicRoomsKeepTheWorldOut() {
    List<Complaint> complaints = new ArrayList<>();
    mainClasses().forEach(type -> complaints.addAll(Bans.check(type)));
    assertNone(complaints);
  }

  @Test
  void whatIsNamedAsAQuestionChangesNothing() {
    assertNone(Predicates.check(ClassFacts.bytesOf(folders("classes"))));
  }

  @Test
  void nothingSleepsAndNoTestIsSwitchedOff() {
    List<Complaint> complaints = new ArrayList<>();
    mainClasses().forEach(type -> complaints.addAll(Bans.checkAnywhere(type)));
    classes("test-classes").forEach(type -> complaints.addAll(Bans.checkAnywhere(type)));
    assertNone(complaints);
  }

  @Test
  void namesImportsAndSwitchesAreAsTheHouseWantsThem() {
    List<Complaint> complaints = new ArrayList<>();
    SourceFile.readAll(ROOT).forEach(file -> complaints.addAll(SourceRules.check(file)));
    assertNone(complaints);
  }

  @Test
  void sizesOnlyShrink() throws IOException {
    List<Sizes.Size> exceeding = new ArrayList<>();
    SourceFile.readAll(ROOT).forEach(file -> exceeding.addAll(Sizes.exceeding(file)));
    assertNone(new Ratchet(Files.readString(ROOT.resolve(Ratchet.PATH))).check(exceeding));
  }

  @Test
  void noTextLeavesWorkForLaterOrNamesOneMachine() {
    List<Complaint> complaints = new ArrayList<>();
    TextRules.readAll(ROOT).forEach((path, text) -> complaints.addAll(TextRules.check(path, text)));
    assertNone(complaints);
  }

  private static List<ClassFacts> mainClasses() {
    return classes("classes");
  }

  private static List<Path> folders(String folder) {
    return Rooms.MODULES.stream().map(m -> BUILT.resolve("jangada-" + m).resolve(folder)).toList();
  }

  private static List<ClassFacts> classes(String folder) {
    for (Path each : folders(folder))
      assertThat(ClassFacts.bytesOf(List.of(each))).as("compiled classes in " + each).isNotEmpty();
    return ClassFacts.bytesOf(folders(folder)).stream().map(ClassFacts::read).toList();
  }

  private static void assertNone(List<Complaint> complaints) {
    assertThat(complaints)
        .withFailMessage(
            () -> complaints.size() + " broken:\n" + String.join("\n", texts(complaints)))
        .isEmpty();
  }

  private static List<String> texts(List<Complaint> complaints) {
    return complaints.stream().map(Complaint::toString).toList();
  }
}
