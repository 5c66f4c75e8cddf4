package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.cli.ExitCode;
import io.jangada.client.Reply;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;

/// Replies to admin commands, read and reported.
public final class Admin {
  private static final int LIST_MAX = 10_000;
  private static final String NO_LEADER = "no leader";

  private Admin() {}

  /// A server's reply: an object, whose `ok` is whether it carried the command out.
  ///
  /// @throws MalformedException when it is none
  public static Json.Obj read(Bytes content) {
    byte[] bytes = content.toArray();
    if (new JsonReader().read(bytes, 0, bytes.length) instanceof Json.Obj response) return response;
    throw new MalformedException("no object");
  }

  /// Why the server did not do it, or null when it did.
  public static String refusal(Json.Obj response) {
    if (response.flag("ok")) return null;
    return response.get("error") instanceof Json.Str(String why)
        ? why
        : "the server gives no reason";
  }

  /// Reports what came of a command.
  ///
  /// @param done what to do with the answer of a server that did it
  /// @return the exit code
  static int report(Output output, Reply.ToAdmin reply, ToIntFunction<Json.Obj> done) {
    if (!(reply instanceof Reply.Told(Bytes content))) return output.no(reply, "that");
    try {
      Json.Obj response = read(content);
      String refusal = refusal(response);
      if (refusal == null) return done.applyAsInt(response);
      boolean later = refusal.startsWith(NO_LEADER);
      return later
          ? output.failed(ExitCode.UNAVAILABLE, "unavailable", "not done: " + refusal)
          : output.failed(ExitCode.FAILED, "refused", "refused: " + refusal);
    } catch (MalformedException e) {
      return output.failed(
          ExitCode.FAILED, "malformed", "the server's reply is malformed: " + e.getMessage());
    }
  }

  /// Reports a change in the server's own words.
  static int reportChange(Output output, Json.Obj response) {
    if (output.isJson()) return raw(output, response);
    String words = response.get("says") instanceof Json.Str(String text) ? text : "done";
    boolean later = response.has("done") && !response.flag("done");
    output.line(
        (response.flag("dryRun") ? "would do: " : "") + words + (later ? " (in progress)" : ""));
    return ExitCode.OK;
  }

  /// Prints the texts of a list in a server's reply, a line each.
  static int list(Output output, Json.Obj response, String name) {
    if (output.isJson()) return raw(output, response);
    for (Json each : response.list(name, LIST_MAX))
      if (each instanceof Json.Str(String text)) output.line(text);
    return ExitCode.OK;
  }

  /// Prints what a server said, as it is.
  public static int raw(Output output, Json json) {
    output.line(new String(json.canonical().toArray(), StandardCharsets.UTF_8));
    return ExitCode.OK;
  }

  /// A member as text, `-` where there is none.
  public static String text(Json.Obj from, String name) {
    return switch (from.get(name)) {
      case null -> "-";
      case Json.Str(String text) -> text;
      case Json.Num(var number, boolean _) -> number.toPlainString();
      case Json.Bool(boolean flag) -> "" + flag;
      case Json.Obj _, Json.Arr _, Json.Null _ -> "-";
    };
  }

  /// A whole number, or `otherwise` where there is none.
  public static long number(Json.Obj from, String name, long otherwise) {
    return from.get(name) instanceof Json.Num(var number, boolean whole) && whole
        ? number.longValue()
        : otherwise;
  }
}
