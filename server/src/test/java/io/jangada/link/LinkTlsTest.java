package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.net.ReloadingTls;
import io.jangada.net.TestCertificates;
import io.jangada.net.TlsFailure;
import io.jangada.net.TlsFiles;
import io.jangada.net.TlsPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Links with TLS: both sides show certificates, and links are renewed when these change.
class LinkTlsTest {
  @TempDir static Path folder;
  private static TestCertificates ca;
  private static TlsFiles first;
  private static TlsFiles second;

  /// For peers that are soon tried again, and not given up because the machine is busy.
  private static final LinkSettings.Times PATIENT = new LinkSettings.Times(10_000, 1, 4, 20_000);

  private final Ends ends = new Ends();

  @BeforeAll
  static void makeCertificates() {
    ca = new TestCertificates(folder, "members");
    first = ca.issue("server-1");
    second = ca.issue("server-2");
  }

  @AfterEach
  void closeAll() {
    ends.close();
  }

  private static ReloadingTls tls(TlsFiles files, String... names) throws IOException {
    return ReloadingTls.open("log", files, TlsPolicy.MUTUAL.withAllowedNames(List.of(names)));
  }

  private Ends.End open(int id, ReloadingTls tls) throws IOException {
    LinkSettings.Credentials credentials = new LinkSettings.Credentials(tls, Secret.NONE);
    Ends.End end = ends.open(ends.settings(id).withCredentials(credentials).withTimes(PATIENT));
    tls.onReload(end.links::renew);
    ends.addresses.put(id, end.links.address());
    return end;
  }

  @Test
  void membersTalkBothWays() throws Exception {
    Ends.End one = open(1, tls(first));
    Ends.End two = open(2, tls(second));
    for (int term = 1; term <= 1_000; term++) {
      one.send(2, term);
      two.send(1, term);
    }
    for (int term = 1; term <= 1_000; term++) {
      assertThat(two.nextTerm()).isEqualTo(term);
      assertThat(one.nextTerm()).isEqualTo(term);
    }
  }

  @Test
  void aMemberOfAnotherCaIsRefused() throws Exception {
    TestCertificates impostor =
        new TestCertificates(Files.createDirectory(folder.resolve("impostor")), "members");
    TlsFiles theirs = impostor.issue("server-2");
    Ends.End one = open(1, tls(first));
    Ends.End two = open(2, tls(new TlsFiles(theirs.certificate(), theirs.key(), ca.ca(), null)));
    assertThat(Ends.complaint(two, 1)).contains("it refused this side");
    assertThat(one.links.gate().refused(TlsFailure.Kind.UNTRUSTED)).isPositive();
    assertThat(Ends.complaint(one, 2)).contains("does not come from a trusted CA");
    assertThat(one.received).isEmpty();
    assertThat(two.received).isEmpty();
  }

  @Test
  void aMemberWithAnotherNameIsRefused() throws Exception {
    Ends.End one = open(1, tls(first, "server-1", "server-3"));
    Ends.End two = open(2, tls(second));
    assertThat(Ends.complaint(two, 1)).contains("it refused this side");
    assertThat(one.links.gate().refused(TlsFailure.Kind.NAME)).isPositive();
    assertThat(Ends.complaint(one, 2)).contains("none of the allowed names");
  }

  @Test
  void aMemberMustNameTheHostThatWasDialled() throws Exception {
    TlsFiles elsewhere = ca.issue("elsewhere", "CN=server-2", "san=dns:b.example");
    Ends.End one = open(1, tls(first));
    open(2, tls(elsewhere));
    assertThat(Ends.complaint(one, 2)).contains("does not name it");
  }

  @Test
  void aMemberWithoutTlsAndOneWithItGetAClearWord() throws Exception {
    Ends.End one = open(1, tls(first));
    Ends.End plain = ends.open(2);
    assertThat(Ends.complaint(plain, 1)).contains("this port speaks TLS");
    assertThat(Ends.complaint(one, 2)).contains("it does not speak TLS");
    assertThat(one.links.gate().refused(TlsFailure.Kind.PLAIN)).isPositive();
    assertThat(plain.links.gate().refused(TlsFailure.Kind.TLS)).isPositive();
  }

