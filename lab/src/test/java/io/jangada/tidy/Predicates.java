package io.jangada.tidy;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.DirectMethodHandleDesc;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A method that is named as a question changes nothing: one that answers `boolean` and is called
/// `is…`, `has…`, `may…` or the like assigns no field, and calls no method of ours that does, as
/// far as bytecode shows. What a collection of the JDK, an overriding method or a generated message
/// does is not seen.
final class Predicates {
  /// The superclass of generated messages, which keep for later what they computed once.
  private static final String GENERATED = "com/google/protobuf/GeneratedMessage";

  private static final Pattern QUESTION =
      Pattern.compile("(is|has|may|can|must|needs|wants|should)[A-Z].*\\).*Z");

  /// By class, name and descriptor: whom it calls. What assigns a field stands in `assigning`.
  private final Map<String, Set<String>> calls = new TreeMap<>();

  private final Set<String> assigning = new HashSet<>();
  private final Map<String, String> superclasses = new TreeMap<>();

  private Predicates() {}

  static List<Complaint> check(Collection<byte[]> classes) {
    Predicates facts = new Predicates();
    classes.forEach(bytes -> facts.read(ClassFile.of().parse(bytes)));
    List<Complaint> complaints = new ArrayList<>();
    for (String method : facts.calls.keySet()) {
      if (!QUESTION.matcher(method.substring(method.indexOf('.') + 1)).matches()) continue;
      String culprit = facts.assigningFrom(method, new TreeSet<>());
      if (culprit != null)
        complaints.add(
            new Complaint(
                method.replace('/', '.'),
                "is named as a question and assigns fields, in " + culprit.replace('/', '.'),
                "Name it by what it does"));
    }
    return complaints;
  }

  private void read(ClassModel type) {
    if (type.superclass().filter(parent -> parent.name().equalsString(GENERATED)).isPresent())
      return;
    String name = type.thisClass().asInternalName();
    type.superclass().ifPresent(parent -> superclasses.put(name, parent.asInternalName()));
    for (MethodModel method : type.methods()) {
      String key = name + "." + method.methodName().stringValue() + method.methodType();
      Set<String> called = calls.computeIfAbsent(key, k -> new TreeSet<>());
      // What a new object does to itself changes nothing that was there.
      if (method.methodName().equalsString("<init>")) continue;
      method.code().ifPresent(code -> code.forEach(element -> read(key, element, called)));
    }
  }

  private void read(String method, CodeElement element, Set<String> called) {
    switch (element) {
      case FieldInstruction i
          when i.opcode() == Opcode.PUTFIELD || i.opcode() == Opcode.PUTSTATIC ->
          assigning.add(method);
      case InvokeInstruction i ->
          called.add(i.owner().asInternalName() + "." + i.name() + i.type().stringValue());
      case InvokeDynamicInstruction i ->
          i.bootstrapArgs().stream()
              .filter(DirectMethodHandleDesc.class::isInstance)
              .map(DirectMethodHandleDesc.class::cast)
              .forEach(handle -> called.add(name(handle)));
      default -> {}
    }
  }

  private static String name(DirectMethodHandleDesc handle) {
    String owner = handle.owner().descriptorString();
    return owner.substring(1, owner.length() - 1)
        + "."
        + handle.methodName()
        + handle.lookupDescriptor();
  }

  private String assigningFrom(String method, Set<String> seen) {
    String key = declared(method);
    if (key == null || !seen.add(key)) return null;
    if (assigning.contains(key)) return key;
    for (String called : calls.get(key)) {
      String found = assigningFrom(called, seen);
      if (found != null) return found;
    }
    return null;
  }

  /// The method that a call means: where it is declared, up from the class that the call names.
  private String declared(String method) {
    int dot = method.indexOf('.');
    String rest = method.substring(dot);
    for (String type = method.substring(0, dot); type != null; type = superclasses.get(type))
      if (calls.containsKey(type + rest)) return type + rest;
    return null;
  }
}
