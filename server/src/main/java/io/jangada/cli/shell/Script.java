package io.jangada.cli.shell;

import io.jangada.cli.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/// Lines from a file or a pipe, run one after the other. Complaints have the line's number.
final class Script {
  /// A value may have 4 MiB at the most, whatever the server's limit is.
  private static final int CHARS_MAX = 8 << 20;

  /// From the best to the worst.
  private static final List<Integer> CODES =
      List.of(
          ExitCode.OK,
          ExitCode.KEY_NOT_FOUND,
          ExitCode.PRECONDITION_FAILED,
          ExitCode.FAILED,
          ExitCode.USAGE,
          ExitCode.UNAVAILABLE);

  private final Session session;
  private final BufferedReader in;
  private final PrintWriter err;
  private int number;

  Script(Session session, BufferedReader in, PrintWriter err) {
    this.session = session;
    this.in = in;
    this.err = err;
  }

  /// @return the worst exit code of all lines
  int run() throws IOException {
    int worst = ExitCode.OK;
    for (String line = in.readLine(); line != null && !session.isOver(); line = in.readLine()) {
      int first = ++number;
      StringWriter complaints = new StringWriter();
      int code = run(line, new PrintWriter(complaints, true));
      complaints.toString().lines().forEach(each -> err.println("line " + first + ": " + each));
      err.flush();
      if (CODES.indexOf(code) > CODES.indexOf(worst)) worst = code;
    }
    return worst;
  }

  private int run(String line, PrintWriter complaints) throws IOException {
    try {
      return session.run(LineWords.of(complete(line)), complaints);
    } catch (UserError wrong) {
      complaints.println("jangada shell: " + wrong.getMessage());
      return ExitCode.USAGE;
    }
  }

  /// The line with those that follow it while a quote is open.
  private String complete(String line) throws IOException, UserError {
    StringBuilder all = new StringBuilder(line);
    while (LineWords.isOpen(all.toString())) {
      String next = in.readLine();
      if (next == null) break;
      number++;
      if (all.length() + next.length() > CHARS_MAX)
        throw new UserError("a line is longer than " + CHARS_MAX + " characters");
      all.append('\n').append(next);
    }
    return all.toString();
  }
}
