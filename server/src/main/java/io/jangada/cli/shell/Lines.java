package io.jangada.cli.shell;

import java.io.IOException;
import java.nio.file.Path;
import org.jline.reader.Completer;
import org.jline.reader.EOFError;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// Readers of lines that a person types, with editing and history.
public final class Lines {
  private Lines() {}

  public static Terminal systemTerminal() throws IOException {
    return TerminalBuilder.builder().system(true).jni(false).ffm(false).dumb(true).build();
  }

  /// @param history the file of what was typed before; null for none
  public static LineReader reader(Terminal terminal, Completer completer, Path history) {
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .completer(completer)
            .parser(new QuoteParser())
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "> ");
    if (history != null) builder.variable(LineReader.HISTORY_FILE, history);
    LineReader reader = builder.build();
    reader.setAutosuggestion(LineReader.SuggestionType.HISTORY);
    return reader;
  }

  /// Asks for another line while a quote is open.
  private static final class QuoteParser extends DefaultParser {
    QuoteParser() {
      setEscapeChars(null);
      setQuoteChars(new char[] {'"'});
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      if (context == ParseContext.ACCEPT_LINE && LineWords.isOpen(line))
        throw new EOFError(-1, -1, "a quote is open");
      return super.parse(line, cursor, context);
    }
  }
}
