package io.jangada.protocol.maelstrom;

import io.jangada.bytes.MalformedException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/// One node of a cluster under Maelstrom: a line on standard input is a message received, a line on
/// standard output a message sent. Nothing else ever goes to standard output, for one bad line
/// there makes Maelstrom deaf to the node; everything that people should know goes to standard
/// error.
///
/// Two threads: one reads lines into a [InputQueue], this one owns all the rest. It sleeps until
/// there is a line or a tick is due, does what there is to do, and writes out all that it has to
/// say in one go.
///
/// When standard input ends, requests that are open are still answered, and then the process ends.
public final class MaelstromNode {
  /// Maelstrom's clients wait a second, or longer where messages take long, and are then gone, and
  /// a message to one that is gone makes Maelstrom deaf to the node that sent it. So there is a
  /// time after which they are not answered: this, or more by what the node sees ([RoundTrips]).
  static final long ANSWER_MILLIS_MAX = 900;

  /// How long open requests may keep the process after its input ended: longer than any may take.
  private static final int DRAIN_FACTOR = 2;

  private static final int EXIT_BROKEN = 70;

  private final MessageOutput out;
  private final NodeLog log;
  private final InputQueue lines = new InputQueue();
  private final MaelstromHandler handler;

  /// @param out where messages go; @param log where remarks for people go
  /// @param answerMillisMax clients are not answered later than this
  MaelstromNode(OutputStream out, PrintStream log, long answerMillisMax) {
    this.out = new MessageOutput(out);
    this.log = new NodeLog(log);
    this.handler = new MaelstromHandler(this.out, this.log, answerMillisMax);
  }

  public static void main(String[] args) {
    // Whatever some library prints must not end up among the messages.
    PrintStream remarks = System.err;
    System.setOut(remarks);
    OutputStream messages = new FileOutputStream(FileDescriptor.out);
    MaelstromNode node = new MaelstromNode(messages, remarks, ANSWER_MILLIS_MAX);
    System.exit(node.run(new FileInputStream(FileDescriptor.in)));
  }

  /// Serves until the input ends. Returns the process's exit code.
  int run(InputStream in) {
    Thread.ofPlatform().name("lines").daemon().start(() -> new LineReader(in, lines, log).run());
    try {
      while (!isOver()) runTurn();
      return 0;
    } catch (MessageOutput.GoneException gone) {
      // The messages are not read any more: there is no client left to serve.
      log.write("standard output: " + gone.getMessage());
      return 0;
    } catch (Throwable broken) {
      return breakDown(broken);
    }
  }

  private void runTurn() {
    for (InputQueue.Line line : lines.take(handler.waitNanos())) {
      try {
        handler.receive(line);
      } catch (MalformedException e) {
        log.bad(e.getMessage(), line.bytes());
      }
    }
    handler.cycle();
    out.flush();
  }

  private boolean isOver() {
    if (!lines.isOver()) return false;
    return handler.openRequests() == 0
        || System.nanoTime() - lines.endedNanos() > DRAIN_FACTOR * handler.answerNanosMax();
  }

  /// A law is broken or memory is out: waiting requests end with an unknown outcome, and the
  /// process ends.
  private int breakDown(Throwable broken) {
    log.write("broken: " + broken);
    for (StackTraceElement frame : broken.getStackTrace()) log.write("  at " + frame);
    try {
      handler.abandon();
      out.flush();
    } catch (RuntimeException alsoBroken) {
      log.write("could not reply to open requests: " + alsoBroken);
    }
    return EXIT_BROKEN;
  }
}
