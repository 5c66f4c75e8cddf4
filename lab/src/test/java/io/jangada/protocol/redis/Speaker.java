package io.jangada.protocol.redis;

import io.jangada.harness.Waiting;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The connections that hold one [Conversation]. At the end each is sent an `ECHO`, so that no
/// reply comes that was not expected.
final class Speaker implements AutoCloseable {
  /// How requests are sent.
  enum Cut {
    /// One after the other, each after the replies to those before.
    COMMANDS,
    /// All that need not wait for another connection in one packet.
    WHOLE,
    /// The same in packets of random sizes.
    RANDOM
  }

  /// @param isOriginal whether Redis itself is asked
  record Manner(boolean isOriginal, boolean isResp3, Cut cut, long seed) {}

  private static final int MILLIS_MAX = 10_000;
  private static final int BYTES_CUT_MAX = 8_192;
  private static final int RUNS = 36 * 36 * 36 * 36;
  private static final AtomicInteger RUN = new AtomicInteger((int) (System.nanoTime() % RUNS));

  private final InetSocketAddress server;
  private final Manner manner;
  private final SplittableRandom random;
  private final Template template = new Template(nextRun());
  private final Map<Character, Line> lines = new TreeMap<>();

  /// One connection.
  private final class Line {
    final Socket socket = new Socket();
    final ReplyReader in;
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    final List<String> wanted = new ArrayList<>();
    boolean closes;

    Line() throws IOException {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(MILLIS_MAX);
      socket.connect(server, MILLIS_MAX);
      in = new ReplyReader(new BufferedInputStream(socket.getInputStream()));
      if (!manner.isResp3) return;
      send("HELLO 3");
      wanted.add("%[{*}]");
    }

    void send(String text) throws IOException {
      sent.writeBytes(template.sent(text));
    }

    void exchange() throws IOException, InterruptedException {
      byte[] bytes = sent.toByteArray();
      sent.reset();
      Thread writer = Thread.ofVirtual().start(() -> write(socket, bytes));
      for (String one : wanted) {
        String reply = next(one);
        if (reply == null || !template.matches(one, reply, manner.isResp3))
          throw new AssertionError("expected:\n  " + brief(one) + "\ngot:\n  " + brief(reply));
      }
      writer.join();
      wanted.clear();
    }

    private String next(String wanted) throws IOException {
      try {
        return in.next();
      } catch (IOException e) {
        throw new AssertionError("expected:\n  " + brief(wanted) + "\ngot:\n  " + e, e);
      }
    }

    void end() throws IOException, InterruptedException {
      if (!closes) {
        send("ECHO ~end");
        wanted.add("\"~end\"");
      }
      exchange();
      if (!closes) return;
      String more;
      try {
        more = in.next();
      } catch (SocketException e) {
        return; // closed with something unread
      }
      if (more != null) throw new AssertionError("expected the end\ngot:\n  " + brief(more));
    }
  }

  Speaker(InetSocketAddress server, Manner manner) {
    this.server = server;
    this.manner = manner;
    random = new SplittableRandom(manner.seed);
  }

  private static String nextRun() {
    int number = Math.floorMod(RUN.getAndIncrement(), RUNS);
    return "r" + Integer.toString(RUNS + number, 36).substring(1);
  }

  private static String brief(String text) {
    if (text == null) return "the end";
    return text.length() > 300 ? text.substring(0, 300) + "..." : text;
  }

  private Line line(char at) throws IOException {
    Line line = lines.get(at);
    if (line == null) lines.put(at, line = new Line());
    return line;
  }

  /// @throws AssertionError when something else came than is expected
  void hold(Conversation conversation) throws IOException, InterruptedException {
    boolean isStepwise = manner.cut == Cut.COMMANDS;
    Line last = line('a');
    for (Conversation.Step step : conversation.steps())
      switch (step) {
        case Conversation.Send(char at, String text) -> {
          Line line = line(at);
          if (line != last || isStepwise) last.exchange();
          line.send(text);
          last = line;
        }
        case Conversation.Expect(char at, var ours, var theirs) ->
            line(at).wanted.addAll(manner.isOriginal && theirs != null ? theirs : ours);
        case Conversation.Pause(long millis) -> {
          last.exchange();
          Waiting.pause(millis);
        }
        case Conversation.End(char at, boolean ours, boolean theirs) ->
            line(at).closes = manner.isOriginal ? theirs : ours;
      }
    for (Line line : lines.values()) line.end();
  }

  private void write(Socket socket, byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      for (int at = 0; at < bytes.length; ) {
        int most = bytes.length <= BYTES_CUT_MAX ? 40 : bytes.length / 20;
        int size = manner.cut == Cut.RANDOM ? 1 + random.nextInt(most) : bytes.length;
        size = Math.min(bytes.length - at, size);
        out.write(bytes, at, size);
        at += size;
      }
    } catch (IOException closed) {
      return; // what the server said before is judged
    }
  }

  @Override
  public void close() throws IOException {
    for (Line line : lines.values()) line.socket.close();
  }
}
