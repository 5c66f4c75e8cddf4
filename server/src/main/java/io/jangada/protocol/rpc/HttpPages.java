package io.jangada.protocol.rpc;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What a port answers over HTTP/1.1 beside its methods, to be read with GET.
public interface HttpPages {
  boolean has(String path);

  /// Gives a page that there is. Returns at once.
  ///
  /// @param query what stands behind the path, by name
  /// @param then called once, from any thread
  void get(String path, Map<String, List<String>> query, Consumer<Page> then);

  /// @param code in HTTP's numbers
  /// @param type of the body
  record Page(int code, String type, byte[] body) {
    public static Page text(int code, String text) {
      return new Page(code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    public static Page json(int code, String json) {
      return new Page(code, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }
  }
}
