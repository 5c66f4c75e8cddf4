package io.jangada.server;

import java.util.List;

/// A configuration that cannot be used, with everything that is wrong with it: a sentence each,
/// which names the field and where it stands.
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
