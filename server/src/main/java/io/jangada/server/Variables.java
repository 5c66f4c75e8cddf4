package io.jangada.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The variables of the environment that are ours, such as `JANGADA_…`: one that nothing reads is
/// likely to be misspelt.
public final class Variables {
  private static final String PREFIX = "JANGADA_";

  /// Those of the launchers and of commands, beside those of settings.
  private static final List<String> OTHERS =
      List.of(
          "JANGADA_AOT",
          "JANGADA_CACERT",
          "JANGADA_CERT",
          "JANGADA_ENDPOINTS",
          "JANGADA_HEAP",
          "JANGADA_JAVA_HOME",
          "JANGADA_KEY",
          "JANGADA_MVN_ARGS",
          "JANGADA_OPTS",
          "JANGADA_SERVER_FLAGS",
          "JANGADA_USER");

  /// Names and values of those that Kubernetes sets where there is a service of such a name.
  private static final Pattern SERVICE_NAME =
      Pattern.compile(".*(_SERVICE_HOST|_SERVICE_PORT(_\\w+)?|_PORT_[0-9]+_[A-Z]+(_\\w+)?)");

  private static final Pattern SERVICE_VALUE = Pattern.compile("[a-z]+://.*");

  private Variables() {}

  /// A sentence about each `JANGADA_…` that is set and that nothing reads.
  public static List<String> complaints(Map<String, String> environment) {
    List<String> known = new ArrayList<>(OTHERS);
    for (Setting setting : Setting.values()) known.add(setting.variable());
    return complaints(environment, PREFIX, known);
  }

  /// A sentence about each that begins with `prefix`, is set, and is not known.
  public static List<String> complaints(
      Map<String, String> environment, String prefix, List<String> known) {
    List<String> complaints = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              if (!name.startsWith(prefix) || value.isEmpty() || known.contains(name)) return;
              if (SERVICE_NAME.matcher(name).matches() || SERVICE_VALUE.matcher(value).matches())
                return;
              String hint =
                  Nearest.to(name, known).map(near -> "; did you mean " + near + "?").orElse(".");
              complaints.add("the variable " + name + " is unknown" + hint);
            });
    return complaints;
  }
}
