package io.jangada.protocol.memcached;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What a client sends and must be told, as a file of `resources/memcached` has it:
///
/// | line | |
/// |---|---|
/// | `= name [mark ...]` | a conversation begins |
/// | `> line`, `>> bytes` | is sent; after a line follows CR LF |
/// | `< line`, `<< bytes` | must come; likewise |
/// | `! line`, `!! bytes`, `!-` | what the original says instead of the lines `<` before; nothing |
/// | `<eof`, `!eof` | the server, the original, closes the connection of its own accord |
/// | `pause millis` | all replies are awaited, then time passes |
/// | `# ours: why` | why ours differs from the original; other comments begin with `#`, too |
///
/// What stands in the texts is told at [Template]. Marks: `flush` (the store is emptied), `noflush`
/// (where that is not allowed), `ours` (the original is not asked), `whole` (is not cut).
record Conversation(String name, Set<String> marks, List<Step> steps) {
  sealed interface Step {}

  record Send(Template text) implements Step {}

  /// @param theirs what the original says instead
  record Expect(Template ours, Template theirs) implements Step {}

  record Pause(long millis) implements Step {}

  record End(boolean ours, boolean theirs) implements Step {}

  boolean has(String mark) {
    return marks.contains(mark);
  }

  boolean takesTime() {
    return steps.stream().anyMatch(step -> step instanceof Pause(long millis) && millis > 0);
  }

  @Override
  public String toString() {
    return name;
  }

  static List<Conversation> readAll(String... files) throws IOException {
    List<Conversation> all = new ArrayList<>();
    for (String file : files) {
      try (InputStream in = Conversation.class.getResourceAsStream("/memcached/" + file + ".txt")) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        all.addAll(new Reader(file).read(text));
      }
    }
    return all;
  }

  private static final class Reader {
    private final String file;
    private final List<Conversation> all = new ArrayList<>();

    Reader(String file) {
      this.file = file;
    }

    List<Conversation> read(String text) {
      int number = 0;
      for (String line : text.lines().toList()) {
        number++;
        if (line.isBlank() || line.startsWith("#")) continue;
        if (line.startsWith("= ")) begin(line.substring(2));
        else if (!read(line, all.getLast().steps()))
          throw new IllegalArgumentException(file + ":" + number + ": " + line);
      }
      return all;
    }

    private void begin(String title) {
      int bracket = title.indexOf('[');
      String name = bracket < 0 ? title : title.substring(0, bracket);
      String marks = bracket < 0 ? "" : title.substring(bracket + 1, title.length() - 1);
      Set<String> set = new TreeSet<>(Arrays.asList(marks.split(" ")));
      all.add(new Conversation(file + ": " + name.strip(), set, new ArrayList<>()));
    }

    private static boolean read(String line, List<Step> steps) {
      String word = line.split(" ", 2)[0];
      String text = line.substring(Math.min(line.length(), word.length() + 1));
      switch (word) {
        case ">" -> steps.add(new Send(new Template(text + "\\r\\n")));
        case ">>" -> steps.add(new Send(new Template(text)));
        case "<" -> ours(text + "\\r\\n", steps);
        case "<<" -> ours(text, steps);
        case "!" -> theirs(text + "\\r\\n", steps);
        case "!!" -> theirs(text, steps);
        case "!-" -> theirs("", steps);
        case "<eof" -> steps.add(new End(true, true));
        case "!eof" -> steps.add(new End(false, true));
        case "pause" -> steps.add(new Pause(Long.parseLong(text)));
        default -> {
          return false;
        }
      }
      return true;
    }

    private static void ours(String text, List<Step> steps) {
      Template more = new Template(text);
      if (!steps.isEmpty() && steps.getLast() instanceof Expect(Template all, Template theirs)) {
        if (theirs != null) throw new IllegalArgumentException("< after !: " + text);
        steps.removeLast();
        more = all.and(more);
      }
      steps.add(new Expect(more, null));
    }

    private static void theirs(String text, List<Step> steps) {
      Template more = new Template(text);
      Template ours = new Template("");
      if (!steps.isEmpty() && steps.getLast() instanceof Expect(Template all, Template before)) {
        steps.removeLast();
        ours = all;
        if (before != null) more = before.and(more);
      }
      steps.add(new Expect(ours, more));
    }
  }
}
