package io.jangada.cli;

import io.jangada.server.Build;
import picocli.CommandLine.IVersionProvider;

/// What `--version` says of every command.
final class BuildInfo {
  private BuildInfo() {}

  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return Build.read().lines();
    }
  }
}
