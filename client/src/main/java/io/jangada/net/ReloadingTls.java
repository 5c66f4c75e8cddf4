package io.jangada.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TLS whose files are read again when they change, or when that is asked for. Files that cannot be
/// used change nothing but a counter, and are logged. For any thread.
public final class ReloadingTls {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadingTls.class);

  private final String port;
  private final TlsFiles files;
  private final TlsPolicy policy;
  private final AtomicLong reloads = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /// What the files looked like before they were read the last time. This object's monitor guards
  /// it, and the next.
  private List<Object> known;

  /// What they looked like when they last differed from that.
  private List<Object> changed;

  private volatile TlsContext context;

  private ReloadingTls(String port, TlsFiles files, TlsPolicy policy) throws TlsException {
    this.port = port;
    this.files = files;
    this.policy = policy;
    known = look(files);
    context = TlsContext.load(files, policy);
  }

  /// Reads the files.
  ///
  /// @param port what it is for, for people
  /// @throws TlsException when they cannot be used
  public static ReloadingTls open(String port, TlsFiles files, TlsPolicy policy)
      throws TlsException {
    return new ReloadingTls(port, files, policy);
  }

  /// As the files were when they could last be used.
  public TlsContext context() {
    return context;
  }

  public String port() {
    return port;
  }

  /// Calls this after each reload that changed something, on the thread that reloads.
  public void onReload(Runnable listener) {
    listeners.add(listener);
  }

  /// Reads the files again if they have changed, and have not changed since the last call: a
  /// certificate and its key are not replaced in one step. To be called each second.
  public synchronized void reloadIfChanged() {
    List<Object> now = look(files);
    if (now.equals(known)) {
      changed = null;
      return;
    }
    boolean settled = now.equals(changed);
    changed = now;
    if (!settled) return;
    try {
      reload();
    } catch (TlsException e) {
      LOG.warn("the {} port goes on with its old TLS files: {}", port, e.getMessage());
    }
  }

  /// Reads the files again.
  ///
  /// @throws TlsException when they cannot be used; all stays as it was
  public synchronized void reload() throws TlsException {
    known = look(files);
    changed = null;
    try {
      context = TlsContext.load(files, policy);
    } catch (TlsException e) {
      failures.incrementAndGet();
      throw e;
    }
    reloads.incrementAndGet();
    LOG.info(
        "the {} port uses its TLS files as they are now; its certificate expires {}",
        port,
        context.expiry().map(String::valueOf).orElse("never"));
    for (Runnable listener : listeners) listener.run();
  }

  public long reloads() {
    return reloads.get();
  }

  public long failures() {
    return failures.get();
  }

  private static List<Object> look(TlsFiles files) {
    List<Object> seen = new ArrayList<>();
    files
        .all()
        .forEach(
            file -> {
              try {
                var is = Files.readAttributes(file, BasicFileAttributes.class);
                seen.add(List.of(is.lastModifiedTime(), is.size(), "" + is.fileKey()));
              } catch (IOException e) {
                seen.add("missing");
              }
            });
    return seen;
  }
}
