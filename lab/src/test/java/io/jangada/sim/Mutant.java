package io.jangada.sim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The program with one bug planted: one source file is changed and compiled in memory, and
/// everything of ours is loaded anew around it. Production code knows nothing of this.
///
/// A mutation is a text file:
///
/// ```
/// # What is wrong with it, in a sentence.
/// file io/jangada/raft/RaftNode.java
/// seed 17
/// ---- replace
/// the lines that are there
/// ---- by
/// the lines that take their place
/// ```
///
/// `seed` is the first seed that catches it within seconds, and `caught` what that seed breaks,
/// when both were last searched for. A line `without order` has seeds run without what they ask of
/// order and history ([Simulation#runWithoutOrder]). There may be several pairs of `replace` and
/// `by`. What is to be replaced must be there exactly once; white space at the ends of lines does
/// not count.
record Mutant(
    String name, String title, String file, Seed seed, String caught, List<Change> changes) {
  record Change(String from, String to) {}

  /// @param way the method of [Simulation] that runs it
  record Seed(long number, String way) {}

  private static final Path SOURCES = Path.of("server/src/main/java");

  static Mutant read(Path path) throws IOException {
    String title = "";
    String file = "";
    long seed = 1;
    String way = "run";
    String caught = "";
    List<Change> changes = new ArrayList<>();
    StringBuilder from = new StringBuilder();
    StringBuilder to = new StringBuilder();
    StringBuilder into = null;
    for (String line : Files.readAllLines(path)) {
      if (line.startsWith("---- replace")) {
        if (into != null) changes.add(new Change(from.toString().strip(), to.toString().strip()));
        from.setLength(0);
        to.setLength(0);
        into = from;
      } else if (line.startsWith("---- by")) into = to;
      else if (into != null) into.append(line.strip()).append('\n');
      else if (line.startsWith("# "))
        title = title + (title.isEmpty() ? "" : " ") + line.substring(2);
      else if (line.startsWith("file ")) file = line.substring(5).strip();
      else if (line.startsWith("caught ")) caught = line.substring(7);
      else if (line.equals("without order")) way = "runWithoutOrder";
      else if (line.startsWith("seed ")) seed = Long.parseLong(line.substring(5).strip());
      else if (!line.isBlank()) throw new IllegalArgumentException(path + ": " + line);
    }
    changes.add(new Change(from.toString().strip(), to.toString().strip()));
    String name = path.getFileName().toString().replace(".txt", "");
    return new Mutant(name, title, file, new Seed(seed, way), caught, changes);
  }

  /// The changed source. Fails when what is to be replaced is not there exactly once: the mutation
  /// is out of date then.
  private String mutated() throws IOException {
    StringBuilder normal = new StringBuilder();
    for (String line : Files.readAllLines(SOURCES.resolve(file)))
      normal.append(line.strip()).append('\n');
    String source = normal.toString();
    for (Change change : changes) {
      int at = source.indexOf(change.from);
      if (change.from.isBlank() || at < 0 || source.indexOf(change.from, at + 1) >= 0)
        throw new IllegalStateException(
            name + " is out of date: this is not exactly once in " + file + ":\n" + change.from);
      source = source.replace(change.from, change.to);
    }
    return source;
  }

  /// Runs a seed on the mutated program. Returns what was broken, or null.
  Run load() throws IOException {
    SortedMap<String, byte[]> compiled = compile();
    ClassLoader loader = new Loader(compiled);
    return seed -> {
      try {
        Object report =
            loader
                .loadClass(Simulation.class.getName())
                .getMethod(this.seed.way, long.class, Consumer.class)
                .invoke(null, seed, null);
        return (String) report.getClass().getMethod("failure").invoke(report);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(name + " cannot be run", e);
      }
    };
  }

  /// Writes down which seed is the first to catch it, and what it broke.
  void record(Path path, long seed, String failure) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      if (line.startsWith("caught ")) continue;
      lines.add(line.startsWith("seed ") ? "seed " + seed : line);
      if (line.startsWith("seed ")) lines.add("caught " + failure.lines().findFirst().orElse(""));
    }
    Files.write(path, lines);
  }

  interface Run {
    String failureOf(long seed);
  }

  private SortedMap<String, byte[]> compile() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    SortedMap<String, ByteArrayOutputStream> classes = new TreeMap<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(problems, null, null)) {
      JavaFileManager inMemory =
          new ForwardingJavaFileManager<>(files) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
              return new SimpleJavaFileObject(URI.create("mem:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                  ByteArrayOutputStream out = new ByteArrayOutputStream();
                  classes.put(className, out);
                  return out;
                }
              };
            }
          };
      String source = mutated();
      JavaFileObject unit =
          new SimpleJavaFileObject(URI.create("mem:///" + file), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
              return source;
            }
          };
      List<String> options =
          List.of("-cp", System.getProperty("java.class.path"), "-proc:none", "-nowarn");
      boolean good =
          compiler.getTask(null, inMemory, problems, options, null, List.of(unit)).call();
      if (!good)
        throw new IllegalStateException(
            name
                + " does not compile: "
                + problems.getDiagnostics().getFirst().getMessage(Locale.ROOT));
    }
    SortedMap<String, byte[]> bytes = new TreeMap<>();
    classes.forEach((className, out) -> bytes.put(className, out.toByteArray()));
    return bytes;
  }

  private static final class Loader extends ClassLoader {
    private final SortedMap<String, byte[]> changed;

    Loader(SortedMap<String, byte[]> changed) {
      super(Mutant.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.jangada.")) return super.loadClass(name, resolve);
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) return loaded;
        byte[] bytes = changed.get(name);
        try {
          if (bytes == null) bytes = bytesOf(name);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        return defineClass(name, bytes, 0, bytes.length);
      }
    }

    private byte[] bytesOf(String name) throws IOException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        return in.readAllBytes();
      }
    }
  }
}
