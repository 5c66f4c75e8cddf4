package io.jangada.harness;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/// Runs another main class, and halts the process when its standard input ends: a server that is
/// started so cannot outlive the harness, however that ended. A signal stops it as it would
/// without.
public final class Leash {
  private static final int HALTED = 137;

  private Leash() {}

  /// @param args the name of the main class, and what it is to be given
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread.ofPlatform().daemon().name("leash").start(Leash::watch);
    try {
      Class.forName(args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void watch() {
    try {
      while (System.in.read() >= 0) continue;
    } catch (IOException e) {
      // As good as the end.
    }
    Runtime.getRuntime().halt(HALTED);
  }
}
