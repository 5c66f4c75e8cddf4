package io.jangada.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the deterministic rooms may not touch, because it would make two runs of one seed differ or
/// let a second thread in: clocks, hidden dice, threads and locks, unordered collections, identity,
/// floating point, the environment, input and output.
///
/// The tables are the whole of it: bans, and the few classes exempt from one, each with its reason.
final class Bans {
  private static final Set<String> PURE =
      Set.of("bytes", "raft", "kv", "store", "node", "sim", "check");
  private static final Set<String> ORDERED = Set.of("bytes", "raft", "kv", "store", "node", "sim");
  private static final Set<String> INTEGRAL = Set.of("bytes", "raft", "kv", "store", "node");

  private static final String UNORDERED = "an unordered collection";

  private static final String[] FLOATING = {
    "op FADD", "op FSUB", "op FMUL", "op FDIV", "op FREM", "op FNEG", "op FCMPL", "op FCMPG",
    "op DADD", "op DSUB", "op DMUL", "op DDIV", "op DREM", "op DNEG", "op DCMPL", "op DCMPG",
    "op I2F", "op I2D", "op L2F", "op L2D", "op F2I", "op F2L", "op D2I", "op D2L",
    "op F2D", "op D2F"
  };

  /// A class that may do what its room may not, and why. Its nested classes may, too.
  private record Exemption(String className, String ban, String reason) {
    boolean covers(String name, String banName) {
      return Rooms.outermost(name).equals(className) && ban.equals(banName);
    }
  }

  private static final List<Exemption> EXEMPTIONS =
      List.of(
          new Exemption("io.jangada.bytes.Bytes", "a variable handle", "compares by words"),
          new Exemption("io.jangada.raft.PackedEntries", "a variable handle", "numbers in pages"),
          new Exemption("io.jangada.kv.memory.NodeTable", "a variable handle", "numbers in pages"),
          new Exemption("io.jangada.kv.memory.Slab", "a variable handle", "numbers in pages"),
          new Exemption("io.jangada.kv.Sessions", UNORDERED, "looks up; order is kept beside it"),
          new Exemption("io.jangada.node.Inbox", "a thread or lock", "threads meet here"),
          new Exemption("io.jangada.node.ThreadExecutor", "a thread or lock", "owns a replica"),
          new Exemption(
              "io.jangada.node.ReplicaExecutor", "a clock", "wakes when something is due"),
          new Exemption("io.jangada.node.LoopExecutor", "a thread or lock", "owns a replica"),
          new Exemption("io.jangada.store.StoreThread", "a thread or lock", "owns a log's disk"),
          new Exemption("io.jangada.store.BoundedQueue", "a thread or lock", "threads meet here"),
          new Exemption("io.jangada.store.OsDisk", "a thread or lock", "a process has one lock"),
          new Exemption("io.jangada.store.OsDisk", "input or output", "is the real disk"));

