package io.jangada.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// What this program was built from: version and commit, written into the jar by the build, and the
/// Java that runs it. The commit is `unknown` where the build had no git.
public record Build(String version, String commit, String java) {
  public static Build read() {
    Properties properties = new Properties();
    try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
      if (in == null) {
        throw new IllegalStateException("build.properties is missing from the program");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("build.properties cannot be read", e);
    }
    return new Build(
        properties.getProperty("version"),
        properties.getProperty("commit"),
        Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
  }

  /// One fact a line, the version first: what `version` and `--version` print.
  public String[] lines() {
    return new String[] {"jangada " + version, "commit  " + commit, "java    " + java};
  }

  /// Gives picocli's `--version` the same lines.
  public static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return read().lines();
    }
  }
}
