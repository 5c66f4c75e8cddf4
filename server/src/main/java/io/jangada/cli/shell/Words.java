package io.jangada.cli.shell;

import io.jangada.bytes.Bytes;
import io.jangada.client.JangadaClient;
import io.jangada.client.KeyRange;
import io.jangada.client.RangeRequest;
import io.jangada.client.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import picocli.CommandLine;

/// What the word at the cursor may become: a command, an option, or a key that the cluster has.
final class Words implements Completer {
  private static final int KEYS_MAX = 20;
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static final Set<String> KEY_LABELS = Set.of("KEY", "PREFIX");

  private final CommandLine commands;
  private final JangadaClient client;

  Words(CommandLine commands, JangadaClient client) {
    this.commands = commands;
    this.client = client.within(PATIENCE);
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> found) {
    CommandLine command = commands;
    for (String word : line.words().subList(0, line.wordIndex())) {
      CommandLine below = command.getSubcommands().get(word);
      if (below != null) command = below;
    }
    String begun = line.word().substring(0, line.wordCursor());
    if (command == commands) Prompt.LEAVING.forEach(each -> found.add(new Candidate(each)));
    command.getSubcommands().keySet().forEach(each -> found.add(new Candidate(each)));
    if (begun.startsWith("-"))
      command.getCommandSpec().optionsMap().keySet().forEach(e -> found.add(new Candidate(e)));
    else if (takesKey(command)) addKeys(begun, found);
  }

  private static boolean takesKey(CommandLine command) {
    return command.getCommandSpec().positionalParameters().stream()
        .anyMatch(each -> KEY_LABELS.contains(each.paramLabel()));
  }

  private void addKeys(String begun, List<Candidate> found) {
    RangeRequest request = RangeRequest.of(KeyRange.prefix(Bytes.utf8(begun)));
    Reply.ToRange reply = client.range(request.limit(KEYS_MAX).keysOnly()).join();
    if (!(reply instanceof Reply.Ranged range)) return;
    for (var entry : range.entries()) {
      String key = new String(entry.key().toArray(), StandardCharsets.UTF_8);
      // A key that needs quotes would be read as another while it is typed.
      if (LineWords.quote(key).equals(key)) found.add(new Candidate(key));
    }
  }
}
