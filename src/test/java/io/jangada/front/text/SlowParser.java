package io.jangada.front.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
      commands.add(new TextCommand.Overlong());
      over = true;
    } else if (end < 0) {
      over = true;
    } else {
      String line = all.substring(place, end);
      place = end + 1;
      line(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    }
  }

  private void line(String line) {
    boolean endsData = afterData;
    afterData = false;
    List<String> words =
        Arrays.stream(line.split("[ \t\u000b\f\r]+")).filter(word -> !word.isEmpty()).toList();
    if (words.isEmpty()) {
      if (settings.dialect().emptyLinesAnswered() && !(endsData && line.isEmpty())) malformed();
      return;
    }
    switch (words.getFirst()) {
      case "admin" -> {
        if (words.size() < 2) malformed();
        else commands.add(new TextCommand.Admin(utf8(words.subList(1, words.size()))));
      }
      case "version" -> alone(words, new TextCommand.Version());
      case "quit" -> alone(words, new TextCommand.Quit());
      case "once" -> once(words);
      default -> request(words, null);
    }
  }

  private void malformed() {
    commands.add(new TextCommand.Malformed());
  }

  private void alone(List<String> words, TextCommand command) {
    commands.add(words.size() == 1 ? command : new TextCommand.Malformed());
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
      malformed();
      return;
    }
    RequestId id = new RequestId.Numbered(Bytes.wrap(latin(words.get(1))), number(words.get(2)));
    request(words.subList(3, words.size()), id);
  }

  private void request(List<String> words, RequestId id) {
    boolean right =
        switch (words.getFirst()) {
          case "get", "getm", "delete" -> words.size() == 2;
          case "set" -> words.size() == 4 && isStore(words.get(2), words.get(3));
          case "cas" ->
              words.size() == 5 && isStore(words.get(2), words.get(4)) && isNumber(words.get(3));
          default -> false;
        };
    if (!right) {
      malformed();
      return;
    }
    boolean fits = words.get(1).length() <= settings.kv().keyBytesMax();
    Bytes key = Bytes.wrap(latin(words.get(1)));
    switch (words.getFirst()) {
      case "get" -> add(fits, TextCommand.Kind.GET, new Operation.Get(key), id);
      case "getm" -> add(fits, TextCommand.Kind.GETM, new Operation.Get(key), id);
      case "delete" -> {
        var delete = new Operation.Delete(key, new Condition.Always());
        add(fits, TextCommand.Kind.DELETE, delete, id);
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
    BigInteger largest = BigInteger.valueOf(Long.MAX_VALUE / 1_000 * 1_000);
    boolean isSet = words.getFirst().equals("set");
    Condition condition;
    if (!isSet) condition = new Condition.Version(number(words.get(3)));
    else if (settings.dialect().setOverwrites()) condition = new Condition.Always();
    else condition = new Condition.Absent();
    Bytes key = Bytes.wrap(latin(words.get(1)));
    var write = new Operation.Write(key, value, millis.min(largest).longValueExact(), condition);
    add(
        key.length() <= settings.kv().keyBytesMax(),
        isSet ? TextCommand.Kind.SET : TextCommand.Kind.CAS,
        write,
        id);
  }

  private void add(boolean fits, TextCommand.Kind kind, Operation operation, RequestId id) {
    if (fits) commands.add(new TextCommand.Request(kind, operation, id));
    else malformed();
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
