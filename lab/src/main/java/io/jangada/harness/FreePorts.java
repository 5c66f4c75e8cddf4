package io.jangada.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Ports of loopback that are not in use, from below those that the operating system gives to
/// outgoing connections: a port from there could be taken, while its server is down, by another
/// process's connection. JVMs that run tests at the same time have shares of them, told by
/// `-Djangada.fork`: a port that one has given to a server which is down is not given by another.
public final class FreePorts {
  private static final int FIRST = 10_000;
  private static final int END = 32_000;
  private static final int TRIES_MAX = 10_000;
  private static final int SHARES = 4;
  private static final int SHARE = (END - FIRST) / SHARES;
  private static final int LEAST =
      FIRST + Math.floorMod(Integer.getInteger("jangada.fork", 0), SHARES) * SHARE;

  private final RandomGenerator random;
  private final Set<Integer> given = new LinkedHashSet<>();

  public FreePorts(RandomGenerator random) {
    this.random = random;
  }

  /// One that it has not given before.
  public int next() throws IOException {
    for (int tried = 0; tried < TRIES_MAX; tried++) {
      int port = random.nextInt(LEAST, LEAST + SHARE);
      if (!given.contains(port)
          && isFree(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
        given.add(port);
        return port;
      }
    }
    throw new IOException("there is no free port from " + LEAST + " on");
  }

  static boolean isFree(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address, 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
