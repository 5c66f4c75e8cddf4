package io.jangada.protocol.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.AuditEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditedWatcherTest {
  private final List<String> recorded = new ArrayList<>();

  private final class Trail implements Audit {
    private final boolean isWanted;

    Trail(boolean isWanted) {
      this.isWanted = isWanted;
    }

    @Override
    public boolean isOn() {
      return true;
    }

    @Override
    public boolean wants(Operation operation) {
      return isWanted;
    }

    @Override
    public boolean wants(KeyRange watched) {
      return isWanted;
    }

    @Override
    public void record(AuditEvent event) {
      recorded.add(event.end().kind() + " " + event.end().reason());
    }
  }

  private static final class Deaf implements Watcher {
    @Override
    public void started(long revision) {}

    @Override
    public boolean admit() {
      return true;
    }

    @Override
    public boolean events(List<WatchEvent> events) {
      return true;
    }

    @Override
    public void progress(long revision) {}

    @Override
    public void compacted(long compacted) {}

    @Override
    public void ended(WatchEnd reason) {}
  }

  private Watcher watcher(boolean isWanted, String user) {
    var request =
        new WatchRequest(KeyRange.ALL, 0, false, new WatchRequest.Kinds(true, true), false);
    var who = new AuditEvent.Who(user, null, null);
    return new AuditedWatcher(new Trail(isWanted), who, request, new Deaf());
  }

  @Test
  void oneThatFindsNoRoomIsRecordedWhenItStarts() {
    watcher(true, "ana").ended(WatchEnd.BUSY);
    assertThat(recorded).isEmpty();
    Watcher later = watcher(true, "ana");
    later.started(5);
    later.ended(WatchEnd.BUSY);
    assertThat(recorded).containsExactly("DONE ", "BUSY too many requests are waiting");
  }

  @Test
  void thatAUserMayNotIsRecordedThoughWatchesAreNot() {
    watcher(false, null).ended(WatchEnd.PERMISSION_DENIED);
    watcher(false, "ana").started(5);
    assertThat(recorded).isEmpty();
    watcher(false, "ana").ended(WatchEnd.PERMISSION_DENIED);
    assertThat(recorded).containsExactly("REFUSED permission denied");
  }
}
