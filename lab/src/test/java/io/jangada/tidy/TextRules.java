package io.jangada.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The rules about any text of the repository, whatever its language: nothing is left for later,
/// and nothing names a place that only one machine has.
final class TextRules {
  private static final List<String> FOLDERS =
      List.of("bin", "docs", "client", "server", "lab", ".mvn", ".ci", ".github");
  private static final Pattern LEFT_FOR_LATER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w$}.~-])/(?:work|root|home)(?![\\w-])");

  private TextRules() {}

  static List<Complaint> check(String path, String text) {
    List<Complaint> complaints = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String where = path + ":" + number;
      if (LEFT_FOR_LATER.matcher(line).find()) {
        complaints.add(new Complaint(where, "leaves work for later", "Do it, or open an issue"));
      }
      if (MACHINE_PATH.matcher(line).find()) {
        complaints.add(
            new Complaint(where, "names a path of one machine", "Use a path from the root"));
      }
    }
    return complaints;
  }

  /// Every text file of the repository that is meant to be committed, by path from the root.
  static Map<String, String> readAll(Path root) {
    Map<String, String> texts = new TreeMap<>();
    try {
      readAll(root, Files.list(root).filter(TextRules::isCommitted), texts);
      for (String folder : FOLDERS) {
        if (Files.isDirectory(root.resolve(folder))) {
          readAll(root, Files.walk(root.resolve(folder)).filter(Files::isRegularFile), texts);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  private static boolean isCommitted(Path file) {
    return Files.isRegularFile(file) && !file.endsWith(".git"); // a file in a worktree
  }

  private static void readAll(Path root, Stream<Path> files, Map<String, String> texts)
      throws IOException {
    try (files) {
      for (Path file : files.toList()) {
        try {
          texts.put(root.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        } catch (MalformedInputException binary) {
          continue; // an image or an archive has no lines to look at
        }
      }
    }
  }
}
