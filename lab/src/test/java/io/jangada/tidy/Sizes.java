package io.jangada.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Measures what the house keeps small: the lines of a file and of a method, the columns of a line,
/// the parameters of a method, the components of a record.
///
/// A record that implements an interface is exempt: it is one of a closed set, such as the
/// protocol's messages, and is taken apart by its components.
final class Sizes {
  /// One measured thing; `name` says what is measured and where, so that the ratchet can list it.
  record Size(String name, int measured, int limit) {}

  private static final int FILE_LINES_MAX = 500;
  private static final int METHOD_LINES_MAX = 60;
  private static final int COLUMNS_MAX = 100;
  private static final int PARAMETERS_MAX = 4;
  private static final int COMPONENTS_MAX = 5;

  private Sizes() {}

  /// What is larger than its limit in a file.
  static List<Size> exceeding(SourceFile file) {
    List<Size> sizes = new ArrayList<>();
    List<String> lines = file.text().lines().toList();
    sizes.add(new Size("lines:" + file.path(), lines.size(), FILE_LINES_MAX));
    int widest =
        lines.stream().mapToInt(line -> line.codePointCount(0, line.length())).max().orElse(0);
    sizes.add(new Size("columns:" + file.path(), widest, COLUMNS_MAX));
    new Methods(file, sizes).scan(file.tree(), null);
    return sizes.stream().filter(size -> size.measured() > size.limit()).toList();
  }

  private static final class Methods extends TreeScanner<Void, ClassTree> {
    private final SourceFile file;
    private final List<Size> sizes;

    Methods(SourceFile file, List<Size> sizes) {
      this.file = file;
      this.sizes = sizes;
    }

    @Override
    public Void visitClass(ClassTree type, ClassTree outer) {
      if (type.getKind() == Tree.Kind.RECORD && type.getImplementsClause().isEmpty()) {
        String name = file.path() + "#" + type.getSimpleName();
        sizes.add(new Size("components:" + name, (int) components(type), COMPONENTS_MAX));
      }
      return super.visitClass(type, type);
    }

    @Override
    public Void visitMethod(MethodTree method, ClassTree type) {
      var positions = file.trees().getSourcePositions();
      int first = file.line(positions.getStartPosition(file.tree(), method));
      int last = file.line(positions.getEndPosition(file.tree(), method));
      String name = file.path() + "#" + signature(method, type);
      sizes.add(new Size("method:" + name, last - first + 1, METHOD_LINES_MAX));
      if (!isCanonical(method, type) && !isOverride(method)) {
        sizes.add(new Size("parameters:" + name, method.getParameters().size(), PARAMETERS_MAX));
      }
      return super.visitMethod(method, type);
    }

    private static String signature(MethodTree method, ClassTree type) {
      String types =
          method.getParameters().stream()
              .map(parameter -> "" + parameter.getType())
              .collect(Collectors.joining(","));
      return type.getSimpleName() + "." + method.getName() + "(" + types.replace(" ", "") + ")";
    }

    /// A record's components are its own affair, and its canonical constructor repeats them.
    private static boolean isCanonical(MethodTree method, ClassTree type) {
      return type.getKind() == Tree.Kind.RECORD
          && method.getName().contentEquals("<init>")
          && method.getParameters().size() == components(type);
    }

    /// Its parameters are counted where they were chosen, if that is here.
    private static boolean isOverride(MethodTree method) {
      return method.getModifiers().getAnnotations().stream()
          .anyMatch(one -> one.getAnnotationType().toString().equals("Override"));
    }

    private static long components(ClassTree type) {
      return type.getMembers().stream().filter(Methods::isComponent).count();
    }

    private static boolean isComponent(Tree member) {
      return member instanceof VariableTree variable
          && !variable.getModifiers().getFlags().contains(javax.lang.model.element.Modifier.STATIC);
    }
  }
}