  private static final List<Ban> ALL =
      List.of(
          Ban.of(
              "a clock",
              PURE,
              "Time enters as Input.Tick, or through node.Clock",
              "call java.lang.System.nanoTime(*",
              "call java.lang.System.currentTimeMillis(*",
              "call java.time.*.now(*",
              "call java.time.Clock.system*",
              "call java.time.Clock.tick*",
              "call java.time.InstantSource.system*",
              "call java.util.Date.<init>()V",
              "type java.util.Calendar"),
          Ban.of(
              "hidden dice",
              PURE,
              "Draw from the RandomGenerator that was passed in",
              "call java.lang.Math.random(*",
              "call java.lang.StrictMath.random(*",
              "call java.util.Random.<init>()V",
              "call java.util.SplittableRandom.<init>()V",
              "call java.util.UUID.randomUUID(*",
              "call java.util.Collections.shuffle(Ljava/util/List;)V",
              "call java.util.random.RandomGenerator.getDefault(*",
              "call java.util.random.RandomGenerator*.of(*",
              "call java.util.random.RandomGenerator*.create()*",
              "type java.security.SecureRandom",
              "type java.util.concurrent.ThreadLocalRandom"),
          Ban.of(
              "a thread or lock",
              PURE,
              "One thread owns the state; threads meet in node.Inbox",
              "type java.lang.Thread",
              "type java.lang.Thread$*",
              "type java.lang.ThreadLocal",
              "type java.util.Timer",
              "type java.util.TimerTask",
              "type java.util.concurrent.*",
              "call *.wait()V",
              "call *.wait(J)V",
              "call *.notify()V",
              "call *.notifyAll()V",
              "op MONITORENTER",
              "flag synchronized",
              "flag volatile"),
          Ban.of(
              "a variable handle",
              PURE,
              "One thread owns the state: a plain field will do",
              "type java.lang.invoke.VarHandle"),
          Ban.of(
              "a parallel stream",
              PURE,
              "Use a plain loop or a sequential stream",
              "call *.parallelStream()*",
              "call java.util.stream.*.parallel()*",
              "call java.util.Arrays.parallel*"),
          Ban.of(
              UNORDERED,
              ORDERED,
              "Use TreeMap, TreeSet, LinkedHashMap, LinkedHashSet or a sorted array; a class that"
                  + " only looks up may be entered in the exemptions of Bans, with the reason",
              "type java.util.HashMap",
              "type java.util.HashSet",
              "type java.util.Hashtable",
              "type java.util.WeakHashMap",
              "call java.util.Set.of(*",
              "call java.util.Set.copyOf(*",
              "call java.util.Map.of(*",
              "call java.util.Map.ofEntries(*",
              "call java.util.Map.copyOf(*",
              "call java.util.stream.Collectors.toSet(*",
              "call java.util.stream.Collectors.toUnmodifiableSet(*",
              "call java.util.stream.Collectors.toUnmodifiableMap(*",
              "call java.util.stream.Collectors.toMap(Ljava/util/function/Function;"
                  + "Ljava/util/function/Function;)*",
              "call java.util.stream.Collectors.toMap(Ljava/util/function/Function;"
                  + "Ljava/util/function/Function;Ljava/util/function/BinaryOperator;)*",
              "call java.util.stream.Collectors.groupingBy(Ljava/util/function/Function;)*",
              "call java.util.stream.Collectors.groupingBy(Ljava/util/function/Function;"
                  + "Ljava/util/stream/Collector;)*"),
          Ban.of(
              "identity",
              PURE,
              "Identity hashes differ from run to run: give the type equals and hashCode",
              "call java.lang.System.identityHashCode(*",
              "call java.lang.Object.hashCode(*",
              "type java.util.IdentityHashMap"),
          Ban.of(
              "floating point",
              INTEGRAL,
              "Count in whole numbers: thousandths, ticks, bytes",
              FLOATING),
          Ban.of(
              "reflection",
              PURE,
              "Name the class in the source",
              "type java.lang.reflect.*",
              "type java.util.ServiceLoader",
              "call java.lang.invoke.MethodHandles.*lookup*",
              "call java.lang.Class.forName(*",
              "call java.lang.Class.getMethod*",
              "call java.lang.Class.getField*",
              "call java.lang.Class.getConstructor*",
              "call java.lang.Class.getDeclared*",
              "call java.lang.Class.getResource*"),
          Ban.of(
              "the environment",
              PURE,
              "Pass the setting in as a constructor argument",
              "call java.lang.System.getenv(*",
              "call java.lang.System.getProperty(*",
              "call java.lang.System.getProperties(*",
              "call java.lang.System.lineSeparator(*",
              "call java.lang.System.exit(*",
              "call java.lang.Integer.getInteger(*",
              "call java.lang.Long.getLong(*",
              "call java.lang.Boolean.getBoolean(*",
              "type java.lang.Runtime"),
          Ban.of(
              "printing or logging",
              PURE,
              "What people should know leaves as an event or a return value",
              "field java.lang.System.out",
              "field java.lang.System.err",
              "field java.lang.System.in",
              "call *.printStackTrace()V",
              "type java.lang.System$Logger",
              "type java.util.logging.*"),
          Ban.of(
              "input or output",
              PURE,
              "The disk is store.Disk, the network is node.Transport",
              "type java.io.*",
              "!type java.io.Closeable",
              "!type java.io.IOException",
              "!type java.io.UncheckedIOException",
              "type java.nio.file.*",
              "type java.nio.channels.*",
              "type java.net.*"));

