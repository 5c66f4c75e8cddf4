package io.jangada.server;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The values in force, each with where it came from: a flag goes before the environment, that
/// before the file, that before the default.
public final class Settings {
  /// @param source a flag, a variable, a file, or `default`
  public record Value(String text, String source) {}

  static final String DEFAULT = "default";

  private final Map<Setting, Value> values;

  /// @param values in their normal form
  Settings(Map<Setting, Value> values) {
    this.values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values())
      if (!setting.defaultValue().isEmpty())
        this.values.put(setting, new Value(setting.defaultValue(), DEFAULT));
    this.values.putAll(values);
  }

  /// The value, or empty where there is none and no default.
  public Optional<Value> value(Setting setting) {
    return Optional.ofNullable(values.get(setting));
  }

  public boolean has(Setting setting) {
    return values.containsKey(setting);
  }

  public String text(Setting setting) {
    Value value = values.get(setting);
    if (value == null) throw new IllegalStateException(setting.field() + " has no value");
    return value.text;
  }

  public boolean is(Setting setting, String word) {
    return text(setting).equals(word);
  }

  public boolean flag(Setting setting) {
    return Boolean.parseBoolean(text(setting));
  }

  public long number(Setting setting) {
    return Long.parseLong(text(setting));
  }

  public int whole(Setting setting) {
    return Math.toIntExact(number(setting));
  }

  /// The names of a list; none where it has no value.
  List<String> names(Setting setting) {
    return has(setting) ? List.of(text(setting).split(",")) : List.of();
  }

  /// The lower end of a range.
  public long low(Setting setting) {
    return Long.parseLong(text(setting).split("-")[0]);
  }

  /// The upper end of a range.
  public long high(Setting setting) {
    return Long.parseLong(text(setting).split("-")[1]);
  }
}
