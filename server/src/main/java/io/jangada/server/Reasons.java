package io.jangada.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Why files could not be used, for people: the JDK often says no more than which file.
public final class Reasons {
  private Reasons() {}

  public static String of(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileAlreadyExistsException exists -> exists.getFile() + " is not a directory";
      case NotDirectoryException file -> file.getFile() + " is not a directory";
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      case FileSystemException other when other.getReason() == null ->
          other.getFile() + " cannot be used (" + other.getClass().getSimpleName() + ")";
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