  /// What a class that is allowed an unordered collection may still not do with it.
  private static final Ban ITERATION =
      Ban.of(
          "the order of an unordered collection",
          ORDERED,
          "The class is exempt because it only looks up; iterate over something ordered",
          "call java.util.*Map.entrySet(*",
          "call java.util.*Map.keySet(*",
          "call java.util.*Map.values(*",
          "call java.util.*Map.forEach(*",
          "call java.util.*Map.replaceAll(*",
          "call java.util.*Set.iterator(*",
          "call java.util.*Set.forEach(*",
          "call java.util.*Set.removeIf(*",
          "call java.util.*Set.stream(*",
          "call java.util.*Set.toArray(*");

  private static final Set<String> EVERYWHERE = Set.of();

  /// What neither the program nor its tests may do, in any room or none.
  private static final List<Ban> ANYWHERE =
      List.of(
          Ban.of(
              "a sleep",
              EVERYWHERE,
              "Wait for the thing itself: a queue, a latch, a line of output",
              "call java.lang.Thread.sleep(*",
              "call java.util.concurrent.TimeUnit.sleep(*"),
          Ban.of(
              "a test that is switched off",
              EVERYWHERE,
              "Mend it or delete it",
              "type org.junit.jupiter.api.Disabled"));

  private Bans() {}

  static List<Ban> all() {
    List<Ban> all = new ArrayList<>(ALL);
    all.add(ITERATION);
    all.addAll(ANYWHERE);
    return all;
  }

  /// What is wrong with a class wherever it stands, tests included.
  static List<Complaint> checkAnywhere(ClassFacts type) {
    List<Complaint> complaints = new ArrayList<>();
    ANYWHERE.forEach(ban -> apply(ban, type, complaints));
    return complaints;
  }

  /// What is wrong with a class of a room, if anything is.
  static List<Complaint> check(ClassFacts type) {
    String room = Rooms.of(type.name()).orElse("");
    List<Complaint> complaints = new ArrayList<>();
    for (Ban ban : ALL) {
      if (ban.rooms().contains(room) && !exempt(type.name(), ban)) {
        apply(ban, type, complaints);
      }
    }
    boolean looksUpOnly = EXEMPTIONS.stream().anyMatch(e -> e.covers(type.name(), UNORDERED));
    if (looksUpOnly) {
      complaints.addAll(checkIteration(type));
    }
    return complaints;
  }

  /// What is wrong with a class that may hold an unordered collection to look things up in.
  static List<Complaint> checkIteration(ClassFacts type) {
    List<Complaint> complaints = new ArrayList<>();
    apply(ITERATION, type, complaints);
    return complaints;
  }

  private static boolean exempt(String className, Ban ban) {
    return EXEMPTIONS.stream().anyMatch(e -> e.covers(className, ban.name()));
  }

  private static void apply(Ban ban, ClassFacts type, List<Complaint> complaints) {
    for (ClassFacts.Fact fact : type.facts()) {
      if (ban.matches(fact.text())) {
        String what = "touches " + ban.name() + " (" + fact.text() + ")";
        complaints.add(new Complaint(type.name() + ", " + fact.where(), what, ban.advice()));
      }
    }
  }
}
