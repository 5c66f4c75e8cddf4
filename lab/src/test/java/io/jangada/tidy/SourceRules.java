package io.jangada.tidy;

import com.sun.source.tree.CaseTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.DefaultCaseLabelTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.PatternCaseLabelTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The rules that only the source shows: names, imports against the arrows (a copied constant
/// leaves no trace in a class file), and switches over a closed set that would hide a new member of
/// it.
final class SourceRules {
  private static final Set<String> CLOSED = Set.of("raft", "kv", "store", "node", "sim");

  private static final Pattern EMPTY_NAME =
      Pattern.compile(
          "\\w*(Impl|Manager|Helpers?|Utils?|Service)|(Base|Abstract)([A-Z]\\w*)?|\\w*Response");
  private static final Pattern INTERFACE_PREFIX = Pattern.compile("I[A-Z][a-z]\\w*");

  private SourceRules() {}

  static List<Complaint> check(SourceFile file) {
    List<Complaint> complaints = new ArrayList<>(imports(file));
    new Trees(file, complaints).scan(file.tree(), null);
    return complaints;
  }

  private static List<Complaint> imports(SourceFile file) {
    if (!file.isMain()) {
      return List.of();
    }
    Set<String> used = new TreeSet<>();
    for (ImportTree line : file.tree().getImports()) {
      String name = "" + line.getQualifiedIdentifier();
      if (name.startsWith(Rooms.ROOT)) {
        used.add(name);
      }
    }
    String user = file.packageName() + "." + simpleName(file.path());
    return Rooms.check(user, used);
  }

  private static String simpleName(String path) {
    return path.substring(path.lastIndexOf('/') + 1, path.length() - ".java".length());
  }

  private static final class Trees extends TreeScanner<Void, Void> {
    private final SourceFile file;
    private final List<Complaint> complaints;

    Trees(SourceFile file, List<Complaint> complaints) {
      this.file = file;
      this.complaints = complaints;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      String name = type.getSimpleName().toString();
      boolean prefixed =
          type.getKind() == Tree.Kind.INTERFACE && INTERFACE_PREFIX.matcher(name).matches();
      if (EMPTY_NAME.matcher(name).matches() || prefixed) {
        complain(type, "the name " + name + " says nothing", "Call it by what it is or does");
      }
      return super.visitClass(type, unused);
    }

    @Override
    public Void visitSwitch(SwitchTree tree, Void unused) {
      checkCases(tree, tree.getCases());
      return super.visitSwitch(tree, unused);
    }

    @Override
    public Void visitSwitchExpression(SwitchExpressionTree tree, Void unused) {
      checkCases(tree, tree.getCases());
      return super.visitSwitchExpression(tree, unused);
    }

    /// A switch by type is over a closed set, or ought to be.
    private void checkCases(Tree tree, List<? extends CaseTree> cases) {
      String room = Rooms.of(file.packageName() + ".").orElse("");
      boolean byType = false;
      boolean open = false;
      for (CaseTree one : cases) {
        for (var label : one.getLabels()) {
          byType |= label instanceof PatternCaseLabelTree;
          open |= label instanceof DefaultCaseLabelTree;
        }
      }
      if (file.isMain() && CLOSED.contains(room) && byType && open) {
        complain(tree, "a switch by type has a default", "Name every case of the sealed type");
      }
    }

    private void complain(Tree tree, String what, String advice) {
      long position = file.trees().getSourcePositions().getStartPosition(file.tree(), tree);
      complaints.add(new Complaint(file.path() + ":" + file.line(position), what, advice));
    }
  }
}
