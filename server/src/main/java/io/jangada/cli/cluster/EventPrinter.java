package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.WatchEvent;
import io.jangada.client.WatchListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Prints what a watch tells, until there were enough events or the watch ends.
final class EventPrinter implements WatchListener {
  private final Output output;
  private final boolean withFormer;
  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private long left;
  private long last = Long.MAX_VALUE;
  private volatile long count;

  /// @param most how many events it prints, 0 for all
  EventPrinter(Output output, boolean withFormer, long most) {
    this.output = output;
    this.withFormer = withFormer;
    left = most == 0 ? Long.MAX_VALUE : most;
  }

  /// Leaves out what is later than this revision.
  EventPrinter until(long revision) {
    last = revision;
    return this;
  }

  /// How many events were printed.
  long count() {
    return count;
  }

  /// Completed at the end, with the exit code.
  CompletableFuture<Integer> end() {
    return end;
  }

  /// Standard output may take its time.
  @Override
  public CompletionStage<?> onEvents(List<WatchEvent> events, boolean more) {
    CompletableFuture<Void> printed = CompletableFuture.runAsync(() -> print(events));
    printed.whenComplete((value, failure) -> endFor(failure));
    return printed;
  }

  private void endFor(Throwable failure) {
    if (failure != null) end.completeExceptionally(failure);
    else if (left == 0) end.complete(ExitCode.OK);
  }

  private void print(List<WatchEvent> events) {
    for (WatchEvent event : events) {
      if (left == 0 || event.revision() > last) return;
      left--;
      print(event);
      count++;
    }
  }

  /// Prints one as all are printed.
  void print(WatchEvent event) {
    if (output.isJson()) json(event);
    else line(event);
  }

  private void line(WatchEvent event) {
    var entry = event.entry();
    String revision = "" + event.revision();
    boolean tellsFormer = withFormer && event.former() != null;
    if (event.removed() && tellsFormer)
      Entries.line(output, revision, "removed", entry.key(), event.former().value());
    else if (event.removed()) Entries.line(output, revision, "removed", entry.key());
    else if (tellsFormer)
      Entries.line(output, revision, "put", entry.key(), entry.value(), event.former().value());
    else Entries.line(output, revision, "put", entry.key(), entry.value());
  }

  private void json(WatchEvent event) {
    output.json(
        out -> {
          out.writeBooleanProperty("ok", true);
          out.writeStringProperty("event", event.removed() ? "removed" : "put");
          if (event.removed()) {
            Output.bytes(out, "key", event.entry().key());
            out.writeNumberProperty("revision", event.revision());
          } else {
            Entries.json(out, event.entry());
            Output.bytes(out, "value", event.entry().value());
          }
          if (withFormer && event.former() != null)
            Output.bytes(out, "former", event.former().value());
        });
  }

  @Override
  public void onCompacted(long compacted) {
    end.complete(
        output.failed(
            ExitCode.FAILED,
            "compacted",
            "not kept any more: the first revision that can be read is " + compacted));
  }

  @Override
  public void onEnded(String reason) {
    end.complete(output.failed(ExitCode.FAILED, "refused", reason));
  }
}
