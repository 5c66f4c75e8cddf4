package io.jangada.cli;

import io.jangada.server.Build;
import picocli.CommandLine.IVersionProvider;

/// What `--version` says of every command.
public final class BuildInfo {
  private BuildInfo() {}

  public static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return Build.read().lines();
    }
  }
}
