package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `bin/dist` makes of this checkout, used from a folder that cannot be written, where there
/// is no Java on the PATH. The packages themselves are made by [DistTrial]: packing takes minutes.
@Timeout(900)
class DistTest {
  @TempDir private Path folder;

  @Test
  void itRunsWithoutJavaAndCannotBeHarmed() throws Exception {
    Path dist = folder.resolve("dist");
    Tried tried = new Tried(folder);
    Tried.Ran made = tried.run(Map.of(), "bin/dist", "--unpacked", "" + dist);
    assertThat(made.code()).as(made.said()).isZero();
    Path home = Tried.only(dist, "jangada-*-linux-*");
    tried.checkInstalled(home);
  }
}
