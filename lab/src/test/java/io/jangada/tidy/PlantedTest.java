package io.jangada.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every rule about compiled classes is shown a class that breaks it, and one that does not: a rule
/// that cannot fail guards nothing.
class PlantedTest {
  /// A class body planted in a room, and what the complaint about it must say; an empty text if
  /// there must be none.
  private record Plant(String room, String body, String complaint) {
    @Override
    public String toString() {
      return room + ": " + body;
    }
  }

  private static final String ARROW = "against the arrows";

  /// What a room may say of another, one plant for each place in a class file that can say it.
  private static final List<Plant> ARROWS =
      List.of(
          new Plant("raft", "class %s { io.jangada.kv.Far far; }", ARROW),
          new Plant("raft", "class %s { io.jangada.kv.Far[][] far; }", ARROW),
          new Plant("raft", "class %s { java.util.List<io.jangada.kv.Far> far; }", ARROW),
          new Plant("raft", "abstract class %s { abstract void go(io.jangada.kv.Far f); }", ARROW),
          new Plant("raft", "abstract class %s { abstract io.jangada.kv.Far go(); }", ARROW),
          new Plant("raft", "class %s<T extends io.jangada.kv.Far> {}", ARROW),
          new Plant("raft", "class %s extends io.jangada.kv.Far {}", ARROW),
          new Plant("raft", "class %s implements io.jangada.kv.Face {}", ARROW),
          new Plant("raft", "@io.jangada.kv.Mark class %s {}", ARROW),
          new Plant("raft", "class %s { @io.jangada.kv.Mark int marked; }", ARROW),
          new Plant("raft", "class %s { void go(@io.jangada.kv.Mark int marked) {} }", ARROW),
          new Plant("raft", "record %s(@io.jangada.kv.Mark int marked) {}", ARROW),
          new Plant("raft", "record %s(io.jangada.kv.Far far) {}", ARROW),
          new Plant("raft", "class %s { void go() throws io.jangada.kv.Fault {} }", ARROW),
          new Plant("raft", "class %s { Object go() { return new io.jangada.kv.Far(); } }", ARROW),
          new Plant("raft", "class %s { int go() { return io.jangada.kv.Far.count(); } }", ARROW),
          new Plant("raft", "class %s { int go() { return io.jangada.kv.Far.field; } }", ARROW),
          new Plant("raft", "class %s { Object go() { return io.jangada.kv.Far.class; } }", ARROW),
          new Plant(
              "raft",
              "class %s { boolean go(Object o) { return o instanceof io.jangada.kv.Far; } }",
              ARROW),
          new Plant(
              "raft",
              "class %s { java.util.function.Supplier<?> go() { return io.jangada.kv.Far::new; } }",
              ARROW),
          new Plant(
              "raft",
              "class %s { void go() { try { run(); } catch (io.jangada.kv.Fault f) {} }"
                  + " void run() throws io.jangada.kv.Fault {} }",
              ARROW),
          new Plant("kv", "class %s { io.jangada.raft.RaftNode node; }", ARROW),
          new Plant("bytes", "class %s { io.jangada.kv.Far far; }", ARROW),
          new Plant("check", "class %s { io.jangada.bytes.Near near; }", ARROW),
          new Plant("node", "class %s { io.jangada.protocol.Shop shop; }", ARROW),
          new Plant("codec", "class %s { io.jangada.protocol.Shop shop; }", ARROW),
          new Plant("protocol", "class %s { io.jangada.check.Judge judge; }", ARROW),
          new Plant("sim", "class %s { io.jangada.cli.Desk desk; }", ARROW),
          new Plant("store", "class %s { io.jangada.raft.RaftNode node; }", "must never know it"),
          new Plant(
              "store",
              "class %s { Class<?> c = io.jangada.raft.RaftNode.Part.class; }",
              "must never know it"),
          new Plant("raft", "class %s { org.example.Lib lib; }", "java.* alone"),
          new Plant("sim", "@org.example.Lib.Mark class %s {}", "java.* alone"),
          new Plant("check", "class %s { javax.tools.Tool tool; }", "java.* alone"),
          new Plant("attic", "class %s {}", "stands in no room"),
          new Plant("", "class %s {}", "stands in no room"),
          new Plant("raft", "class %s { io.jangada.bytes.Near near; }", ""),
          new Plant("store", "class %s { io.jangada.raft.Value value; }", ""),
          new Plant("node", "class %s { io.jangada.kv.Far far; io.jangada.raft.RaftNode n; }", ""),
          new Plant("sim", "class %s { io.jangada.check.Judge judge; io.jangada.kv.Far f; }", ""),
          new Plant("protocol", "class %s { org.example.Lib lib; io.jangada.kv.Far far; }", ""),
          new Plant("cli", "class %s { io.jangada.sim.Sea sea; }", "against the arrows"),
          new Plant("lab", "class %s { io.jangada.sim.Sea sea; io.jangada.raft.Value v; }", ""));

