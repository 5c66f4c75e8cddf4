package io.jangada.client;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a server listens for clients: `host:port`, or `[address]:port` for an IPv6 address.
///
/// @param host a name or an address, without brackets
/// @param port 1 to 65535
public record Endpoint(String host, int port) {
  private static final Pattern WRITTEN =
      Pattern.compile("(?:\\[([^\\[\\]\\s]+)]|([^\\[\\]:\\s]+)):([0-9]{1,5})");

  public Endpoint {
    if (host.isEmpty()) throw new IllegalArgumentException("an endpoint without a host");
    if (port < 1 || port > 65_535)
      throw new IllegalArgumentException("port " + port + " of " + host + ": 1 to 65535");
  }

  /// @throws IllegalArgumentException when the text is no endpoint; the message says so
  public static Endpoint parse(String text) {
    Matcher matcher = WRITTEN.matcher(text.strip());
    if (!matcher.matches())
      throw new IllegalArgumentException("'" + text + "' is not of the form host:port");
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return new Endpoint(host, Integer.parseInt(matcher.group(3)));
  }

  /// Endpoints with commas between them, one at least.
  ///
  /// @throws IllegalArgumentException when one of them is none
  public static List<Endpoint> parseList(String text) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String each : text.split(",", -1)) endpoints.add(parse(each));
    return endpoints;
  }

  @Override
  public String toString() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
