package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static Membership random(SplittableRandom random) {
    List<Integer> voters = new ArrayList<>();
    List<Integer> outgoing = new ArrayList<>();
    List<Integer> learners = new ArrayList<>();
    List<Integer> joining = new ArrayList<>();
    voters.add(random.nextInt(Integer.MAX_VALUE));
    for (int id = 0; id < 20; id++) {
      int dice = random.nextInt(6);
      if (dice == 0) voters.add(id);
      if (dice == 1 || dice == 2) learners.add(id);
      if (dice == 2) joining.add(id);
      if (random.nextInt(6) == 0) outgoing.add(id);
    }
    Membership membership = new Membership(voters, outgoing, learners, joining);
    if (random.nextBoolean())
      return random.nextBoolean() ? membership : membership.withClusterId(random.nextLong());
    SortedMap<Integer, String> addresses = new TreeMap<>();
    for (int id = 0; id < 20; id += 1 + random.nextInt(4))
      addresses.put(id, "höst-" + random.nextLong() + ":1:2");
    return membership.withAddresses(addresses);
  }

  @Test
  void whatIsEncodedIsDecoded() {
    Seeds.each(
        2000,
        random -> {
          Membership membership = random(random);
          assertThat(Membership.decode(membership.encode())).isEqualTo(membership);
        });
  }

  @Test
  void anyBytesGiveAMembershipOrAClearNo() {
    int[] decoded = {0};
    Seeds.each(
        20_000,
        random -> {
          byte[] bytes = random(random).encode().toArray();
          for (int flips = random.nextInt(3); flips >= 0; flips--)
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
          try {
            Membership read = Membership.decode(Bytes.copyOf(bytes, 0, length));
            assertThat(Membership.decode(read.encode())).isEqualTo(read);
            decoded[0]++;
          } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
          }
        });
    assertThat(decoded[0]).as("bytes that were a membership").isGreaterThan(1000);
  }

  @Test
  void membersAreKeptAscendingAndOnce() {
    Membership membership = new Membership(List.of(3, 1, 3), List.of(), List.of(9, 7), List.of(9));
    assertThat(membership.voters()).containsExactly(1, 3);
    assertThat(membership.members()).containsExactly(1, 3, 7, 9);
    assertThat(membership).hasToString("voters=[1, 3] learners=[7, 9] joining=[9]");
  }

  @Test
  void aMembershipThatMakesNoSenseIsRefusedWithAReason() {
    List<Integer> none = List.of();
    assertThatThrownBy(() -> new Membership(none, none, none, none)).hasMessageContaining("voter");
    assertThatThrownBy(() -> new Membership(List.of(1), none, List.of(1), none))
        .hasMessageContainingAll("member 1", "voter", "learner");
    assertThatThrownBy(() -> new Membership(List.of(1), none, List.of(2), List.of(3)))
        .hasMessageContainingAll("[3]", "[2]");
    assertThatThrownBy(() -> Membership.of(-2)).hasMessage("member id -2");
    assertThatThrownBy(() -> Membership.of(IntStream.range(0, 65).boxed().toList()))
        .hasMessage("over 64 members");
  }

  @Test
  void anOldVoterThatBecomesALearnerVotesUntilTheJointPhaseEnds() {
    Membership target = new Membership(List.of(1, 2), List.of(), List.of(3), List.of());
    Membership joint = Membership.of(1, 2, 3).jointTo(target);
    assertThat(joint.isVoter(3)).isTrue();
    assertThat(joint.settled()).isEqualTo(target);
    assertThatThrownBy(() -> joint.jointTo(target)).hasMessage("already joint");
  }

  @Test
  void addressesGoWithTheirMembersThroughAChangeAndAreReplacedByNewOnes() {
    Membership old = Membership.of(1, 2, 3).withAddress(1, "a:1:2").withAddress(2, "b:1:2");
    Membership target = Membership.of(2, 3, 4).withAddress(3, "c:1:2").withAddress(2, "d:1:2");
    Membership joint = old.jointTo(target);
    assertThat(joint.addresses()).hasToString("{1=a:1:2, 2=d:1:2, 3=c:1:2}");
    assertThat(joint.settled().addresses()).hasToString("{2=d:1:2, 3=c:1:2}");
    assertThat(old.completed(Membership.of(2)).addresses()).hasToString("{2=b:1:2}");
    assertThat(old).hasToString("voters=[1, 2, 3] addresses={1=a:1:2, 2=b:1:2}");
  }

  @Test
  void aMembershipWithoutAddressesIsWrittenAsBeforeTheyCame() {
    Bytes before = Bytes.wrap(new byte[] {1, 1, 0, 0, 0, 7, 0, 0, 0});
    assertThat(Membership.of(7).encode()).isEqualTo(before);
    assertThat(Membership.decode(before)).isEqualTo(Membership.of(7));
  }

  @Test
  void anAddressIsAMembersAndBounded() {
    Membership one = Membership.of(1);
    assertThatThrownBy(() -> one.withAddress(2, "a:1:2")).hasMessageContainingAll("address", "2");
    for (String bad : List.of("", "x".repeat(513), "\ud800"))
      assertThatThrownBy(() -> one.withAddress(1, bad)).hasMessageContainingAll("member 1", "512");
    Membership longest = one.withAddress(1, "x".repeat(512));
    assertThat(Membership.decode(longest.encode())).isEqualTo(longest);
  }

  @Test
  void aChangeThatWouldBeTooManyMembersTogetherMayNotBeMade() {
    Membership old = Membership.of(IntStream.range(0, 40).boxed().toList());
    assertThat(old.mayChangeTo(Membership.of(IntStream.range(24, 64).boxed().toList()))).isTrue();
    assertThat(old.mayChangeTo(Membership.of(IntStream.range(40, 80).boxed().toList()))).isFalse();
    assertThat(old.mayChangeTo(old.jointTo(Membership.of(1)))).isFalse();
  }
}
