package io.jangada.cli.cluster;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.cli.Durations;
import io.jangada.client.Compare;
import io.jangada.client.KeyRange;
import io.jangada.client.Put;
import io.jangada.client.RangeRequest;
import io.jangada.client.Step;
import io.jangada.client.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A transaction as people write it, which is as etcdctl has it: comparisons, requests for the case
/// that all of them hold, and requests for the case that one does not. Each stands on a line of its
/// own, and an empty line ends each of the first two parts. Any part may be empty.
///
/// ```
/// value("boat") = "sail"
/// mod("cart") < "7"
///
/// put boat "tow and row"
/// del cart/ --prefix
///
/// get boat
/// ```
///
/// **Comparisons** are of `value`, `version` (how often the key's value changed since it was
/// created), `create`, `mod` or `lease`, by `=`, `!=`, `<` or `>`. A number may stand without
/// quotes. **Requests** are
///
/// ```
/// put KEY VALUE [--ttl TIME | --lease LEASE]
/// get KEY [--prefix] [--limit N] [--keys]
/// del KEY [--prefix]
/// ```
///
/// In double quotes `\"`, `\\`, `\n`, `\r`, `\t` and `\xHH`, a byte, stand for what they do in most
/// languages; between single quotes every character stands for itself.
record TransactionText(List<Compare> compares, List<Request> then, List<Request> otherwise) {
  private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\.)*\"";
  private static final Pattern COMPARE =
      Pattern.compile(
          "\\s*(\\w+)\\s*\\(\\s*("
              + QUOTED
              + ")\\s*\\)\\s*([=!<>]+)\\s*("
              + QUOTED
              + "|-?\\d+)\\s*");
  private static final Pattern WORD =
      Pattern.compile("\\G\\s*(" + QUOTED + "|'[^']*'|[^\\s\"']\\S*)(?=\\s|$)");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(?:x([0-9a-fA-F]{2})|(.))");
  private static final String PLAIN = "\"\\nrt";
  private static final String MEANT = "\"\\\n\r\t";

  private static final Word PREFIX = new Word(Bytes.utf8("--prefix"), true);
  private static final Word KEYS = new Word(Bytes.utf8("--keys"), true);

  /// What one line asks for.
  ///
  /// @param verb the line's first word
  /// @param isOfKeys whether values are not wanted
  record Request(String line, String verb, Bytes key, boolean isOfKeys, Step step) {}

  /// A line that makes no sense.
  static final class LineException extends Exception {
    private static final long serialVersionUID = 1;

    private LineException(int number, String sentence) {
      super("line " + number + ": " + sentence);
    }
  }

  /// What is wrong in a line.
  private static final class WrongException extends Exception {
    private static final long serialVersionUID = 1;

    private WrongException(String sentence) {
      super(sentence);
    }
  }

  /// A word of a line.
  ///
  /// @param isOption whether it stands without quotes and begins as options do
  private record Word(Bytes bytes, boolean isOption) {}

  Transaction transaction() {
    return Transaction.when(compares.toArray(Compare[]::new))
        .then(then.stream().map(Request::step).toList())
        .otherwise(otherwise.stream().map(Request::step).toList());
  }

  static TransactionText parse(String text) throws LineException {
    var parsed = new TransactionText(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    int part = 0;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      try {
        if (line.isBlank()) part++;
        else parsed.add(part, line);
      } catch (WrongException e) {
        throw new LineException(number, e.getMessage());
      }
    }
    return parsed;
  }

  private void add(int part, String line) throws WrongException {
    switch (part) {
      case 0 -> compares.add(compare(line));
      case 1 -> then.add(request(line));
      case 2 -> otherwise.add(request(line));
      default -> throw new WrongException("a transaction has three parts; a fourth begins here");
    }
  }

  // ---- comparisons ----

  private static Compare compare(String line) throws WrongException {
    Matcher match = COMPARE.matcher(line);
    if (!match.matches())
      throw new WrongException(
          "expected a comparison such as value(\"key\") = \"value\" or mod(\"key\") > \"7\"");
    KeyRange key = KeyRange.of(unquoted(match.group(2)));
    Compare.Relation relation = relation(match.group(3));
    String given = match.group(4);
    Compare.Field field =
        switch (match.group(1)) {
          case "value", "val" -> null;
          case "version", "ver" -> Compare.Field.CHANGES;
          case "create", "c" -> Compare.Field.CREATED;
          case "mod", "m" -> Compare.Field.MODIFIED;
          case "lease" -> Compare.Field.LEASE;
          default ->
              throw new WrongException(
                  "'"
                      + match.group(1)
                      + "' cannot be compared: one of value, version, create, mod, lease");
        };
    boolean isQuoted = given.startsWith("\"");
    if (field != null)
      return Compare.number(
          key, field, relation, number(isQuoted ? given.substring(1, given.length() - 1) : given));
    if (!isQuoted) throw new WrongException("a value stands in quotes: \"" + given + "\"");
    return Compare.value(key, relation, unquoted(given));
  }

  private static Compare.Relation relation(String sign) throws WrongException {
    return switch (sign) {
      case "=", "==" -> Compare.Relation.EQUAL;
      case "!=" -> Compare.Relation.NOT_EQUAL;
      case "<" -> Compare.Relation.LESS;
      case ">" -> Compare.Relation.GREATER;
      default -> throw new WrongException("'" + sign + "' is none of =, !=, <, >");
    };
  }

  private static long number(String text) throws WrongException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new WrongException("'" + text + "' is not a number");
    }
  }

  // ---- requests ----

  private static Request request(String line) throws WrongException {
    List<Word> words = words(line);
    String verb = words.removeFirst().bytes.toUtf8();
    if (!List.of("put", "get", "del").contains(verb))
      throw new WrongException("'" + verb + "' is none of put, get, del");
    boolean isPut = verb.equals("put");
    boolean isPrefix = !isPut && words.remove(PREFIX);
    List<Bytes> given = new ArrayList<>();
    while (!words.isEmpty() && !words.getFirst().isOption) given.add(words.removeFirst().bytes);
    if (given.size() != (isPut ? 2 : 1))
      throw new WrongException(
          verb
              + (isPut ? " needs a key and a value" : " needs one key")
              + ", in quotes where there are blanks in it");
    Bytes key = given.getFirst();
    boolean isOfKeys = words.contains(KEYS);
    KeyRange keys = isPrefix ? KeyRange.prefix(key) : KeyRange.of(key);
    Step step =
        switch (verb) {
          case "put" -> put(Put.set(key, given.getLast()), words);
          case "get" -> get(RangeRequest.of(keys), words);
          default -> Step.deleteRange(keys, false);
        };
    if (!words.isEmpty())
      throw new WrongException("this is too much: " + words.getFirst().bytes.toUtf8());
    return new Request(line.strip(), verb, key, isOfKeys, step);
  }

  private static Put put(Put put, List<Word> words) throws WrongException {
    if (words.isEmpty()) return put;
    String option = words.removeFirst().bytes.toUtf8();
    return switch (option) {
      case "--ttl" -> put.ttl(time(argument(option, words)));
      case "--lease" -> put.lease(positive(option, words));
      default -> throw new WrongException("put knows --ttl or --lease, not " + option);
    };
  }

  private static Step get(RangeRequest get, List<Word> words) throws WrongException {
    RangeRequest next = get;
    while (!words.isEmpty()) {
      String option = words.removeFirst().bytes.toUtf8();
      next =
          switch (option) {
            case "--limit" -> next.limit(positive(option, words));
            case "--keys" -> next.keysOnly();
            default ->
                throw new WrongException("get knows --prefix, --limit and --keys, not " + option);
          };
    }
    return next;
  }

  private static String argument(String option, List<Word> words) throws WrongException {
    if (words.isEmpty()) throw new WrongException(option + " needs a value");
    return words.removeFirst().bytes.toUtf8();
  }

  private static long positive(String option, List<Word> words) throws WrongException {
    long number = number(argument(option, words));
    if (number < 1) throw new WrongException(option + ": a number above 0");
    return number;
  }

  private static Duration time(String text) throws WrongException {
    long millis = Durations.parseMillis(text);
    if (millis < 1) throw new WrongException("--ttl: '" + text + "' is no time such as 30s or 5m");
    return Duration.ofMillis(millis);
  }

  // ---- words ----

  private static List<Word> words(String line) throws WrongException {
    String rest = line.strip();
    List<Word> words = new ArrayList<>();
    Matcher match = WORD.matcher(rest);
    int end = 0;
    while (match.find()) {
      String word = match.group(1);
      end = match.end();
      switch (word.charAt(0)) {
        case '"' -> words.add(new Word(unquoted(word), false));
        case '\'' -> words.add(new Word(Bytes.utf8(word.substring(1, word.length() - 1)), false));
        default -> addPlain(word, words);
      }
    }
    if (end < rest.length())
      throw new WrongException("a quote does not end, or a word goes on behind it");
    return words;
  }

  /// An option may have its value behind a `=`.
  private static void addPlain(String word, List<Word> words) {
    boolean isOption = word.startsWith("--");
    int equals = isOption ? word.indexOf('=') : -1;
    words.add(new Word(Bytes.utf8(equals < 0 ? word : word.substring(0, equals)), isOption));
    if (equals >= 0) words.add(new Word(Bytes.utf8(word.substring(equals + 1)), false));
  }

  /// The bytes that stand between double quotes.
  private static Bytes unquoted(String quoted) throws WrongException {
    String text = quoted.substring(1, quoted.length() - 1);
    ByteWriter out = new ByteWriter(text.length());
    Matcher match = ESCAPED.matcher(text);
    int end = 0;
    for (; match.find(); end = match.end()) {
      out.putRaw(Bytes.utf8(text.substring(end, match.start())));
      if (match.group(1) != null) {
        out.put(Integer.parseInt(match.group(1), 16));
        continue;
      }
      int meant = PLAIN.indexOf(match.group(2));
      if (meant < 0) throw new WrongException("'" + match.group() + "' stands for nothing");
      out.put(MEANT.charAt(meant));
    }
    return out.putRaw(Bytes.utf8(text.substring(end))).toBytes();
  }
}
