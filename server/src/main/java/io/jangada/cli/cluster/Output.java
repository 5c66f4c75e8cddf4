package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.cli.ExitCode;
import io.jangada.client.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// How a command reports its outcome: data on standard output, in the form that was asked for, and
/// complaints on standard error.
///
/// In JSON every object has `ok`; where that is `false` there is `error`, one word, and `reason`,
/// which is on standard error as well.
public final class Output implements Environment.Surrounded {
  private static final JsonFactory JSON = new JsonFactory();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "simple",
      description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private OutputFormat form;

  private Environment surroundings = Environment.ofProcess();

  @Override
  public void surround(Environment surroundings) {
    this.surroundings = surroundings;
  }

  public boolean isJson() {
    return form == OutputFormat.json;
  }

  /// Writes bytes to standard output, as they are.
  public void data(byte[]... pieces) {
    try {
      for (byte[] piece : pieces) surroundings.out().write(piece);
      surroundings.out().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("standard output: " + e.getMessage(), e);
    }
  }

  public void line(String text) {
    data((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Writes one object and the end of the line.
  public void json(Consumer<JsonGenerator> members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      members.accept(out);
      out.writeEndObject();
    }
    bytes.write('\n');
    data(bytes.toByteArray());
  }

  /// Bytes as a member of an object: as text where they are UTF-8, and otherwise in Base64 under
  /// the name with `Base64` behind it.
  public static void bytes(JsonGenerator out, String name, Bytes bytes) {
    try {
      ByteBuffer buffer = bytes.asBuffer();
      out.writeStringProperty(name, StandardCharsets.UTF_8.newDecoder().decode(buffer).toString());
    } catch (CharacterCodingException e) {
      out.writeStringProperty(
          name + "Base64", java.util.Base64.getEncoder().encodeToString(bytes.toArray()));
    }
  }

  /// Says on standard error what went wrong, after the command's name.
  public void complain(String sentence) {
    var err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + sentence);
    err.flush();
  }

  /// Tells that it was not done, or not surely.
  ///
  /// @param word what kind of failure, for programs
  /// @return `code`
  public int failed(int code, String word, String sentence) {
    if (isJson())
      json(
          out -> {
            out.writeBooleanProperty("ok", false);
            out.writeStringProperty("error", word);
            out.writeStringProperty("reason", sentence);
          });
    complain(sentence);
    return code;
  }

  /// Tells of the reply to a write.
  ///
  /// @return the exit code
  int written(Reply.ToWrite reply, String key) {
    if (!(reply instanceof Reply.Written(long version))) return no(reply, key);
    if (isJson())
      json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeStringProperty("key", key);
            out.writeNumberProperty("version", version);
          });
    else line("OK " + version);
    return ExitCode.OK;
  }

  /// Tells of a reply that is a no.
  ///
  /// @param what the key, or what else the command was about
  /// @return the exit code
  public int no(Reply reply, String what) {
    return switch (reply) {
      case Reply.NotFound() -> failed(ExitCode.KEY_NOT_FOUND, "not-found", "no such key: " + what);
      case Reply.Mismatch() ->
          failed(
              ExitCode.PRECONDITION_FAILED,
              "mismatch",
              "nothing was changed: " + what + " has another version");
      case Reply.Refused(String reason) -> failed(ExitCode.FAILED, "refused", reason);
      case Reply.Unavailable(String reason) ->
          failed(ExitCode.UNAVAILABLE, "unavailable", "not done: " + reason);
      case Reply.Unknown(String reason) ->
          failed(ExitCode.FAILED, "unknown", "outcome UNKNOWN: " + reason);
      case Reply.Compacted(long compacted) ->
          failed(
              ExitCode.FAILED,
              "compacted",
              "not kept any more: the first revision that can be read is " + compacted);
      case Reply.Rejected(Reply.Reason reason) -> rejected(reason, what);
      case Reply.Found _,
          Reply.FoundVersion _,
          Reply.Written _,
          Reply.Deleted _,
          Reply.Told _,
          Reply.Advanced _ ->
          throw new IllegalStateException("not a no: " + reply);
    };
  }

  private int rejected(Reply.Reason reason, String what) {
    boolean isMissing = reason == Reply.Reason.LEASE_NOT_FOUND;
    return failed(
        isMissing ? ExitCode.KEY_NOT_FOUND : ExitCode.FAILED,
        isMissing ? "not-found" : "refused",
        "nothing was changed: " + reason.sentence() + ": " + what);
  }
}
