package io.jangada.protocol.memcached;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sends mutated conversations, randomly cut. A connection must answer in well-formed replies and
/// close once the sending side is closed; then the next connection must work.
final class MemcachedFuzz {
  private static final int MILLIS_MAX = 30_000;
  private static final int REQUESTS_PER_CONNECTION = 32;
  private static final int REQUEST_BYTES_MAX = 4_000;
  private static final int REPLY_BYTES_MAX = 64 << 20;
  private static final String[] WORDS = {
    " ",
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\u0080",
    "0",
    "-1",
    "4294967296",
    "2147483646",
    "18446744073709551616",
    "noreply",
    "get ",
    "set ",
    "ms ",
    "mg ",
    " b",
    " q",
    " I",
    " C0",
    "="
  };
  private static final Pattern OTHERS =
      Pattern.compile("dump |slabs |refresh_|watch|shutdown|cache_|lru|extstore|debugtime");
  private static final Pattern BLOCK =
      Pattern.compile("(?:VALUE [^ ]+ [0-9]+|VA) ([0-9]+)(?: .*)?", Pattern.DOTALL);
  private static final Pattern LINE =
      Pattern.compile(
          "(ERROR|CLIENT_ERROR|SERVER_ERROR|VERSION|STAT|HD|EN|NF|NS|EX|ME)([: ].*)?|[0-9]+"
              + "|(STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|OK|END|RESET|MN|BUSY)",
          Pattern.DOTALL);

  private final InetSocketAddress server;
  private final SplittableRandom random;
  private final List<String> requests = new ArrayList<>();

  MemcachedFuzz(InetSocketAddress server, long seed, List<Conversation> conversations) {
    this.server = server;
    random = new SplittableRandom(seed);
    for (Conversation one : conversations)
      for (Conversation.Step step : one.steps())
        if (step instanceof Conversation.Send(Template text)) {
          String digits = text.text().replaceAll("\\{[a-z]+[0-9]?}", "123");
          String bytes = new Template(digits).bytes("fuzz.", Map.of());
          // memcached answers some administration in lines of its own.
          boolean isOther = OTHERS.matcher(bytes).find();
          if (!isOther && bytes.length() <= REQUEST_BYTES_MAX) requests.add(bytes);
        }
  }

  /// @throws AssertionError with what was sent, when a reply is none
  void run(int count) throws IOException, InterruptedException {
    for (int sent = 0; sent < count; sent += REQUESTS_PER_CONNECTION) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < REQUESTS_PER_CONNECTION; i++) all.append(mutated());
      String received = converse(all.toString());
      String wrong = firstWrong(received);
      if (!wrong.isEmpty()) throw new AssertionError("not a reply: " + wrong + "\nto:\n" + all);
      String alive = converse("mn\r\n");
      if (!alive.equals("MN\r\n")) throw new AssertionError("answers no more: " + alive);
    }
  }

  private String mutated() {
    int first = random.nextInt(requests.size());
    StringBuilder text = new StringBuilder(requests.get(first));
    if (first + 1 < requests.size()) text.append(requests.get(first + 1));
    for (int times = random.nextInt(4); times > 0; times--) {
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

  private String converse(String text) throws IOException, InterruptedException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    SplittableRandom cuts = random.split();
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(MILLIS_MAX);
      socket.connect(server, MILLIS_MAX);
      Thread writer = Thread.ofVirtual().start(() -> write(socket, bytes, cuts));
      String received = readAll(socket.getInputStream());
      writer.join();
      return received;
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

  private static String readAll(InputStream in) throws IOException {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    byte[] some = new byte[65_536];
    try {
      for (int count = in.read(some); count >= 0; count = in.read(some)) {
        received.write(some, 0, count);
        if (received.size() > REPLY_BYTES_MAX) throw new AssertionError("replies without end");
      }
    } catch (IOException e) {
      // A server may close with something unread; what it said by then may end anywhere.
      if (!String.valueOf(e.getMessage()).startsWith("Connection reset")) throw e;
      return "";
    }
    return received.toString(StandardCharsets.ISO_8859_1);
  }

  private static String firstWrong(String received) {
    int at = 0;
    while (at < received.length()) {
      int end = received.indexOf("\r\n", at);
      if (end < 0) return received.substring(at);
      String line = received.substring(at, end);
      at = end + 2;
      Matcher block = BLOCK.matcher(line);
      if (block.matches()) {
        at += Integer.parseInt(block.group(1));
        if (!received.startsWith("\r\n", at)) return line;
        at += 2;
      } else if (!LINE.matcher(line).matches()) return line;
    }
    return "";
  }
}
