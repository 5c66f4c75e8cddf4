package io.jangada.protocol.rpc;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The paths of HTTP/1.1 at which methods are called with JSON.
public final class JsonRoutes {
  /// @param path of the method
  /// @param method null for one that is not there
  /// @param isStream whether it answers with any number of messages, rather than one
  record Route(String path, Method<?> method, boolean isStream) {}

  private final Map<String, Route> routes = new HashMap<>();
  private final Methods methods;

  /// @param paths paths of methods, by the path of HTTP/1.1
  /// @param streams paths of those methods that answer with any number of messages
  public JsonRoutes(Map<String, String> paths, Set<String> streams, Methods methods) {
    this.methods = methods;
    paths.forEach(
        (path, method) ->
            routes.put(path, new Route(method, methods.find(method), streams.contains(method))));
  }

  /// Null where there is none.
  Route find(String path) {
    return routes.get(path);
  }

  /// What a client is told that calls a method that is not there.
  Status unknown(Route route) {
    return methods.unknown(route.path);
  }
}
