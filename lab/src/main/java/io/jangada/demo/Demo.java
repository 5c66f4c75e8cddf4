package io.jangada.demo;

import io.jangada.cli.ExitCode;
import io.jangada.cli.shell.Lines;
import io.jangada.cli.shell.UserError;
import io.jangada.server.Reasons;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/// A cluster of real servers, each with its own ports and its own data directory, in this process;
/// and a shell to do things to it.
public final class Demo {
  public static final int MEMBERS_MAX = 9;

  /// @param members how many, up to [#MEMBERS_MAX]; 0 for as many as the data directory has, or
  ///   three
  /// @param data where; null for a temporary directory
  /// @param keep whether a temporary directory stays
  /// @param verbose whether details of the cluster's events are shown
  /// @param tls whether ports speak TLS
  public record Options(int members, Path data, boolean keep, boolean verbose, boolean tls) {}

  /// @param terminal whether a person types
  /// @param styled whether the output understands escape sequences, and they are wanted
  public record Streams(
      InputStream in, PrintWriter out, PrintWriter err, boolean terminal, boolean styled) {}

  private final Streams streams;
  private final Screen screen;
  private final DataPlace place;
  private final EventNarrator narrator;
  private final DemoCluster cluster;
  private final Shell shell;
  private boolean ended;

  private Demo(Options options, Streams streams, DataPlace place, DemoMember.DiskOpener opener)
      throws IOException {
    this.streams = streams;
    this.place = place;
    screen = new Screen(streams.out, streams.err, streams.styled);
    narrator = new EventNarrator(screen, options.verbose);
    cluster = new DemoCluster(place.config(), narrator, opener);
    DemoClient client = new DemoClient(cluster, new SplittableRandom(System.nanoTime()));
    shell = new Shell(cluster, client, narrator, screen);
  }

  /// @return the exit code
  public static int run(Options options, Streams streams) {
    return run(options, streams, OsDisk::new);
  }

  static int run(Options options, Streams streams, DemoMember.DiskOpener opener) {
    try {
      return withHook(new Demo(options, streams, place(options), opener));
    } catch (UserError complaint) {
      return refuse(streams, complaint.getMessage());
    } catch (IOException e) {
      return refuse(streams, Reasons.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
  }

  /// Runs it so that a signal which ends the process ends the demo in good order, too.
  private static int withHook(Demo demo) throws IOException, InterruptedException, UserError {
    Thread hook = new Thread(demo::end, "demo-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return demo.run();
    } finally {
      demo.end();
      forget(hook);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook has nothing left to do.
    }
  }

  private static int refuse(Streams streams, String why) {
    streams.err.println("jangada demo: " + why);
    streams.err.flush();
    return ExitCode.FAILED;
  }

  private static DataPlace place(Options options) throws IOException, UserError {
    return options.data == null
        ? DataPlace.temporary(options.members, options.keep, options.tls)
        : DataPlace.at(options.data, options.members, options.tls);
  }

  private int run() throws IOException, InterruptedException, UserError {
    InputLines lines = new InputLines(streams.in);
    if (streams.terminal) {
      screen.setManner(Screen.Manner.TERMINAL);
      begin();
      screen.narrate("Type 'help' for the commands, 'quit' or Ctrl-D to end.");
      if (streams.in == System.in) type();
      else converse(() -> read(lines));
      return ExitCode.OK;
    }
    // What was piped in decides how the demo talks, so it is looked at before the first word.
    Line first = read(lines);
    if (first.isEnd()) {
      begin();
      return new Tour(shell, cluster, screen).play();
    }
    screen.setManner(Screen.Manner.SCRIPT);
    begin();
    return obey(first, lines);
  }

  private void begin() throws UserError, InterruptedException {
    narrator.narrate(
        "the data of "
            + EventNarrator.names(cluster.ids())
            + " is in "
            + place.path()
            + (place.temporary() ? ", removed at the end" : ""));
    for (int id : cluster.ids()) start(id);
    String port = cluster.ports().replaceFirst(",.*", "");
    narrator.narrate(
        "they serve at 127.0.0.1, ports " + cluster.ports() + ": try " + place.netcat(port));
    for (String one : place.invitations()) narrator.narrate(one);
  }

  private void start(int id) throws UserError {
    try {
      cluster.start(id);
    } catch (IOException e) {
      throw new UserError(EventNarrator.name(id) + " does not start: " + Reasons.of(e));
    }
  }

  /// @param text null when the line is no text
  /// @param complaint why not; both are null at the end
  private record Line(String text, UserError complaint) {
    boolean isEnd() {
      return text == null && complaint == null;
    }
  }

  private static Line read(InputLines lines) throws IOException {
    try {
      return new Line(lines.next(), null);
    } catch (UserError complaint) {
      return new Line(null, complaint);
    }
  }

  /// A line, whatever it is read with.
  private interface Source {
    Line next() throws IOException;
  }

  /// Has lines typed at the process's own terminal, with editing.
  private void type() throws IOException, InterruptedException {
    try (Terminal terminal = Lines.systemTerminal()) {
      LineReader reader = Lines.reader(terminal, (_, _, _) -> {}, null);
      screen.setTyping(reader);
      converse(() -> typed(reader));
    } finally {
      screen.setTyping(null);
    }
  }

  private static Line typed(LineReader reader) {
    try {
      return new Line(reader.readLine(Screen.PROMPT), null);
    } catch (UserInterruptException e) {
      return new Line("", null);
    } catch (EndOfFileException e) {
      return new Line(null, null);
    }
  }

  private void converse(Source lines) throws IOException, InterruptedException {
    while (!shell.isOver()) {
      screen.prompt();
      Line line = lines.next();
      screen.typed();
      if (line.isEnd()) {
        screen.answer("");
        return;
      }
      run(line);
    }
  }

  /// @return the code of the first line that did not do what was asked
  private int obey(Line first, InputLines lines) throws IOException, InterruptedException {
    int code = ExitCode.OK;
    for (Line line = first; !line.isEnd() && !shell.isOver(); line = read(lines)) {
      if (line.text != null && !line.text.isBlank()) screen.echo(line.text.strip());
      int of = run(line);
      if (code == ExitCode.OK) code = of;
    }
    return code;
  }

  private int run(Line line) throws InterruptedException {
    return line.text == null ? shell.wrong(line.complaint) : shell.run(line.text);
  }

  /// Ends it, once. A second caller waits for the first: the process goes when a signal's hook
  /// returns, whatever other threads are at.
  private synchronized void end() {
    if (ended) return;
    ended = true;
    screen.leavePrompt();
    cluster.close();
    if (place.leave()) narrator.narrate("all members are stopped, and their data is gone");
    else narrator.narrate("all members are stopped; their data stays in " + place.path());
  }
}