  /// Every instruction that counts with fractions, for one of the two types that can.
  private static final String FLOATS =
      "class %s { REAL x = 3; int i = 1; long l = 1; float f = 1; double d = 1;"
          + " void go() { x = x + x; x = x - x; x = x * x; x = x / x; x = x %% x; x = -x;"
          + " x = i; x = l; f = (float) d; d = f; i = (int) x; l = (long) x;"
          + " if (x < 1) i++; if (x > 1) i++; } }";

  /// What code in a deterministic room may touch; the body stands in a method of its own.
  private static final List<Plant> BANS =
      Stream.of(
              does("raft", "System.nanoTime();", "a clock"),
              does("raft", "System.currentTimeMillis();", "a clock"),
              does("kv", "java.time.Instant.now();", "a clock"),
              does("kv", "java.time.LocalDate.now();", "a clock"),
              does("node", "java.time.Clock.systemUTC();", "a clock"),
              does("sim", "new java.util.Date();", "a clock"),
              does("kv", "java.util.function.LongSupplier s = System::nanoTime;", "a clock"),
              does("raft", "Math.random();", "hidden dice"),
              does("raft", "new java.util.Random();", "hidden dice"),
              does("raft", "new java.util.SplittableRandom();", "hidden dice"),
              does("node", "new java.security.SecureRandom();", "hidden dice"),
              does("node", "java.util.UUID.randomUUID();", "hidden dice"),
              does("sim", "java.util.concurrent.ThreadLocalRandom.current();", "hidden dice"),
              does("sim", "java.util.random.RandomGenerator.of(\"Random\");", "hidden dice"),
              does("sim", "java.util.Collections.shuffle(new java.util.ArrayList<>());", "dice"),
              does("sim", "java.util.function.Supplier<?> s = java.util.Random::new;", "dice"),
              does("raft", "new Thread(() -> {}).start();", "a thread or lock"),
              does("node", "Thread.ofVirtual();", "a thread or lock"),
              does("node", "java.util.concurrent.Executors.newCachedThreadPool();", "thread"),
              does("kv", "new java.util.concurrent.CompletableFuture<String>();", "thread"),
              does("kv", "java.util.concurrent.ForkJoinPool.commonPool();", "thread"),
              does("kv", "new java.util.concurrent.atomic.AtomicLong();", "thread or lock"),
              does("kv", "new java.util.concurrent.locks.ReentrantLock();", "thread or lock"),
              does("sim", "new java.util.Timer();", "a thread or lock"),
              does("store", "synchronized (this) { hashCode(); }", "op MONITORENTER"),
              new Plant("store", "class %s { synchronized void go() {} }", "flag synchronized"),
              new Plant("store", "class %s { volatile int seen; }", "field seen"),
              new Plant(
                  "kv", "class %s { java.lang.invoke.VarHandle handle; }", "a variable handle"),
              does("kv", "java.util.List.of(1).parallelStream();", "a parallel stream"),
              does("kv", "new java.util.ArrayList<>().parallelStream();", "a parallel stream"),
              does("kv", "java.util.stream.IntStream.range(0, 9).parallel();", "parallel stream"),
              does("raft", "new java.util.HashMap<>().get(1);", "an unordered collection"),
              does("raft", "new java.util.HashSet<>().add(1);", "an unordered collection"),
              new Plant("raft", "class %s { java.util.HashMap<Integer, String> m; }", "unordered"),
              new Plant("raft", "class %s extends java.util.HashSet<String> {}", "unordered"),
              does("raft", "java.util.function.Supplier<?> s = java.util.HashSet::new;", "unord"),
              does("raft", "java.util.Set.of(1, 2);", "an unordered collection"),
              does("raft", "java.util.Map.of(1, 2);", "an unordered collection"),
              does("raft", "java.util.Set.copyOf(new java.util.TreeSet<>());", "unordered"),
              does("raft", "java.util.Map.copyOf(new java.util.TreeMap<>());", "unordered"),
              collects("toSet()", "an unordered collection"),
              collects("toMap(i -> i, i -> i)", "an unordered collection"),
              collects("toMap(i -> i, i -> i, (a, b) -> a)", "an unordered collection"),
              collects("groupingBy(i -> i)", "an unordered collection"),
              does("raft", "System.identityHashCode(this);", "identity"),
              does("raft", "new Object().hashCode();", "identity"),
              does("raft", "new java.util.IdentityHashMap<>();", "identity"),
              new Plant("raft", "class %s { double go(double x) { return x * 2; } }", "op DMUL"),
              new Plant("kv", "class %s { boolean go(float x) { return x < 1; } }", "op FCMP"),
              new Plant("node", "class %s { int go(double x) { return (int) x; } }", "op D2I"),
              does(
                  "raft",
                  "java.time.Clock.tickSeconds(null); java.time.InstantSource.system();"
                      + " java.util.Calendar.getInstance();",
                  "a clock"),
              does(
                  "raft",
                  "StrictMath.random(); java.util.random.RandomGenerator.getDefault();"
                      + " java.util.random.RandomGeneratorFactory.of(\"x\").create();",
                  "hidden dice"),
              does(
                  "raft",
                  "new ThreadLocal<String>(); wait(); wait(1); notify(); notifyAll();"
                      + " new java.util.TimerTask() { public void run() {} };",
                  "a thread or lock"),
              does("raft", "java.util.Arrays.parallelSort(new int[1]);", "a parallel stream"),
              does(
                  "kv",
                  "new java.util.Hashtable<>(); new java.util.WeakHashMap<>();"
                      + " java.util.Map.ofEntries();",
                  "an unordered collection"),
              collects("toUnmodifiableSet()", "an unordered collection"),
              collects("toUnmodifiableMap(i -> i, i -> i)", "an unordered collection"),
              collects("groupingBy(i -> i, Collectors.toList())", "an unordered collection"),
              does(
                  "kv",
                  "var m = new java.util.HashMap<Integer, Integer>(); m.keySet(); m.values();"
                      + " m.forEach((a, b) -> {}); m.replaceAll((a, b) -> a);"
                      + " var s = new java.util.HashSet<Integer>(); s.forEach(i -> {});"
                      + " s.removeIf(i -> true); s.stream(); s.toArray();",
                  "an unordered collection"),
              new Plant("kv", FLOATS.replace("REAL", "float"), "op FSUB"),
              new Plant("kv", FLOATS.replace("REAL", "double"), "op DSUB"),
              does(
                  "raft",
                  "java.util.ServiceLoader.load(String.class); var c = getClass();"
                      + " c.getMethods(); c.getFields(); c.getConstructors(); c.getResource(null);",
                  "reflection"),
              does(
                  "raft",
                  "System.getProperties(); System.lineSeparator(); System.exit(1);"
                      + " Integer.getInteger(\"\"); Long.getLong(\"\"); Boolean.getBoolean(\"\");",
                  "the environment"),
              does(
                  "raft",
                  "System.in.read(); java.util.logging.Logger.getLogger(\"\");",
                  "printing or logging"),
              does("raft", "Class.forName(\"x\");", "reflection"),
              does("raft", "getClass().getDeclaredFields();", "reflection"),
              does("kv", "java.lang.invoke.MethodHandles.lookup();", "reflection"),
              does("raft", "System.getenv(\"X\");", "the environment"),
              does("raft", "System.getProperty(\"x\");", "the environment"),
              does("node", "Runtime.getRuntime().availableProcessors();", "the environment"),
              does("raft", "System.out.println();", "printing or logging"),
              does("sim", "System.err.println();", "printing or logging"),
              does("node", "System.getLogger(\"x\").log(null, \"x\");", "printing or logging"),
              does("raft", "new Error().printStackTrace();", "printing or logging"),
              does("raft", "new java.io.ByteArrayInputStream(null).read();", "input or output"),
              does("kv", "java.nio.file.Path.of(\"x\");", "input or output"),
              does("node", "new java.net.Socket();", "input or output"),
              does("store", "java.nio.channels.FileChannel.open(null);", "input or output"),
              does("check", "java.nio.file.Files.readString(null);", "input or output"),
              does("check", "System.nanoTime();", "a clock"),
              does("bytes", "new Thread();", "a thread or lock"),
              does("raft", "for (var e : new java.util.LinkedHashMap<>().entrySet()) {}", ""),
              does("raft", "for (var e : new java.util.TreeSet<>()) {}", ""),
              does("raft", "new java.util.Random(7).nextInt();", ""),
              does("raft", "java.util.List.of(1).stream().map(i -> i + 1).toList();", ""),
              does("raft", "new java.util.LinkedHashMap<>(16, 0.75f, true);", ""),
              collects("toMap(i -> i, i -> i, (a, b) -> a, java.util.TreeMap::new)", ""),
              collects("groupingBy(i -> i, java.util.TreeMap::new, Collectors.toList())", ""),
              does(
                  "store",
                  "throw new java.io.UncheckedIOException(new java.io.IOException());",
                  ""),
              does("sim", "if (0.5 < Double.valueOf(1)) return;", ""),
              does("check", "new java.util.HashSet<>().add(1);", ""),
              does("protocol", "System.nanoTime(); new Thread(); Math.random();", ""),
              new Plant("raft", "record %s(int a, long b, String c, boolean d) {}", ""),
              new Plant(
                  "raft",
                  "enum %s { A, B; int go() { return switch (this) { case A -> 1;"
                      + " case B -> 2; }; } }",
                  ""))
          .toList();

