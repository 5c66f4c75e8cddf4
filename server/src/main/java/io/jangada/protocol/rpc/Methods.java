package io.jangada.protocol.rpc;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// All methods of a port, by path.
public final class Methods {
  private final Map<String, Method<?>> byPath = new HashMap<>();
  private final Set<String> services = new HashSet<>();

  public Methods(List<Method<?>> methods) {
    for (Method<?> one : methods) {
      if (byPath.put(one.path(), one) != null)
        throw new IllegalArgumentException("two methods " + one.path());
      services.add(service(one.path()));
    }
  }

  private static String service(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  /// Null where there is none.
  Method<?> find(String path) {
    return byPath.get(path);
  }

  /// What a client is told that calls a method that is not there.
  Status unknown(String path) {
    String service = service(path);
    String name = path.substring(service.length());
    String bare = service.length() < 2 ? "" : service.substring(1, service.length() - 1);
    String sentence =
        services.contains(service)
            ? "unknown method " + name + " for service " + bare
            : "unknown service " + bare;
    return new Status(Code.UNIMPLEMENTED, sentence);
  }
}
