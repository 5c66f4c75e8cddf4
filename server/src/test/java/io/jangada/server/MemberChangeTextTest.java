package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.etcd.MemberChange;
import io.jangada.protocol.etcd.MemberChange.End;
import io.jangada.protocol.etcd.MemberChange.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What servers say to each other about changes of members.
class MemberChangeTextTest {
  @Test
  void aChangeIsReadAsItWasWritten() {
    List<MemberChange> all =
        List.of(
            new MemberChange.Add(List.of("http://a:1"), true),
            new MemberChange.Add(List.of("http://a:1", "http://b:2"), false),
            new MemberChange.Remove(3),
            new MemberChange.Remove(-1),
            new MemberChange.Update(3, List.of("http://a:1")),
            new MemberChange.Promote(0),
            new MemberChange.Lead(2),
            new MemberChange.Publish(2, "a:1:2 name=x etcd=http://a:3"));
    for (MemberChange one : all)
      assertThat(MemberChangeText.change(MemberChangeText.of(one))).contains(one);
    for (String none : List.of("", "remove", "remove\n", "remove\nx", "publish\n1", "grow\n1"))
      assertThat(MemberChangeText.change(Bytes.utf8(none))).as(none).isEmpty();
  }

  @Test
  void anEndIsReadAsItWasWritten() {
    End end = new End(Kind.REFUSED, 4, "two\nlines");
    assertThat(MemberChangeText.end(MemberChangeText.of(end))).contains(end);
    assertThat(MemberChangeText.end(Bytes.utf8("DONE"))).isEmpty();
    assertThat(MemberChangeText.end(Bytes.utf8("LATER\n1\n"))).isEmpty();
  }
}
