package io.jangada.protocol.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What clients send and must be told, as a file of `resources/redis` has it:
///
/// | line | |
/// |---|---|
/// | `= name [mark ...]` | a conversation begins |
/// | `> words` | a command is sent: an array of bulk strings |
/// | `>> bytes` | they are sent as they are |
/// | `< reply` | must come, as [ReplyReader] shows it |
/// | `<* reply` | the same, its parts in any order |
/// | `! reply`, `!-` | what the original says instead of the `<` before; nothing |
/// | `<eof`, `!eof` | the server, the original, closes the connection |
/// | `@b> words`, `@b< reply` ... | the same on another connection |
/// | `pause millis` | all replies are awaited, then time passes |
/// | `# ours: why` | why ours differs from the original; other comments begin with `#`, too |
///
/// What stands in the texts is told at [Template]. Marks: `ours` (the original is not asked),
/// `resp2` (not with RESP3 as well), `whole` (each request is one packet and awaits its replies),
/// `flush` (the store is emptied).
record Conversation(String name, Set<String> marks, List<Step> steps) {
  sealed interface Step {}

  /// @param at which connection
  record Send(char at, String bytes) implements Step {}

  /// @param ours one for each reply
  /// @param theirs what the original says instead, null for the same
  record Expect(char at, List<String> ours, List<String> theirs) implements Step {}

  record Pause(long millis) implements Step {}

  record End(char at, boolean ours, boolean theirs) implements Step {}

  boolean has(String mark) {
    return marks.contains(mark);
  }

  /// Whether requests must not be sent before the replies to those before.
  boolean isSlow() {
    return has("whole") || steps.stream().anyMatch(step -> step instanceof Pause);
  }

  @Override
  public String toString() {
    return name;
  }

  static List<Conversation> readAll(String... files) throws IOException {
    List<Conversation> all = new ArrayList<>();
    for (String file : files)
      try (InputStream in = Conversation.class.getResourceAsStream("/redis/" + file + ".txt")) {
        read(file, new String(in.readAllBytes(), StandardCharsets.UTF_8), all);
      }
    return all;
  }

  private static void read(String file, String text, List<Conversation> all) {
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) continue;
      if (line.startsWith("= ")) all.add(begin(file, line.substring(2)));
      else if (!read(line, all.getLast().steps()))
        throw new IllegalArgumentException(file + ":" + number + ": " + line);
    }
  }

  private static Conversation begin(String file, String title) {
    int bracket = title.indexOf('[');
    String name = bracket < 0 ? title : title.substring(0, bracket);
    String marks = bracket < 0 ? "" : title.substring(bracket + 1, title.length() - 1);
    Set<String> set = new TreeSet<>(Arrays.asList(marks.split(" ")));
    return new Conversation(file + ": " + name.strip(), set, new ArrayList<>());
  }

  private static boolean read(String line, List<Step> steps) {
    boolean isOther = line.startsWith("@");
    char at = isOther ? line.charAt(1) : 'a';
    String word = line.substring(isOther ? 2 : 0).split(" ", 2)[0];
    String text = line.substring(Math.min(line.length(), word.length() + (isOther ? 3 : 1)));
    switch (word) {
      case ">" -> steps.add(new Send(at, text));
      case ">>" -> steps.add(new Send(at, ">" + text));
      case "<" -> ours(at, text, steps);
      case "<*" -> ours(at, "*" + text, steps);
      case "!" -> theirs(at, List.of(text), steps);
      case "!-" -> theirs(at, List.of(), steps);
      case "<eof" -> steps.add(new End(at, true, true));
      case "!eof" -> steps.add(new End(at, false, true));
      case "pause" -> steps.add(new Pause(Long.parseLong(text)));
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void ours(char at, String text, List<Step> steps) {
    List<String> all = new ArrayList<>();
    if (!steps.isEmpty()
        && steps.getLast() instanceof Expect(char place, var before, var theirs)
        && place == at
        && theirs == null) {
      steps.removeLast();
      all.addAll(before);
    }
    all.add(text);
    steps.add(new Expect(at, all, null));
  }

  private static void theirs(char at, List<String> texts, List<Step> steps) {
    List<String> ours = List.of();
    List<String> all = new ArrayList<>();
    if (!steps.isEmpty()
        && steps.getLast() instanceof Expect(char place, var wanted, var before)
        && place == at) {
      steps.removeLast();
      ours = wanted;
      if (before != null) all.addAll(before);
    }
    all.addAll(texts);
    steps.add(new Expect(at, ours, all));
  }
}