  /// What nothing may do anywhere, tests included.
  private static final List<Plant> ANYWHERE =
      List.of(
          does("cli", "Thread.sleep(1);", "a sleep"),
          does("protocol", "java.util.concurrent.TimeUnit.SECONDS.sleep(1);", "a sleep"),
          new Plant("raft", "@org.junit.jupiter.api.Disabled class %s {}", "switched off"),
          new Plant(
              "raft", "class %s { @org.junit.jupiter.api.Disabled void go() {} }", "switched off"),
          does("cli", "new java.util.concurrent.CountDownLatch(1).await();", ""));

  private static final Map<String, String> NEIGHBOURS =
      Map.ofEntries(
          source("io.jangada.bytes", "Near", "public class Near {}"),
          source(
              "io.jangada.kv",
              "Far",
              "public class Far { public static int field;"
                  + " public static int count() { return 1; } }"),
          source("io.jangada.kv", "Face", "public interface Face {}"),
          source("io.jangada.kv", "Fault", "public class Fault extends Exception {}"),
          source("io.jangada.kv", "Mark", "public @interface Mark {}"),
          source("io.jangada.raft", "RaftNode", "public class RaftNode { public class Part {} }"),
          source("io.jangada.raft", "Value", "public class Value {}"),
          source("io.jangada.protocol", "Shop", "public class Shop {}"),
          source("io.jangada.check", "Judge", "public class Judge {}"),
          source("io.jangada.sim", "Sea", "public class Sea {}"),
          source("io.jangada.cli", "Desk", "public class Desk {}"),
          source("org.example", "Lib", "public class Lib { public @interface Mark {} }"),
          source("org.junit.jupiter.api", "Disabled", "public @interface Disabled {}"));

