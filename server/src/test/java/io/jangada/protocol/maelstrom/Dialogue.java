package io.jangada.protocol.maelstrom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A node on a thread of this process, and somebody who talks to it.
final class Dialogue implements AutoCloseable {
  private static final int LINES_MAX = 200;
  private static final long PATIENCE_SECONDS = 20;

  private final PipedOutputStream input = new PipedOutputStream();
  private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
  private final List<String> passedOver = new ArrayList<>();
  private final Thread thread;

  Dialogue() throws IOException {
    PipedInputStream in = new PipedInputStream(input, 1 << 16);
    MaelstromNode node =
        new MaelstromNode(new Lines(), new PrintStream(OutputStream.nullOutputStream()), 60_000);
    thread = Thread.ofPlatform().daemon().start(() -> node.run(in));
  }

  private final class Lines extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      if (b != '\n') {
        line.write(b);
        return;
      }
      output.add(line.toString(StandardCharsets.UTF_8));
      line.reset();
    }
  }

  void say(String line) throws IOException {
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /// The next message.
  String hear() {
    try {
      String line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) throw new AssertionError("the node says nothing");
      return line;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// The next message to `dest`; those to others are kept until somebody asks for them.
  String hearFor(String dest) {
    String to = "\"dest\":\"" + dest + "\"";
    for (String line : passedOver) {
      if (!line.contains(to)) continue;
      passedOver.remove(line);
      return line;
    }
    while (passedOver.size() < LINES_MAX) {
      String line = hear();
      if (line.contains(to)) return line;
      passedOver.add(line);
    }
    throw new AssertionError("nothing for " + dest);
  }

  @Override
  public void close() throws IOException {
    input.close();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
