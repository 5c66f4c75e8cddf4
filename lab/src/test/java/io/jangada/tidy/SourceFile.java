package io.jangada.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// A Java source, parsed but not compiled: its path from the root of the repository, its text, its
/// tree, and the way from a tree to a line.
record SourceFile(String path, String text, CompilationUnitTree tree, Trees trees) {
  /// The number of the line a position in the text is on, from 1.
  int line(long position) {
    return (int) tree.getLineMap().getLineNumber(position);
  }

  /// The package the file stands in, empty for none.
  String packageName() {
    return tree.getPackageName() == null ? "" : tree.getPackageName().toString();
  }

  boolean isMain() {
    return path.contains("/src/main/");
  }

  /// All sources of all modules.
  static List<SourceFile> readAll(Path root) {
    Map<String, String> texts = new TreeMap<>();
    for (String module : Rooms.MODULES) {
      try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          texts.put(root.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return parse(texts);
  }

  /// Parses sources given as path and text.
  static List<SourceFile> parse(Map<String, String> texts) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> inputs = new ArrayList<>();
    texts.forEach((path, text) -> inputs.add(new Text(path, text)));
    JavacTask task =
        (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, inputs);
    Trees trees = Trees.instance(task);
    List<SourceFile> parsed = new ArrayList<>();
    try {
      for (CompilationUnitTree tree : task.parse()) {
        String path = tree.getSourceFile().getName().substring(1);
        parsed.add(new SourceFile(path, texts.get(path), tree, trees));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return parsed;
  }

  /// A source the compiler reads from memory.
  static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(String path, String text) {
      super(URI.create("memory:///" + path), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
