package io.jangada.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/// Listens to the signals that ask a process to end. The JDK's class for that is no official part
/// of it, so it is looked up at run time; where there is none, the JVM's shutdown hooks do.
final class Signals {
  private Signals() {}

  /// @param asked called with the number of the signal, on a thread of its own, for each that comes
  /// @return whether signals will be received
  static boolean listen(Consumer<Integer> asked) {
    return listen("TERM", 15, asked) & listen("INT", 2, asked);
  }

  private static boolean listen(String name, int number, Consumer<Integer> asked) {
    InvocationHandler called =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                asked.accept(number);
                yield null;
              }
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> number;
              default -> "signals";
            };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, called);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false;
    }
  }
}
