package io.jangada.tidy;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Compiles small sources in memory, so that a rule can be shown a class that breaks it.
final class Planted {
  private Planted() {}

  /// The facts of every class in the sources, by class name.
  static Map<String, ClassFacts> compile(Map<String, String> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> inputs = new ArrayList<>();
    sources.forEach((path, text) -> inputs.add(new SourceFile.Text(path, text)));
    List<String> problems = new ArrayList<>();
    var files = new InMemory(compiler.getStandardFileManager(null, null, null));
    List<String> options = List.of("-proc:none", "-Xlint:none", "-nowarn");
    boolean compiled =
        compiler
            .getTask(null, files, d -> problems.add(d.toString()), options, null, inputs)
            .call();
    if (!compiled) {
      throw new IllegalArgumentException("a planted source does not compile: " + problems);
    }
    Map<String, ClassFacts> facts = new TreeMap<>();
    for (ByteArrayOutputStream bytes : files.written) {
      ClassFacts one = ClassFacts.read(bytes.toByteArray());
      facts.put(one.name(), one);
    }
    return facts;
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final List<ByteArrayOutputStream> written = new ArrayList<>();

    InMemory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      var bytes = new ByteArrayOutputStream();
      written.add(bytes);
      return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }
  }
}