  private static Map<String, ClassFacts> compiled;

  @BeforeAll
  static void compileAllAtOnce() {
    Map<String, String> sources = new TreeMap<>(NEIGHBOURS);
    for (List<Plant> plants : List.of(ARROWS, BANS, ANYWHERE)) {
      for (Plant plant : plants) {
        var source = source(packageOf(plant), nameOf(plant), plant.body().formatted(nameOf(plant)));
        sources.put(source.getKey(), source.getValue());
      }
    }
    compiled = Planted.compile(sources);
  }

  @ParameterizedTest
  @MethodSource("arrows")
  void anArrowAgainstTheLawIsReported(Plant plant) {
    ClassFacts type = planted(plant);
    expect(plant, Rooms.check(type.name(), type.types()));
  }

  @ParameterizedTest
  @MethodSource("bans")
  void theWorldLeakingInIsReported(Plant plant) {
    expect(plant, Bans.check(planted(plant)));
  }

  @ParameterizedTest
  @MethodSource("anywhere")
  void sleepingOrSwitchedOffIsReported(Plant plant) {
    expect(plant, Bans.checkAnywhere(planted(plant)));
  }

  @Test
  void everyLineOfTheBansMatchesSomethingPlanted() {
    List<String> facts =
        compiled.values().stream()
            .flatMap(type -> type.facts().stream())
            .map(ClassFacts.Fact::text)
            .toList();
    List<String> idle = new ArrayList<>();
    for (Ban ban : Bans.all()) {
      for (var glob : ban.banned()) {
        if (facts.stream().noneMatch(fact -> glob.matcher(fact).matches())) {
          idle.add(ban.name() + ": " + glob);
        }
      }
    }
    assertThat(idle).isEmpty();
  }

