package io.jangada.protocol.redis;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/// Sends mutated conversations, randomly cut. A connection must answer in well-formed replies and
/// close once the sending side is closed; then the next connection must work.
final class RedisFuzz {
  private static final int MILLIS_MAX = 30_000;
  private static final int REQUESTS_PER_CONNECTION = 32;
  private static final int REQUEST_BYTES_MAX = 4_000;
  private static final int REPLIES_MAX = 100_000;

  /// A first byte that our ports take for that of a TLS handshake, and answer in words of no
  /// protocol.
  private static final String TLS = "\u0016";

  private static final String[] WORDS = {
    " ", "\r\n", "\n", "\r", "\0", "\u0080", "0", "-1", "4294967296", "9223372036854775807",
    "*", "$", "*1\r\n", "*3\r\n", "$3\r\n", "$-1\r\n", "*65537\r\n", "$70000\r\n", "\"", "'",
    "*1\r\n$5\r\nMULTI\r\n", "*1\r\n$4\r\nEXEC\r\n", "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
  };

  /// What waits, ends or changes a Redis, or has it answer nothing.
  private static final Pattern OTHERS =
      Pattern.compile("WAIT|SHUTDOWN|DEBUG|REPLICAOF|SYNC|MONITOR|CONFIG|REPLY|SAVE");

  private final InetSocketAddress server;
  private final SplittableRandom random;
  private final List<String> requests = new ArrayList<>();

  RedisFuzz(InetSocketAddress server, long seed, List<Conversation> conversations) {
    this.server = server;
    random = new SplittableRandom(seed);
    Template template = new Template("fuzz.");
    for (Conversation one : conversations)
      for (Conversation.Step step : one.steps())
        if (step instanceof Conversation.Send(_, String text)) {
          String bytes = new String(template.sent(text), StandardCharsets.ISO_8859_1);
          if (bytes.length() <= REQUEST_BYTES_MAX && !OTHERS.matcher(bytes).find())
            requests.add(bytes);
        }
  }

  /// @param count how many replies to mutated requests there are to be, at least: many connections
  ///   end early, with a protocol error
  /// @throws AssertionError with what was sent, when a reply is none
  void run(int count) throws IOException, InterruptedException {
    int answered = 0;
    for (int connection = 0; answered < count; connection++) {
      if (connection > count) throw new AssertionError("too few replies: " + answered);
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < REQUESTS_PER_CONNECTION; i++) all.append(mutated());
      if (all.indexOf(TLS) == 0) all.deleteCharAt(0);
      try {
        answered += converse(all.toString()).size();
      } catch (AssertionError | IOException e) {
        throw new AssertionError(e.getMessage() + "\nto:\n" + all, e);
      }
      List<String> alive = converse("PING\r\n");
      if (!alive.equals(List.of("+PONG"))) throw new AssertionError("answers no more: " + alive);
    }
  }

  private String mutated() {
    int first = random.nextInt(requests.size());
    StringBuilder text = new StringBuilder(requests.get(first));
    if (first + 1 < requests.size()) text.append(requests.get(first + 1));
    // Most requests stay whole, so that the connection lives to see more of them.
    for (int times = Math.max(0, random.nextInt(10) - 6); times > 0; times--) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(12));
      switch (random.nextInt(5)) {
        case 0 -> text.delete(at, end);
        case 1 -> text.insert(at, text.substring(at, end));
        case 2 -> text.insert(at, (char) random.nextInt(256));
        case 3 -> text.setLength(at);
        default -> text.insert(at, WORDS[random.nextInt(WORDS.length)]);
      }
    }
    return text.toString();
  }

  private List<String> converse(String text) throws IOException, InterruptedException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    SplittableRandom cuts = random.split();
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(MILLIS_MAX);
      socket.connect(server, MILLIS_MAX);
      Thread writer = Thread.ofVirtual().start(() -> write(socket, bytes, cuts));
      List<String> replies = readAll(socket);
      writer.join();
      return replies;
    }
  }

  private static void write(Socket socket, byte[] bytes, SplittableRandom cuts) {
    try {
      OutputStream out = socket.getOutputStream();
      for (int at = 0; at < bytes.length; ) {
        int size = Math.min(bytes.length - at, 1 + cuts.nextInt(1_500));
        out.write(bytes, at, size);
        at += size;
      }
      socket.shutdownOutput();
    } catch (IOException closed) {
      return; // a server may close
    }
  }

  private static List<String> readAll(Socket socket) throws IOException {
    List<String> replies = new ArrayList<>();
    ReplyReader in = new ReplyReader(new BufferedInputStream(socket.getInputStream()));
    try {
      for (String reply = in.next(); reply != null; reply = in.next()) {
        replies.add(reply);
        if (replies.size() > REPLIES_MAX) throw new AssertionError("replies without end");
      }
    } catch (SocketException e) {
      return replies; // closed with something unread: what it said by then may end anywhere
    }
    return replies;
  }
}
