package io.jangada.cli.backup;

import io.jangada.bytes.MalformedException;
import io.jangada.cli.Bar;
import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.ClusterOptions;
import io.jangada.cli.cluster.ClusterStatus;
import io.jangada.cli.cluster.Output;
import io.jangada.client.JangadaClient;
import io.jangada.server.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jangada backup`: a copy of all data, taken while the cluster serves.
@Command(
    name = "backup",
    description = {
      "Back up all data into a file while the cluster serves: the backup has every write that was"
          + " acknowledged before it began. 'restore' makes data directories of it.",
      "An interrupted backup (FILE.part) is resumed if possible."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the file is complete, and on disk",
      "1:failed",
      "2:wrong usage",
      "69:no server could be reached"
    },
    footerHeading = "%nFor example:%n",
    footer = {"  jangada backup monday.backup"},
    mixinStandardHelpOptions = true)
public final class BackupCommand implements Callable<Integer> {
  private static final int ATTEMPTS_MAX = 3;

  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Parameters(paramLabel = "FILE", description = "The file to make.")
  private Path file;

  @Option(names = "--force", description = "Replace an existing file.")
  private boolean force;

  @Override
  public Integer call() {
    if (Files.exists(file) && !force)
      return output.failed(ExitCode.FAILED, "exists", file + " exists; --force replaces it");
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder))
      return output.failed(
          ExitCode.FAILED, "failed", file + " cannot be written: there is no folder " + folder);
    try (JangadaClient client = cluster.openPatiently()) {
      Optional<ClusterStatus.Answer> server =
          ClusterStatus.call(client, cluster.endpoints()).mostAdvanced();
      if (server.isEmpty())
        return output.failed(ExitCode.UNAVAILABLE, "unavailable", "no server could be reached");
      return copy(new BackupSource(client, server.get().endpoint()));
    } catch (MalformedException e) {
      return output.failed(ExitCode.FAILED, "failed", file + ": " + e.getMessage());
    } catch (IOException e) {
      return output.failed(ExitCode.FAILED, "failed", file + ": " + Reasons.of(e));
    } catch (BackupSource.RefusedException e) {
      return output.failed(ExitCode.FAILED, "refused", e.getMessage());
    }
  }

  private int copy(BackupSource source) throws IOException, BackupSource.RefusedException {
    Optional<BackupWriter> begun = BackupWriter.resume(file);
    if (begun.isPresent()) {
      try (BackupWriter writer = begun.get()) {
        output.complain("resumes the backup after " + writer.chunks() + " chunks");
        return fill(writer, source);
      } catch (BackupSource.RefusedException e) {
        output.complain("cannot resume the backup (" + e.getMessage() + "): starts a new one");
      }
    }
    for (int attempt = 1; ; attempt++) {
      try (BackupWriter writer = BackupWriter.begin(file, source.snapshot())) {
        return fill(writer, source);
      } catch (BackupSource.RefusedException e) {
        if (attempt == ATTEMPTS_MAX) throw e;
      }
    }
  }

  private int fill(BackupWriter writer, BackupSource source)
      throws IOException, BackupSource.RefusedException {
    Description description = writer.description();
    try (Bar bar = Bar.of("backup")) {
      source.chunks(
          description,
          writer.chunks(),
          chunk -> {
            writer.append(chunk);
            bar.accept((double) writer.chunks() / description.chunks());
          });
    }
    writer.finish();
    if (output.isJson())
      output.json(
          out -> {
            out.writeBooleanProperty("ok", true);
            out.writeStringProperty("file", "" + file);
            out.writeStringProperty("cluster", description.cluster());
            out.writeNumberProperty("index", description.last().index());
            out.writeNumberProperty("term", description.last().term());
            out.writeNumberProperty("bytes", description.sizeBytes());
          });
    else
      output.line(
          "%s: cluster '%s' up to index %d, %d bytes in %d chunks"
              .formatted(
                  file,
                  description.cluster(),
                  description.last().index(),
                  description.sizeBytes(),
                  description.chunks()));
    return ExitCode.OK;
  }
}
