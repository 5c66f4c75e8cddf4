package io.jangada.cli.etcd;

import io.jangada.server.Nearest;
import io.jangada.server.Settings;
import io.jangada.server.Variables;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a command line says in the manner of Go's flags, and the variables `ETCD_…` of the
/// environment: `--flag=value`, `--flag value`, with one dash or two, `--flag` alone for `true`. A
/// flag goes before its variable.
///
/// Collects a sentence for everything that is wrong, each once.
final class EtcdArguments {
  private static final String PREFIX = "ETCD_";

  /// Variables that are no flags of a server, and harmless.
  private static final List<String> OTHER_VARIABLES =
      List.of("ETCD_UNSUPPORTED_ARCH", "ETCD_VERSION", "ETCD_HELP");

  private static final List<String> YES = List.of("1", "t", "T", "TRUE", "true", "True");
  private static final List<String> NO = List.of("0", "f", "F", "FALSE", "false", "False");

  private final Map<String, Settings.Value> given = new TreeMap<>();
  private final SequencedSet<String> problems = new LinkedHashSet<>();

  /// Flags that are taken without effect, as they were given.
  private final List<String> ignored = new ArrayList<>();

  EtcdArguments(List<String> words, Map<String, String> environment) {
    readWords(words);
    List<String> variables = new ArrayList<>(OTHER_VARIABLES);
    environment.forEach((name, value) -> readVariable(name, value, variables));
    for (String word : knownWords()) variables.add(variable(word));
    problems.addAll(Variables.complaints(environment, PREFIX, variables));
    given.forEach(this::look);
  }

  private static List<String> knownWords() {
    return Stream.concat(Stream.of(EtcdFlag.values()).map(EtcdFlag::word), other()).toList();
  }

  private static Stream<String> other() {
    return OtherFlags.words().stream();
  }

  private static String variable(String word) {
    return PREFIX + word.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static Optional<EtcdFlag> flag(String word) {
    return Stream.of(EtcdFlag.values()).filter(flag -> flag.word().equals(word)).findFirst();
  }

  private static Optional<Boolean> isSwitch(String word) {
    return flag(word).map(EtcdFlag::isSwitch).or(() -> OtherFlags.isSwitch(word));
  }

  // ---- reading ----

  private void readWords(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String written = words.get(i);
      if (!written.matches("--?[^-=].*")) {
        problems.add("'" + written + "' is no flag; every argument is a flag or its value.");
        continue;
      }
      int equals = written.indexOf('=');
      String word =
          written.substring(0, equals < 0 ? written.length() : equals).replaceAll("^-+", "");
      if (word.equals("h")) word = EtcdFlag.HELP.word();
      Optional<Boolean> isSwitch = isSwitch(word);
      if (isSwitch.isEmpty()) {
        complainOf(word);
        // What follows is its value, if it is no flag.
        if (equals < 0 && i + 1 < words.size() && !words.get(i + 1).startsWith("-")) i++;
      } else if (equals >= 0) take(word, written.substring(equals + 1), "--" + word);
      else if (isSwitch.get()) take(word, "true", "--" + word);
      else if (i + 1 < words.size()) take(word, words.get(++i), "--" + word);
      else problems.add("--" + word + " needs a value.");
    }
  }

  private void complainOf(String word) {
    String hint =
        Nearest.to(word, knownWords()).map(near -> "; did you mean --" + near + "?").orElse(".");
    problems.add("the flag --" + word + " is unknown" + hint);
  }

  private void readVariable(String name, String value, List<String> known) {
    if (!name.startsWith(PREFIX) || value.isEmpty() || OTHER_VARIABLES.contains(name)) return;
    String word = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    if (isSwitch(word).isEmpty()) return;
    known.add(name);
    if (!given.containsKey(word)) take(word, value, name);
  }

  private void take(String word, String value, String source) {
    if (!isSwitch(word).orElseThrow()) {
      given.put(word, new Settings.Value(value, source));
    } else if (YES.contains(value) || NO.contains(value)) {
      given.put(word, new Settings.Value(Boolean.toString(YES.contains(value)), source));
    } else {
      problems.add(source + " is " + value + "; it must be true or false.");
    }
  }

  private void look(String word, Settings.Value value) {
    if (flag(word).isPresent()) return;
    Optional<OtherFlags.Fixed> fixed = OtherFlags.fixed(word);
    if (fixed.isEmpty()) ignored.add(value.source());
    else if (!fixed.get().allowed().contains(value.text()))
      problems.add(
          "%s is %s, which cannot be had: %s."
              .formatted(value.source(), value.text(), fixed.get().why()));
  }

  // ---- what it says ----

  boolean has(EtcdFlag flag) {
    return !text(flag, "").isEmpty();
  }

  private String text(EtcdFlag flag, String otherwise) {
    Settings.Value value = given.get(flag.word());
    return value == null ? otherwise : value.text();
  }

  /// What was given, or the default.
  String text(EtcdFlag flag) {
    return text(flag, flag.defaultValue());
  }

  boolean isSet(EtcdFlag flag) {
    return Boolean.parseBoolean(text(flag));
  }

  /// Where its value is from: the flag, or its variable.
  String source(EtcdFlag flag) {
    Settings.Value value = given.get(flag.word());
    return value == null ? flag.flag() : value.source();
  }

  /// A value with where it is from.
  Settings.Value value(EtcdFlag flag, String text) {
    return new Settings.Value(text, source(flag));
  }

  List<String> ignored() {
    return List.copyOf(ignored);
  }

  /// A sentence about something else that is wrong.
  void complain(String problem) {
    problems.add(problem);
  }

  /// Says that a flag's value is none.
  ///
  /// @param wants what it must be
  void refuse(EtcdFlag flag, String wants) {
    problems.add("%s is %s; it must be %s.".formatted(source(flag), text(flag), wants));
  }

  List<String> problems() {
    return List.copyOf(problems);
  }
}
