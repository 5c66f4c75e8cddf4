package io.jangada.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a compiled class says about itself: every type it mentions anywhere, and what its code
/// does.
///
/// The types come from the constant pool, which holds every class an instruction, a supertype, an
/// exception or a permitted subclass names, and as text every descriptor, generic signature and
/// annotation: nothing the class file can say about another class escapes it. Only the value of a
/// constant copied by the compiler leaves no trace; [SourceRules] reads the imports for that.
///
/// A fact is a line of text that the bans match against: `type T`, `call T.name(descriptor)`,
/// `field T.name`, `op NAME`, `flag NAME`.
record ClassFacts(String name, Set<String> types, List<Fact> facts) {
  /// One fact and the member it was found in.
  record Fact(String where, String text) {}

  private static final Pattern DESCRIPTOR = Pattern.compile("[(\\[<L].*L[\\w$/]+[;<].*|L[\\w$/]+;");
  private static final Pattern TYPE = Pattern.compile("L([\\w$]+(?:/[\\w$]+)*)(?=[;<])");

  /// All class files in some folders.
  static List<byte[]> bytesOf(List<Path> folders) {
    List<byte[]> all = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList())
          all.add(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  static ClassFacts read(byte[] bytes) {
    ClassModel model = ClassFile.of().parse(bytes);
    Set<String> types = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      mentioned(entry, types);
    }
    List<Fact> facts = new ArrayList<>();
    types.forEach(type -> facts.add(new Fact("class", "type " + type)));
    for (FieldModel field : model.fields()) {
      if (field.flags().has(AccessFlag.VOLATILE)) {
        facts.add(new Fact("field " + field.fieldName().stringValue(), "flag volatile"));
      }
    }
    for (MethodModel method : model.methods()) {
      readMethod(method, facts);
    }
    return new ClassFacts(dotted(model.thisClass().asInternalName()), types, facts);
  }

  private static void mentioned(PoolEntry entry, Set<String> types) {
    switch (entry) {
      case ClassEntry type when type.asInternalName().startsWith("[") ->
          named(type.asInternalName(), types);
      case ClassEntry type -> types.add(dotted(type.asInternalName()));
      case Utf8Entry text when DESCRIPTOR.matcher(text.stringValue()).matches() ->
          named(text.stringValue(), types);
      default -> {}
    }
  }

  private static void named(String descriptor, Set<String> types) {
    Matcher matcher = TYPE.matcher(descriptor);
    while (matcher.find()) {
      types.add(dotted(matcher.group(1)));
    }
  }

  private static void readMethod(MethodModel method, List<Fact> facts) {
    String where = "method " + method.methodName().stringValue();
    if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
      facts.add(new Fact(where, "flag synchronized"));
    }
    method
        .code()
        .ifPresent(code -> code.forEach(element -> facts.addAll(readElement(where, element))));
  }

  private static List<Fact> readElement(String where, CodeElement element) {
    List<Fact> facts = new ArrayList<>();
    switch (element) {
      case InvokeInstruction i ->
          facts.add(
              call(where, dotted(i.owner().asInternalName()), i.name() + i.type().stringValue()));
      case FieldInstruction i ->
          facts.add(
              new Fact(where, "field " + dotted(i.owner().asInternalName()) + "." + i.name()));
      case InvokeDynamicInstruction i -> {
        for (ConstantDesc argument : i.bootstrapArgs()) {
          if (argument instanceof DirectMethodHandleDesc handle) {
            facts.add(referred(where, handle));
          }
        }
      }
      case Instruction i -> facts.add(new Fact(where, "op " + i.opcode()));
      default -> {}
    }
    return facts;
  }

  /// A method reference or lambda body: `HashSet::new` is as good as a call.
  private static Fact referred(String where, DirectMethodHandleDesc handle) {
    String owner = handle.owner().descriptorString();
    boolean constructor = handle.kind() == DirectMethodHandleDesc.Kind.CONSTRUCTOR;
    String name = constructor ? "<init>" : handle.methodName();
    return call(
        where, dotted(owner.substring(1, owner.length() - 1)), name + handle.lookupDescriptor());
  }

  private static Fact call(String where, String owner, String method) {
    return new Fact(where, "call " + owner + "." + method);
  }

  private static String dotted(String internalName) {
    return internalName.replace('/', '.');
  }
}
