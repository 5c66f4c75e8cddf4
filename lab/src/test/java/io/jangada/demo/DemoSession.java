package io.jangada.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.LogSetup;
import io.jangada.store.OsDisk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A demo as somebody uses it who types a line, reads what comes, and types the next one. Every
/// wait is for a line of output, and bounded.
final class DemoSession implements AutoCloseable {
  private static final long BOUND_SECONDS = 60;

  static {
    LogSetup.silence(); // as the command does
  }

  /// What a demo said and how it ended.
  record Ran(int code, String out, String err) {}

  private final Page out = new Page();
  private final Page err = new Page();
  private final Typed typed = new Typed();
  private final CompletableFuture<Integer> code = new CompletableFuture<>();

  private DemoSession(Demo.Options options, boolean terminal, DemoMember.DiskOpener opener) {
    Demo.Streams streams =
        new Demo.Streams(typed, new PrintWriter(out), new PrintWriter(err), terminal, false);
    Thread.ofPlatform().daemon().start(() -> code.complete(Demo.run(options, streams, opener)));
  }

  private static Demo.Options at(Path data) {
    return new Demo.Options(0, data, false, false, false);
  }

  static DemoSession script(Path data) {
    return script(data, OsDisk::new);
  }

  static DemoSession script(Demo.Options options) {
    return new DemoSession(options, false, OsDisk::new);
  }

  static DemoSession script(Path data, DemoMember.DiskOpener opener) {
    return new DemoSession(at(data), false, opener);
  }

  static DemoSession terminal(Path data) {
    return new DemoSession(at(data), true, OsDisk::new);
  }

  /// Plays a whole script.
  static Ran play(Demo.Options options, String... lines) {
    return play(options, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  static Ran play(Demo.Options options, byte[] input) {
    Page out = new Page();
    Page err = new Page();
    int code =
        Demo.run(
            options,
            new Demo.Streams(
                new ByteArrayInputStream(input),
                new PrintWriter(out),
                new PrintWriter(err),
                false,
                false));
    return new Ran(code, out.text(), err.text());
  }

  void type(String line) {
    typed.lines.add((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// The next answer that has this in it.
  MatchResult answer(String pattern) {
    return out.next(pattern);
  }

  /// The next line of the cluster's life, or complaint, that has this in it.
  MatchResult hear(String pattern) {
    return err.next(pattern);
  }

  String out() {
    return out.text();
  }

  /// @return the exit code
  int end() {
    typed.lines.add(Typed.END);
    return code.orTimeout(BOUND_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    end();
  }

  /// Output that can be waited for.
  private static final class Page extends Writer {
    private final StringBuilder text = new StringBuilder();
    private int read;

    @Override
    public synchronized void write(char[] chars, int offset, int length) {
      text.append(chars, offset, length);
      notifyAll();
    }

    /// Goes on behind the match.
    synchronized MatchResult next(String pattern) {
      Matcher matcher = Pattern.compile(pattern).matcher(text);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
      try {
        while (!matcher.reset().find(read)) {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          assertThat(left).as("'%s' never came in%n%s", pattern, text).isPositive();
          wait(left);
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      read = matcher.end();
      return matcher.toMatchResult();
    }

    synchronized String text() {
      return text.toString();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /// Input that comes as it is typed.
  private static final class Typed extends InputStream {
    private static final byte[] END = {};

    private final BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();
    private byte[] line = {0};
    private int at = 1;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        if (line != END && at == line.length) {
          line = lines.take();
          at = 0;
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (line == END) return -1;
      int count = Math.min(length, line.length - at);
      System.arraycopy(line, at, target, offset, count);
      at += count;
      return count;
    }
  }
}
