package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.protocol.text.TextSettings.Variant;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The twin of [CommandParser]: it is given everything at once, works on text and numbers of any
/// size, and takes the rules of the protocol one after the other.
final class SlowParser {
  private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private final TextSettings settings;
  private final String all;
  private final List<TextCommand> commands = new ArrayList<>();
  private int place;
  private boolean afterData;
  private boolean over;

  private SlowParser(TextSettings settings, byte[] input) {
    this.settings = settings;
    this.all = new String(input, StandardCharsets.ISO_8859_1);
  }

  static List<TextCommand> parse(TextSettings settings, byte[] input) {
    SlowParser parser = new SlowParser(settings, input);
    while (!parser.over) parser.step();
    return parser.commands;
  }

  private void step() {
    int end = all.indexOf('\n', place);
    int length = (end < 0 ? all.length() : end + 1) - place;
    if (length > 65_536 || end < 0 && length == 65_536) {
      commands.add(overlong(words(all.substring(place, place + 65_536))));
      over = true;
    } else if (end < 0) {
      over = true;
    } else {
      String line = all.substring(place, end);
      place = end + 1;
      line(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    }
  }

  private static List<String> words(String line) {
    return Arrays.stream(line.split("[ \t\u000b\f\r\n]+")).filter(word -> !word.isEmpty()).toList();
  }

  private TextCommand overlong(List<String> words) {
    int first = !words.isEmpty() && words.getFirst().equals("once") ? 3 : 0;
    boolean isKey =
        words.size() > first + 1
            && List.of("get", "getm", "set", "cas", "delete").contains(words.get(first))
            && words.get(first + 1).length() > settings.kv().keyBytesMax();
    return isKey ? new TextCommand.Derailed() : new TextCommand.Overlong();
  }

  private void line(String line) {
    boolean endsData = afterData;
    afterData = false;
    List<String> words = words(line);
    if (words.isEmpty()) {
      if (settings.dialect().has(Variant.EMPTY_LINES_ANSWERED) && !(endsData && line.isEmpty()))
        malformed();
      return;
    }
    switch (words.getFirst()) {
      case "admin" -> {
        if (words.size() < 2) refuse(words);
        else commands.add(new TextCommand.Admin(utf8(words.subList(1, words.size()))));
      }
      case "auth" -> {
        if (words.size() == 3)
          commands.add(new TextCommand.Auth(raw(words.get(1)), raw(words.get(2))));
        else refuse(words);
      }
      case "version" -> alone(words, new TextCommand.Version());
      case "quit" -> alone(words, new TextCommand.Quit());
      case "once" -> once(words);
      default -> request(words, words, null);
    }
  }

  private static Bytes raw(String word) {
    return Bytes.wrap(latin(word));
  }

  private void malformed() {
    commands.add(new TextCommand.Malformed());
  }

  /// Its data, if it announces any, is no command.
  private void refuse(List<String> words) {
    boolean isHttp =
        words.size() > 2 && words.getLast().matches("(?i)http/.*")
            || words.getFirst().matches("(?i)host:.*");
    String bytes = announced(words);
    BigInteger length =
        bytes.matches("[+]?[0-9]+") ? new BigInteger(bytes) : BigInteger.valueOf(-1);
    over = isHttp || length.compareTo(BigInteger.valueOf(64 << 20)) > 0;
    commands.add(over ? new TextCommand.Derailed() : new TextCommand.Malformed());
    if (over || length.signum() < 0) return;
    afterData = length.intValueExact() <= all.length() - place;
    place = Math.min(all.length(), place + length.intValueExact());
  }

  private static String announced(List<String> line) {
    boolean isOnce = line.getFirst().equals("once") && line.size() > 3;
    List<String> words = isOnce ? line.subList(3, line.size()) : line;
    String word = words.getFirst().replaceAll("[^a-zA-Z]", "?").toLowerCase(Locale.ROOT);
    if (words.getLast().equals("noreply")) words = words.subList(0, words.size() - 1);
    int count = words.size();
    return switch (word) {
      case "cas" -> count < 5 ? "none" : count == 6 ? words.get(4) : words.getLast();
      case "set", "add", "replace", "append", "prepend" -> count < 4 ? "none" : words.getLast();
      default -> "none";
    };
  }

  private void alone(List<String> words, TextCommand command) {
    if (words.size() == 1) commands.add(command);
    else refuse(words);
  }

  private static List<String> utf8(List<String> words) {
    return words.stream().map(word -> new String(latin(word), StandardCharsets.UTF_8)).toList();
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void once(List<String> words) {
    boolean right =
        words.size() >= 4
            && words.get(1).matches("[!-~]{1,32}")
            && isNumber(words.get(2))
            && number(words.get(2)) >= 0
            && List.of("set", "cas", "delete").contains(words.get(3));
    if (!right) {
      refuse(words);
      return;
    }
    RequestId id = new RequestId.Numbered(Bytes.wrap(latin(words.get(1))), number(words.get(2)));
    request(words, words.subList(3, words.size()), id);
  }

  private void request(List<String> line, List<String> all, RequestId id) {
    int usual = all.getFirst().equals("set") ? 4 : all.getFirst().equals("cas") ? 5 : 99;
    boolean silent =
        settings.dialect().has(Variant.NO_REPLY)
            && all.size() == usual + 1
            && all.getLast().equals("noreply");
    int before = commands.size();
    heard(line, silent ? all.subList(0, usual) : all, id);
    if (silent && commands.size() > before) commands.set(before, silenced(commands.get(before)));
  }

  private static TextCommand silenced(TextCommand command) {
    return switch (command) {
      case TextCommand.Malformed() -> new TextCommand.Ignored();
      case TextCommand.Derailed() -> new TextCommand.Quit();
      case TextCommand.Request request ->
          new TextCommand.Request(request.kind(), request.operation(), request.requestId(), true);
      default -> command;
    };
  }

  private void heard(List<String> line, List<String> words, RequestId id) {
    boolean right =
        switch (words.getFirst()) {
          case "get", "getm", "delete" -> words.size() == 2 && fits(words.get(1));
          case "set" ->
              words.size() == 4 && fits(words.get(1)) && isStore(words.get(2), words.get(3));
          case "cas" ->
              words.size() == 5
                  && fits(words.get(1))
                  && isStore(words.get(2), words.get(4))
                  && isNumber(words.get(3));
          default -> false;
        };
    if (!right) {
      refuse(line);
      return;
    }
    Bytes key = Bytes.wrap(latin(words.get(1)));
    switch (words.getFirst()) {
      case "get" -> add(TextCommand.Kind.GET, new Operation.Get(key), id);
      case "getm" -> add(TextCommand.Kind.GETM, new Operation.Get(key), id);
      case "delete" -> {
        var delete = new Operation.Delete(key, new Condition.Always());
        add(TextCommand.Kind.DELETE, delete, id);
      }
      default -> store(words, id);
    }
  }

  private boolean isStore(String exptime, String bytes) {
    return isNumber(exptime)
        && number(exptime) >= 0
        && isNumber(bytes)
        && number(bytes) >= 0
        && number(bytes) <= settings.kv().valueBytesMax();
  }

  private void store(List<String> words, RequestId id) {
    int bytes = (int) number(words.getLast());
    if (all.length() - place < bytes) {
      over = true;
      return;
    }
    Bytes value = Bytes.wrap(latin(all.substring(place, place + bytes)));
    place += bytes;
    afterData = true;
    BigInteger millis = new BigInteger(words.get(2)).multiply(BigInteger.valueOf(1_000));
    long ttl = millis.bitLength() < 64 ? millis.longValueExact() : -number(words.get(2));
    boolean isSet = words.getFirst().equals("set");
    Condition condition;
    boolean perKey = settings.dialect().has(Variant.VERSIONS_PER_KEY);
    if (!isSet && perKey) condition = new Condition.Changes(number(words.get(3)));
    else if (!isSet) condition = new Condition.Version(number(words.get(3)));
    else if (settings.dialect().has(Variant.SET_OVERWRITES) && perKey)
      condition = new Condition.AnyChanges();
    else if (settings.dialect().has(Variant.SET_OVERWRITES)) condition = new Condition.Always();
    else condition = new Condition.Absent();
    Bytes key = Bytes.wrap(latin(words.get(1)));
    var write = new Operation.Write(key, value, ttl, condition);
    add(isSet ? TextCommand.Kind.SET : TextCommand.Kind.CAS, write, id);
  }

  private void add(TextCommand.Kind kind, Operation operation, RequestId id) {
    commands.add(new TextCommand.Request(kind, operation, id));
  }

  private boolean fits(String key) {
    return key.length() <= settings.kv().keyBytesMax();
  }

  private static boolean isNumber(String word) {
    if (!word.matches("[+-]?[0-9]+")) return false;
    BigInteger number = new BigInteger(word);
    return number.compareTo(LONG_MIN) >= 0 && number.compareTo(LONG_MAX) <= 0;
  }

  private static long number(String word) {
    return new BigInteger(word).longValueExact();
  }
}