  @Test
  void aNewCertificateRenewsLinksAndNoMessageIsLost() throws Exception {
    TlsFiles old = ca.issue("rotated");
    TlsFiles next = ca.issue("rotated-next");
    ReloadingTls tls = tls(old);
    Ends.End one = open(1, tls);
    Ends.End two = open(2, tls(second));
    assertThat(Ends.isReached(one, two)).isTrue();
    one.events.clear();
    TestCertificates.replace(old.certificate(), next.certificate());
    TestCertificates.replace(old.key(), next.key());
    tls.reload();
    two.received.clear();
    long sent = 0;
    for (; one.events.isEmpty() || sent < 100_000; sent++) {
      one.send(2, sent);
      // No more at a time than may wait.
      if (sent % 1_000 == 0) while (one.stats(2).now().queueBytes() > 1 << 20) Thread.onSpinWait();
    }
    assertThat(one.next(LinkEvent.Renewed.class).peer()).isEqualTo(2);
    BitSet heard = new BitSet();
    while (heard.cardinality() < sent) heard.set((int) two.nextTerm());
    assertThat(two.gone).isEmpty();
    assertThat(one.stats(2).attempts().losses()).isZero();
    assertThat(one.stats(2).sent().dropped()).isZero();
  }

  @Test
  void aRevokedMemberIsPutOutAtOnce() throws Exception {
    TlsFiles lost = ca.issue("lost");
    Path list = ca.revoke();
    ReloadingTls tls = tls(new TlsFiles(first.certificate(), first.key(), ca.ca(), list));
    Ends.End one = open(1, tls);
    Ends.End two = open(2, tls(lost));
    assertThat(Ends.isReached(one, two)).isTrue();
    assertThat(Ends.isReached(two, one)).isTrue();
    one.events.clear();
    ca.revoke("lost");
    tls.reload();
    List<String> told = new ArrayList<>();
    while (told.stream().filter(text -> text.contains("revoked")).count() < 2)
      told.add(one.nextEvent().text());
    assertThat(told.toString()).contains("'CN=lost' is revoked");
    one.received.clear();
    assertThat(Ends.complaint(one, 2)).contains("revoked");
    two.events.clear();
    assertThat(Ends.complaint(two, 1)).contains("it refused this side");
    assertThat(one.received).isEmpty();
  }

  /// Records all that one member says to another, and says it again.
  @Test
  void whatWasRecordedIsUselessOnTheNextConnection() throws Exception {
    Ends.End two = open(2, tls(second));
    Ends.End one = open(1, tls(first));
    try (Wiretap tap = new Wiretap(two.links.address())) {
      ends.addresses.put(2, tap.address());
      assertThat(Ends.isReached(one, two)).isTrue();
      one.links.close();
      two.received.clear();
      long handshakes = two.links.gate().handshakes();
      tap.replay();
      while (two.links.gate().refused(TlsFailure.Kind.OTHER) == 0) Thread.onSpinWait();
      assertThat(two.links.gate().handshakes()).isEqualTo(handshakes);
      assertThat(two.received).isEmpty();
    }
  }

  @Test
  void aProbeShakesHandsWithTls() throws Exception {
    Ends.End two = open(2, tls(second));
    LinkSettings.Credentials good = new LinkSettings.Credentials(tls(first), Secret.NONE);
    assertThat(probe(good, two)).isEmpty();
    assertThat(probe(LinkSettings.Credentials.NONE, two)).contains("this port speaks TLS");
  }

  private static String probe(LinkSettings.Credentials credentials, Ends.End to) {
    Probe probe = new Probe(() -> Ends.IDENTITY, 1, 9_050, credentials);
    return probe.rejection(to.id, to.links.address(), 20_000).orElse("");
  }
}
