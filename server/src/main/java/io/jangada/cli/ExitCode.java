package io.jangada.cli;

/// What the process's exit code means, the same for every subcommand and promised to scripts.
public final class ExitCode {
  /// The command did what was asked.
  public static final int OK = 0;

  /// It was asked properly and failed; why is on standard error.
  public static final int FAILED = 1;

  /// The command line itself was wrong; nothing was done.
  public static final int USAGE = 2;

  /// The key that was asked for does not exist.
  public static final int KEY_NOT_FOUND = 3;

  /// A guarded write found its guard untrue; nothing was changed.
  public static final int PRECONDITION_FAILED = 4;

  /// No leader could be reached in time, or no JDK that can run the program was found
  /// (`EX_UNAVAILABLE` of `sysexits.h`). The launchers in `bin/` use it too.
  public static final int UNAVAILABLE = 69;

  private ExitCode() {}
}
