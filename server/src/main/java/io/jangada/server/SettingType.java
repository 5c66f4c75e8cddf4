package io.jangada.server;

import io.jangada.codec.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What values a [Setting] takes, and how they are written in a file, in the environment and on the
/// command line.
sealed interface SettingType {
  /// The one text of the value that `written` means, or empty when it is no value of this kind.
  Optional<String> normal(String written);

  /// What a value must be, to follow "it must be".
  String wants();

  /// How a value in a JSON file would be written elsewhere, or empty when it is of another type.
  Optional<String> written(Json json);

  /// A whole number, which may have a unit where that helps.
  record Whole(long min, long max, Unit unit) implements SettingType {
    @Override
    public Optional<String> normal(String written) {
      OptionalLong number = unit.read(written);
      if (number.isEmpty() || number.getAsLong() < min || number.getAsLong() > max)
        return Optional.empty();
      return Optional.of(Long.toString(number.getAsLong()));
    }

    @Override
    public String wants() {
      return "a whole number from " + min + " to " + max + unit.example();
    }

    @Override
    public Optional<String> written(Json json) {
      return switch (json) {
        case Json.Num(BigDecimal value, boolean whole) when whole && value.precision() <= 15 ->
            Optional.of(value.toPlainString());
        case Json.Str(String value) when unit != Unit.NONE && !value.matches("[0-9]*") ->
            Optional.of(value);
        case Json.Num _, Json.Str _, Json.Obj _, Json.Arr _, Json.Bool _, Json.Null _ ->
            Optional.empty();
      };
    }
  }

  /// Two numbers of milliseconds between which something is drawn; a single one stands for itself
  /// and its double.
  record Range(long min, long max) implements SettingType {
    @Override
    public Optional<String> normal(String written) {
      String[] ends = written.split("-", -1);
      if (ends.length > 2) return Optional.empty();
      OptionalLong first = Unit.MILLIS.read(ends[0]);
      if (first.isEmpty()) return Optional.empty();
      OptionalLong second =
          ends.length == 2
              ? Unit.MILLIS.read(ends[1])
              : OptionalLong.of(Math.min(max, 2 * first.getAsLong()));
      if (second.isEmpty()) return Optional.empty();
      long low = first.getAsLong();
      long high = second.getAsLong();
      return low < min || high > max || low > high
          ? Optional.empty()
          : Optional.of(low + "-" + high);
    }

    @Override
    public String wants() {
      return "milliseconds from "
          + min
          + " to "
          + max
          + ": one number, which goes up to its double, or two, as in [150, 300] or \"150-300\"";
    }

    @Override
    public Optional<String> written(Json json) {
      return switch (json) {
        case Json.Num(BigDecimal value, boolean whole) when whole && value.precision() <= 15 ->
            Optional.of(value.toPlainString());
        case Json.Str(String value) -> Optional.of(value);
        case Json.Arr(List<Json> items) when items.size() == 2 ->
            written(items.get(0))
                .flatMap(low -> written(items.get(1)).map(high -> low + "-" + high));
        case Json.Num _, Json.Obj _, Json.Arr _, Json.Bool _, Json.Null _ -> Optional.empty();
      };
    }
  }

  /// One of a few words.
  record Word(List<String> words) implements SettingType {
    @Override
    public Optional<String> normal(String written) {
      return words.stream().filter(written::equalsIgnoreCase).findFirst();
    }

    @Override
    public String wants() {
      return "one of " + String.join(", ", words);
    }

    @Override
    public Optional<String> written(Json json) {
      return json instanceof Json.Str(String value) ? Optional.of(value) : Optional.empty();
    }
  }

  record Flag() implements SettingType {
    @Override
    public Optional<String> normal(String written) {
      return switch (written) {
        case "true", "on", "yes", "1" -> Optional.of("true");
        case "false", "off", "no", "0" -> Optional.of("false");
        default -> Optional.empty();
      };
    }

    @Override
    public String wants() {
      return "true or false";
    }

    @Override
    public Optional<String> written(Json json) {
      return json instanceof Json.Bool(boolean value)
          ? Optional.of(Boolean.toString(value))
          : Optional.empty();
    }
  }

  /// @param wants what such a text must be
  record Text(Pattern pattern, String wants) implements SettingType {
    @Override
    public Optional<String> normal(String written) {
      return pattern.matcher(written).matches() ? Optional.of(written) : Optional.empty();
    }

    @Override
    public Optional<String> written(Json json) {
      return json instanceof Json.Str(String value) ? Optional.of(value) : Optional.empty();
    }
  }

  /// Several names, with commas between them.
  record Names() implements SettingType {
    @Override
    public Optional<String> normal(String written) {
      List<String> names = Stream.of(written.split(",", -1)).map(String::strip).toList();
      return names.stream().allMatch(name -> name.matches("[!-~]([ -~]*[!-~])?"))
          ? Optional.of(String.join(",", names))
          : Optional.empty();
    }

    @Override
    public String wants() {
      return "names with commas between them, or an array of names";
    }

    @Override
    public Optional<String> written(Json json) {
      return switch (json) {
        case Json.Str(String value) -> Optional.of(value);
        case Json.Arr(List<Json> items) when items.stream().allMatch(Json.Str.class::isInstance) ->
            Optional.of(
                items.stream()
                    .map(item -> ((Json.Str) item).value())
                    .collect(Collectors.joining(",")));
        case Json.Num _, Json.Obj _, Json.Arr _, Json.Bool _, Json.Null _ -> Optional.empty();
      };
    }
  }
}