  @Test
  void aPermittedSubclassIsSeen() {
    // It has to stand in its parent's package, so no planted one can break an arrow by itself.
    var sources =
        Map.ofEntries(
            source("io.jangada.raft", "Tree", "sealed interface Tree permits Oak {}"),
            source("io.jangada.raft", "Oak", "record Oak() implements Tree {}"));
    ClassFacts tree = Planted.compile(sources).get("io.jangada.raft.Tree");
    assertThat(tree.types()).contains("io.jangada.raft.Oak");
  }

  @Test
  void aClassMayDoWhatItIsExemptFrom() {
    var inbox = source("io.jangada.node", "Inbox", "class Inbox { volatile int seen; }");
    var other = source("io.jangada.node", "Outbox", "class Outbox { volatile int seen; }");
    Map<String, ClassFacts> types = Planted.compile(Map.ofEntries(inbox, other));
    assertThat(Bans.check(types.get("io.jangada.node.Inbox"))).isEmpty();
    assertThat(Bans.check(types.get("io.jangada.node.Outbox"))).isNotEmpty();
  }

  @Test
  void aClassThatOnlyLooksUpMayNotIterate() {
    String looksUp = "new java.util.HashMap<Integer, Integer>().get(1);";
    String iterates = "for (var e : new java.util.HashMap<>().entrySet()) {}";
    String hidden = "java.util.Set<Integer> s = null; for (int i : s) {}";
    var sources = new TreeMap<String, String>();
    List<Plant> plants =
        List.of(does("kv", looksUp, ""), does("kv", iterates, ""), does("kv", hidden, ""));
    for (Plant plant : plants) {
      var source = source("io.jangada.kv", nameOf(plant), plant.body().formatted(nameOf(plant)));
      sources.put(source.getKey(), source.getValue());
    }
    Map<String, ClassFacts> types = Planted.compile(sources);
    List<Boolean> iterating = new ArrayList<>();
    for (Plant plant : plants) {
      ClassFacts type = types.get("io.jangada.kv." + nameOf(plant));
      iterating.add(!Bans.checkIteration(type).isEmpty());
    }
    assertThat(iterating).containsExactly(false, true, true);
  }

  private static Stream<Plant> arrows() {
    return ARROWS.stream();
  }

  private static Stream<Plant> bans() {
    return BANS.stream();
  }

  private static Stream<Plant> anywhere() {
    return ANYWHERE.stream();
  }

  private static Plant does(String room, String code, String complaint) {
    return new Plant(room, "class %s { void go() throws Exception { " + code + " } }", complaint);
  }

  private static Plant collects(String collector, String complaint) {
    String body =
        "import java.util.stream.*; class %s { Object go(Stream<Integer> s) { return"
            + " s.collect(Collectors."
            + collector
            + "); } }";
    return new Plant("kv", body, complaint);
  }

  private static ClassFacts planted(Plant plant) {
    return compiled.get(packageOf(plant) + "." + nameOf(plant));
  }

  private static String packageOf(Plant plant) {
    return plant.room().isEmpty() ? "io.jangada" : "io.jangada." + plant.room();
  }

  /// A class name of its own for each plant.
  private static String nameOf(Plant plant) {
    return "Plant" + Integer.toHexString(plant.hashCode());
  }

  private static Map.Entry<String, String> source(String inPackage, String name, String body) {
    String path = inPackage.replace('.', '/') + "/" + name + ".java";
    return Map.entry(path, "package " + inPackage + "; " + body);
  }

  private static void expect(Plant plant, List<Complaint> complaints) {
    if (plant.complaint().isEmpty()) {
      assertThat(complaints).isEmpty();
    } else {
      assertThat(complaints)
          .anySatisfy(
              complaint ->
                  assertThat(complaint.toString())
                      .startsWith(packageOf(plant) + "." + nameOf(plant))
                      .contains(plant.complaint())
                      .endsWith(complaint.advice()));
    }
  }
}
