package io.jangada.cli.cluster;

import io.jangada.kv.KvLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/// Where a transaction is read from.
final class TransactionFile implements Environment.Surrounded {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file with the transaction (default: standard input).")
  private Path file;

  private Environment surroundings = Environment.ofProcess();

  @Override
  public void surround(Environment surroundings) {
    this.surroundings = surroundings;
  }

  /// @throws picocli.CommandLine.ParameterException when it cannot be read, or makes no sense
  TransactionText read(ClusterOptions cluster) {
    String name = file == null ? "standard input" : file.toString();
    try (InputStream in = open()) {
      byte[] all = in.readNBytes(KvLimits.VALUE_BYTES_HARD_MAX + 1);
      if (all.length > KvLimits.VALUE_BYTES_HARD_MAX)
        throw cluster.wrong(name + " is larger than any transaction");
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(all));
      return TransactionText.parse(text.toString());
    } catch (CharacterCodingException e) {
      throw cluster.wrong(name + " is not UTF-8; other bytes are written as \\xHH");
    } catch (IOException e) {
      throw cluster.wrong(name + " cannot be read: " + e.getMessage());
    } catch (TransactionText.LineException e) {
      throw cluster.wrong(name + ", " + e.getMessage());
    }
  }

  private InputStream open() throws IOException {
    return file == null
        ? surroundings.in()
        : Files.newInputStream(surroundings.folder().resolve(file));
  }
}
