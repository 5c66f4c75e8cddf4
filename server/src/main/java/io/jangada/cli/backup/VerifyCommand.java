package io.jangada.cli.backup;

import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.Columns;
import io.jangada.cli.cluster.Output;
import io.jangada.raft.SnapshotMeta;
import io.jangada.server.Reasons;
import io.jangada.store.DataReport;
import io.jangada.store.DataVerifier;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/// `jangada verify`: checks every byte of a data directory.
@Command(
    name = "verify",
    description = {"Check every byte of the data directory of a server that is not running."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a server can start from it",
      "1:a server cannot start from it, or it cannot be read",
      "2:wrong usage"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada verify data/server-0"},
    mixinStandardHelpOptions = true)
public final class VerifyCommand implements Callable<Integer> {
  @Mixin private Output output;

  @Parameters(paramLabel = "DIR", description = "The data directory.")
  private Path directory;

  @Override
  public Integer call() {
    if (!Files.isDirectory(directory))
      return output.failed(ExitCode.FAILED, "unreadable", "there is no directory " + directory);
    DataReport report;
    try {
      report = DataVerifier.verify(OsDisk.readOnly(directory.toAbsolutePath()));
    } catch (IOException e) {
      return output.failed(ExitCode.FAILED, "unreadable", directory + ": " + Reasons.of(e));
    }
    if (output.isJson()) output.json(out -> write(report, out));
    else output.line(text(report));
    report.problems().forEach(problem -> output.complain(directory + ": " + problem));
    return report.isGood() ? ExitCode.OK : ExitCode.FAILED;
  }

  private static String text(DataReport report) {
    StringBuilder text = new StringBuilder("data of " + report.identity());
    report.log().ifPresent(log -> text.append(text(log)));
    text.append('\n');
    if (!report.segments().isEmpty()) text.append(segments(report.segments())).append('\n');
    if (!report.snapshots().isEmpty()) text.append(snapshots(report.snapshots())).append('\n');
    int problems = report.problems().size();
    if (problems == 0) return text.append("good").toString();
    return text.append("NOT GOOD: ")
        .append(problems)
        .append(problems == 1 ? " problem" : " problems")
        .toString();
  }

  private static String text(DataReport.LogReport log) {
    return ", in term " + log.hardState().term() + ", up to entry " + log.last().index();
  }

  private static String segments(List<DataReport.SegmentReport> segments) {
    Columns columns = new Columns("SEGMENT", "USED", "OF", "ENTRIES", "THEN");
    for (DataReport.SegmentReport each : segments)
      columns.add(
          List.of(
              each.name(),
              "" + each.usedBytes(),
              "" + each.sizeBytes(),
              each.contents().indexMax() == 0
                  ? "-"
                  : each.contents().indexMin() + "-" + each.contents().indexMax(),
              each.end()));
    return columns.text();
  }

  private static String snapshots(List<DataReport.SnapshotReport> snapshots) {
    Columns columns = new Columns("SNAPSHOT", "BYTES", "CHUNKS", "STATE");
    for (DataReport.SnapshotReport each : snapshots)
      columns.add(
          List.of(
              each.name(),
              each.meta().map(meta -> "" + meta.sizeBytes()).orElse("-"),
              each.meta().map(meta -> "" + meta.chunks()).orElse("-"),
              each.problem().isEmpty() ? "good" : "damaged"));
    return columns.text();
  }

  private static void write(DataReport report, JsonGenerator out) {
    out.writeBooleanProperty("ok", report.isGood());
    out.writeStringProperty("cluster", report.identity().clusterId());
    out.writeNumberProperty("member", report.identity().memberId());
    report.log().ifPresent(log -> write(log, out));
    out.writeArrayPropertyStart("segments");
    for (DataReport.SegmentReport each : report.segments()) write(each, out);
    out.writeEndArray();
    out.writeArrayPropertyStart("snapshots");
    for (DataReport.SnapshotReport each : report.snapshots()) write(each, out);
    out.writeEndArray();
    out.writeArrayPropertyStart("problems");
    for (String each : report.problems()) out.writeString(each);
    out.writeEndArray();
  }

  private static void write(DataReport.LogReport log, JsonGenerator out) {
    out.writeNumberProperty("term", log.hardState().term());
    out.writeNumberProperty("vote", log.hardState().vote());
    out.writeNumberProperty("logAfter", log.compacted().index());
    out.writeNumberProperty("lastIndex", log.last().index());
  }

  private static void write(DataReport.SegmentReport segment, JsonGenerator out) {
    out.writeStartObject();
    out.writeStringProperty("name", segment.name());
    out.writeNumberProperty("sizeBytes", segment.sizeBytes());
    out.writeNumberProperty("usedBytes", segment.usedBytes());
    out.writeNumberProperty("groups", segment.contents().groups());
    out.writeNumberProperty("records", segment.contents().records());
    out.writeNumberProperty("indexMin", segment.contents().indexMin());
    out.writeNumberProperty("indexMax", segment.contents().indexMax());
    out.writeStringProperty("end", segment.end());
    out.writeEndObject();
  }

  private static void write(DataReport.SnapshotReport snapshot, JsonGenerator out) {
    out.writeStartObject();
    out.writeStringProperty("name", snapshot.name());
    snapshot
        .meta()
        .ifPresent(
            (SnapshotMeta meta) -> {
              out.writeNumberProperty("index", meta.last().index());
              out.writeNumberProperty("term", meta.last().term());
              out.writeNumberProperty("chunks", meta.chunks());
              out.writeNumberProperty("bytes", meta.sizeBytes());
            });
    snapshot.problem().ifPresent(problem -> out.writeStringProperty("problem", problem));
    out.writeEndObject();
  }
}
