package io.jangada.protocol.memcached;

import io.jangada.harness.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One connection that holds one [Conversation]. What need not wait for a reply is sent ahead; at
/// the end the sending side is closed, and all that comes until the server closes is judged.
final class Speaker implements AutoCloseable {
  /// How what is sent is cut into packets.
  enum Cut {
    WHOLE,
    BYTES,
    RANDOM
  }

  private static final int MILLIS_MAX = 10_000;
  private static final int BYTES_CUT_MAX = 8_192;
  private static final int RUNS = 36 * 36 * 36 * 36;
  private static final AtomicInteger RUN = new AtomicInteger((int) (System.nanoTime() % RUNS));

  private final Socket socket = new Socket();
  private final boolean isOriginal;
  private final Cut cut;
  private final SplittableRandom random;
  private final String run = nextRun();
  private final Map<String, String> bound = new HashMap<>();
  private final StringBuilder sent = new StringBuilder();
  private final StringBuilder expected = new StringBuilder();
  private Set<String> groups = new TreeSet<>();

  /// @param isOriginal whether memcached itself is asked
  Speaker(InetSocketAddress server, boolean isOriginal, Cut cut, long seed) throws IOException {
    this.isOriginal = isOriginal;
    this.cut = cut;
    random = new SplittableRandom(seed);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(MILLIS_MAX);
    socket.connect(server, MILLIS_MAX);
  }

  static String nextRun() {
    int number = Math.floorMod(RUN.getAndIncrement(), RUNS);
    return "r" + Integer.toString(RUNS + number, 36).substring(1);
  }

  /// @throws AssertionError when something else came than is expected
  void hold(Conversation conversation) throws IOException, InterruptedException {
    boolean closes = false;
    for (Conversation.Step step : conversation.steps())
      switch (step) {
        case Conversation.Send(Template text) -> {
          if (!text.isBound(bound)) exchange(false, false);
          sent.append(text.bytes(run, bound));
        }
        case Conversation.Expect(Template ours, Template theirs) -> {
          Template text = isOriginal && theirs != null ? theirs : ours;
          expected.append(text.pattern(run, bound, groups));
        }
        case Conversation.Pause(long millis) -> {
          exchange(false, false);
          Waiting.pause(millis);
        }
        case Conversation.End(boolean ours, boolean theirs) -> closes = isOriginal ? theirs : ours;
      }
    exchange(true, closes);
  }

  private void exchange(boolean isLast, boolean closes) throws IOException, InterruptedException {
    byte[] bytes = sent.toString().getBytes(StandardCharsets.ISO_8859_1);
    Thread writer = Thread.ofVirtual().start(() -> write(bytes, isLast && !closes));
    Pattern pattern = Pattern.compile(expected.toString(), Pattern.DOTALL);
    StringBuilder received = new StringBuilder();
    Matcher match = pattern.matcher("");
    byte[] some = new byte[65_536];
    InputStream in = socket.getInputStream();
    try {
      while (isLast || !match.reset(received).matches()) {
        int count = in.read(some);
        if (count < 0) break;
        received.append(new String(some, 0, count, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).startsWith("Connection reset"))
        throw wrong(received, e.toString());
    }
    writer.join();
    if (!match.reset(received).matches()) throw wrong(received, "not so");
    Template.bind(match, groups, bound);
    sent.setLength(0);
    expected.setLength(0);
    groups = new TreeSet<>();
  }

  private AssertionError wrong(StringBuilder received, String why) {
    String wanted = expected.toString().replaceAll("\\\\[QE]", "");
    return new AssertionError(
        why + "\nsent:\n" + show(sent) + "expected:\n" + show(wanted) + "got:\n" + show(received));
  }

  private static String show(CharSequence text) {
    StringBuilder all = new StringBuilder();
    for (String line : text.toString().split("(?<=\n)")) {
      String shown = line.replace("\r\n", "").replace("\n", "\\n").replace("\r", "\\r");
      boolean isLong = shown.length() > 160;
      all.append("  ").append(isLong ? shown.substring(0, 160) + "..." : shown).append('\n');
    }
    return all.toString();
  }

  private void write(byte[] bytes, boolean isLast) {
    try {
      OutputStream out = socket.getOutputStream();
      for (int at = 0; at < bytes.length; ) {
        int size = Math.min(bytes.length - at, size(bytes.length));
        out.write(bytes, at, size);
        at += size;
      }
      if (isLast) socket.shutdownOutput();
    } catch (IOException closed) {
      // The server has closed; what it said before that is judged.
      return;
    }
  }

  private int size(int all) {
    return switch (cut) {
      case WHOLE -> all;
      case BYTES -> all <= BYTES_CUT_MAX ? 1 : 1 + random.nextInt(all / 100);
      case RANDOM -> 1 + random.nextInt(all <= BYTES_CUT_MAX ? 40 : all / 20);
    };
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
