package io.jangada.cli.shell;

import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.ClusterOptions;
import io.jangada.client.JangadaClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/// The shell at a terminal: asks for lines until the person leaves.
final class Prompt {
  static final List<String> LEAVING = List.of("exit", "quit");
  private static final String TEXT = "jangada> ";
  private static final String HISTORY = ".jangada_history";

  private final Session session;
  private final LineReader reader;

  Prompt(Session session, LineReader reader) {
    this.session = session;
    this.reader = reader;
  }

  static int run(Session session, ClusterOptions cluster) throws IOException {
    Path history = Path.of(System.getProperty("user.home"), HISTORY);
    keepPrivate(history);
    try (Terminal terminal = Lines.systemTerminal();
        JangadaClient client = cluster.open()) {
      Words words = new Words(session.commands(), client);
      LineReader reader = Lines.reader(terminal, words, history);
      terminal.handle(Terminal.Signal.INT, _ -> session.cancel());
      return new Prompt(session, reader).converse();
    }
  }

  /// What was typed has values in it, which are for their owner alone.
  private static void keepPrivate(Path history) throws IOException {
    boolean hasOwners = history.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (!hasOwners || Files.exists(history)) return;
    Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
    Files.createFile(history, PosixFilePermissions.asFileAttribute(owner));
  }

  int converse() {
    reader.getTerminal().writer().println("'help' lists the commands; Ctrl-D ends.");
    while (!session.isOver()) {
      try {
        session.run(LineWords.of(reader.readLine(TEXT)), session.commands().getErr());
      } catch (UserInterruptException e) {
        // Ctrl-C gives the line up.
      } catch (EndOfFileException e) {
        return ExitCode.OK;
      } catch (UserError wrong) {
        reader.getTerminal().writer().println("jangada shell: " + wrong.getMessage());
      }
    }
    return ExitCode.OK;
  }
}
