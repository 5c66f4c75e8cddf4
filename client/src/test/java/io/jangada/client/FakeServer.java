package io.jangada.client;

import io.jangada.bytes.Bytes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A server of the text protocol on the loopback that answers what a test tells it to.
public final class FakeServer implements AutoCloseable {
  /// At the end of an answer: the connection is closed after it.
  public static final String CLOSE = "\u0000";

  /// No answer, now or ever.
  public static final String SILENCE = "";

  /// A command that arrived.
  ///
  /// @param once `<client> <number>`, or empty
  /// @param line what follows that
  /// @param connection 0 for the first
  public record Asked(String once, String line, Bytes data, int connection) {
    public String word(int place) {
      return line.split(" ")[place];
    }

    public long number() {
      return Long.parseLong(once.split(" ")[1]);
    }
  }

  /// What to answer, as it goes over the wire.
  public interface Script {
    String answer(Asked asked) throws InterruptedException;
  }

  private final ServerSocket listener;
  private final Script script;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Asked> all = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Asked> arriving = new LinkedBlockingQueue<>();

  public FakeServer(Script script) throws IOException {
    this.script = script;
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /// A port that nobody listens on.
  public static Endpoint nowhere() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new Endpoint("127.0.0.1", socket.getLocalPort());
    }
  }

  public Endpoint endpoint() {
    return new Endpoint("127.0.0.1", listener.getLocalPort());
  }

  /// All commands that arrived so far.
  public List<Asked> asked() {
    return List.copyOf(all);
  }

  public int connections() {
    return connections.get();
  }

  /// The next command that arrives, or has arrived and was not taken yet.
  public Asked take() throws InterruptedException {
    Asked next = arriving.poll(30, TimeUnit.SECONDS);
    if (next == null) throw new AssertionError("no command came");
    return next;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        int number = connections.getAndIncrement();
        Thread.startVirtualThread(() -> serve(socket, number));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      for (Asked asked = read(in, number); asked != null; asked = read(in, number)) {
        all.add(asked);
        arriving.add(asked);
        String answer = script.answer(asked);
        boolean close = answer.endsWith(CLOSE);
        String said = close ? answer.substring(0, answer.length() - 1) : answer;
        out.write(said.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        if (close) return;
      }
    } catch (IOException | InterruptedException e) {
      // the other side left, or the test is over
    } finally {
      sockets.remove(socket);
    }
  }

  private static Asked read(InputStream in, int connection) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) return null;
      text.append((char) c);
    }
    String line = text.toString().strip();
    String once = "";
    if (line.startsWith("once ")) {
      String[] words = line.split(" ", 4);
      once = words[1] + " " + words[2];
      line = words[3];
    }
    boolean hasData = line.startsWith("set ") || line.startsWith("cas ");
    int length = hasData ? Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)) : 0;
    return new Asked(once, line, Bytes.wrap(in.readNBytes(length)), connection);
  }

  /// Refuses connections from now on, and cuts those there are.
  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) socket.close();
  }
}
