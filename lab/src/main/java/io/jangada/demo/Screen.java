package io.jangada.demo;

import java.io.PrintWriter;
import org.jline.reader.LineReader;

/// Where the demo's lines go, from whatever thread, each whole. On a terminal all of it is one
/// conversation on standard output, and a line that comes while the prompt waits is put above it.
/// Where commands are piped in, answers go to standard output and all else to standard error.
final class Screen {
  static final String PROMPT = "jangada> ";
  private static final String ERASE = "\r\u001b[K";
  private static final String FAINT = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  /// How the demo talks.
  enum Manner {
    /// With a person at a terminal.
    TERMINAL,
    /// With a script that pipes commands in.
    SCRIPT,
    /// Without input: all of it is to be read afterwards.
    TOUR
  }

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean styled;
  private Manner manner = Manner.TOUR;
  private boolean prompting;

  /// What is typed with, and keeps what comes meanwhile above it; null where lines are plain.
  private LineReader typing;

  /// @param styled whether escape sequences are understood and wanted
  Screen(PrintWriter out, PrintWriter err, boolean styled) {
    this.out = out;
    this.err = err;
    this.styled = styled;
  }

  synchronized void setTyping(LineReader typing) {
    this.typing = typing;
  }

  synchronized void setManner(Manner manner) {
    this.manner = manner;
  }

  /// A line about the cluster's events, or about the demo itself.
  synchronized void narrate(String line) {
    print(manner == Manner.SCRIPT ? err : out, styled ? FAINT + line + PLAIN : line);
  }

  /// What a command came to.
  synchronized void answer(String line) {
    print(out, line);
  }

  /// What is wrong with a command, or with the demo.
  synchronized void complain(String line) {
    print(manner == Manner.TERMINAL ? out : err, line);
  }

  /// Shows a command that is not seen being typed.
  synchronized void echo(String command) {
    if (manner == Manner.SCRIPT) print(err, PROMPT + command);
    if (manner == Manner.TOUR) print(out, PROMPT + command);
  }

  synchronized void prompt() {
    if (manner != Manner.TERMINAL) return;
    prompting = true;
    if (typing != null) return;
    out.print(PROMPT);
    out.flush();
  }

  /// The person has finished a line, or the input.
  synchronized void typed() {
    prompting = false;
  }

  /// No more is asked for: what comes now are the last lines.
  synchronized void leavePrompt() {
    if (!prompting) return;
    prompting = false;
    if (typing != null) return;
    out.print(styled ? ERASE : System.lineSeparator());
  }

  private void print(PrintWriter to, String line) {
    if (prompting && typing != null) {
      typing.printAbove(line);
      return;
    }
    if (prompting) to.print(styled ? ERASE : System.lineSeparator());
    to.println(line);
    if (prompting) to.print(PROMPT);
    to.flush();
  }
}
