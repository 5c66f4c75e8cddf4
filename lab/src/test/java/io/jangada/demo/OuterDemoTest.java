package io.jangada.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.cli.ExitCode;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A demo whose servers are processes, and a demo whose ports are used by somebody else.
class OuterDemoTest {
  @TempDir private Path data;

  @Test
  void processesAreStoppedResumedKilledAndStarted() throws Exception {
    DemoSession session = DemoSession.processes(data);
    session.type("wait");
    String first =
        session.hear("n(\\d) leads term \\d+; entry 1 is applied by n1, n2, n3").group(1);
    session.type("set boat \"under sail\"");
    session.answer("ok, version 2 .*committed by n" + first);
    session.type("pause leader");
    session.hear("n" + first + " is stopped, with its connections open");
    session.type("get boat");
    session.answer("\"under sail\", version 2 .*read through n[^" + first + "] in term");
    session.type("status");
    session.answer("n" + first + " +paused ");
    session.type("pause " + first);
    session.hear("stopped already: n" + first);
    session.type("resume " + first);
    session.hear("n" + first + " goes on");
    session.type("resume " + first);
    session.hear("not stopped: n" + first);
    session.type("cas boat \"in port\" lost");
    session.answer("not changed: another value is there, version 2 ");
    session.type("cas boat \"under sail\" moored");
    String version = session.answer("ok, version (\\d+) ").group(1);
    session.type("set boat \"at sea\" 1500ms");
    session.answer("refused: the text protocol counts the time to live in whole seconds");
    session.type("get \"a b\"");
    session.answer("refused: keys of the text protocol have no blanks");
    session.type("partition 1");
    session.hear("processes cannot be cut off");
    session.type("kill leader");
    session.hear("n\\d is killed: term \\d+ has no leader");
    session.type("get boat");
    session.answer("moored, version " + version + " ");
    session.type("start all");
    session.hear("n\\d has caught up");
    session.type("delete boat");
    session.answer("deleted ");
    session.type("kill all");
    session.hear("no majority is left");
    session.type("get boat");
    session.answer("not done: nobody leads");
    assertThat(session.end()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void theServersOfAnyDemoServeWhoeverComesToTheirPorts() throws Exception {
    try (DemoSession session = DemoSession.script(data)) {
      session.type("set k v");
      String[] ports =
          session.hear("they serve at 127.0.0.1, ports ([0-9, ]+):").group(1).split(", ");
      session.answer("ok, version 2 ");
      for (String port : ports) {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(port));
        try (TextConnection connection = TextConnection.open(address, 10_000)) {
          TextReply wanted = new TextReply.Meta(2, 0, Bytes.utf8("v"));
          assertThat(connection.getm("k")).isEqualTo(wanted);
        }
      }
      assertThat(ports).hasSize(3);
    }
  }

  @Test
  void whatOneFormOfTheDemoWroteTheOtherReads() throws Exception {
    try (DemoSession inner = DemoSession.script(data)) {
      inner.type("set k v");
      inner.answer("ok, version 2 ");
      inner.type("pause 1");
      inner.hear("only a process can be stopped");
    }
    try (DemoSession outer = DemoSession.processes(data)) {
      outer.type("get k");
      outer.answer("v, version 2 ");
    }
  }
}
