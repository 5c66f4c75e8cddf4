package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Users;
import io.jangada.sim.SlowKv;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The store beside its slow twin while users come and go: commands and reads of every kind, asked
/// for by users that are, that were, and by nobody, with snapshots in between.
class KvStoreUsersTwinTest {
  private static final int COMMANDS = 3_000;
  private static final int KEYS = 12;
  private static final KvLimits LIMITS =
      new KvLimits(100, 1_000, new KvLimits.State(5, 9, 30, 700, 3));

  private final List<Bytes> log = new ArrayList<>();
  private final SlowKv twin = new SlowKv(LIMITS.state());
  private KvStore store = new KvStore(LIMITS, 1);

  /// How often each reason was given for a command or a read.
  private final EnumMap<Result.Reason, Integer> refused = new EnumMap<>(Result.Reason.class);

  /// Callers as they once were.
  private final List<Caller> callers = new ArrayList<>(List.of(Caller.MEMBER));

  private int permitted;
  private int forgotten;
  private int deniedLeases;

  private SplittableRandom dice;
  private RandomOperations operations;
  private RandomUsers users;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyStepIsTheTwins(long seed) {
    dice = new SplittableRandom(seed);
    operations = new RandomOperations(dice, KEYS);
    users = new RandomUsers(dice, operations);
    RandomCommands commands = RandomCommands.all(dice, KEYS);
    setUp();
    for (int i = 0; i < COMMANDS; i++) {
      String when = "seed " + seed + ", " + log.size();
      Envelope drawn = commands.next(twin.revision() + 1);
      apply(
          dice.nextInt(6) == 0
              ? new Envelope(
                  root(),
                  null,
                  drawn.clusterTimeMillis(),
                  new Operation.ChangeUsers(users.change()))
              : new Envelope(
                  caller(), drawn.requestId(), drawn.clusterTimeMillis(), drawn.command()),
          when);
      read(caller(), operations.read(twin.revision()), when);
      read(caller(), users.read(), when);
      if (!store.users().isEnabled() && dice.nextInt(10) == 0) setUp();
      if (dice.nextInt(15) == 0) keepAlive(when);
      if (dice.nextInt(100) == 0) restore(when);
    }
    assertThat(refused)
        .containsKeys(
            Result.Reason.NO_USER,
            Result.Reason.STALE_USER,
            Result.Reason.PERMISSION_DENIED,
            Result.Reason.INVALID_AUTH_MANAGEMENT);
    assertThat(permitted).isGreaterThan(COMMANDS / 4);
    assertThat(forgotten).isPositive();
    assertThat(deniedLeases).isPositive();
  }

  private void keepAlive(String when) {
    var there = (Result.LeaseList) twin.read(new Operation.ListLeases());
    Operation.Command all = new Operation.KeepAlive(there.leases());
    apply(new Envelope(caller(), null, 0, all), when + ", kept alive");
  }

  /// Root, and a user with some keys of its own.
  private void setUp() {
    Bytes user = Bytes.utf8("a");
    Permission own = new Permission(Permission.Kind.READ_WRITE, KeyRange.prefix(Bytes.utf8("k1")));
    for (AuthChange change :
        List.of(
            new AuthChange.AddUser(Users.ROOT, null),
            new AuthChange.GrantRole(Users.ROOT, Users.ROOT),
            new AuthChange.AddUser(user, null),
            new AuthChange.AddRole(user),
            new AuthChange.GrantPermission(user, own),
            new AuthChange.GrantRole(user, user),
            new AuthChange.Enable(Bytes.utf8("0123456789abcdef"))))
      apply(new Envelope(root(), null, 0, new Operation.ChangeUsers(change)), "set up");
  }

  private Caller root() {
    return dice.nextInt(10) == 0 ? caller() : current(Users.ROOT);
  }

  private Caller current(Bytes user) {
    Long since = twin.usersSince().get(user);
    return since == null ? null : new Caller(user, since);
  }

  private Caller caller() {
    SortedMap<Bytes, Long> now = twin.usersSince();
    Caller caller =
        switch (dice.nextInt(12)) {
          case 0 -> null;
          case 1 -> callers.get(dice.nextInt(callers.size()));
          default -> current(users.name());
        };
    if (caller != null && now.containsKey(caller.user())) callers.add(caller);
    return caller;
  }

  private void apply(Envelope envelope, String when) {
    log.add(CommandCodec.encode(envelope));
    Result result = store.apply(log.size(), log.getLast());
    assertThat(result).as("%s: %s", when, envelope).isEqualTo(twin.apply(log.size(), envelope));
    if (store.users().isEnabled()) note(result);
    if (result instanceof Result.KeptAlive(List<Long> ttls))
      deniedLeases += ttls.contains(Result.KeptAlive.DENIED) ? 1 : 0;
    assertThat(store.sessionCount()).as(when).isEqualTo(twin.sessionCount());
    assertThat(store.answerCount()).as(when).isEqualTo(twin.answerCount());
    assertThat(store.revision()).as(when).isEqualTo(twin.revision());
  }

  private void read(Caller caller, Operation.Read read, String when) {
    Result result = store.read(caller, read);
    assertThat(result).as("%s: %s by %s", when, read, caller).isEqualTo(twin.read(caller, read));
    if (store.users().isEnabled()) note(result);
  }

  private void note(Result result) {
    if (result instanceof Result.Refused(Result.Reason reason))
      refused.merge(reason, 1, Integer::sum);
    else if (result instanceof Result.Forgotten) forgotten++;
    else permitted++;
  }

  /// The store goes on from its own snapshot, which another member makes byte for byte.
  private void restore(String when) {
    Snapshot open = store.snapshot(300);
    apply(
        new Envelope(root(), null, 0, new Operation.ChangeUsers(users.change())),
        when + ", while a snapshot is open");
    List<Bytes> chunks = Scribe.chunksOf(open);
    KvStore restored = Scribe.restored(LIMITS, chunks);
    assertThat(Scribe.chunksOf(restored.snapshot(300))).as(when).isEqualTo(chunks);
    restored.apply(log.size(), log.getLast());
    assertThat(restored.digest()).as(when).isEqualTo(store.digest());
    assertThat(restored.users().header()).as(when).isEqualTo(store.users().header());
    assertThat(restored.users().users()).as(when).isEqualTo(store.users().users());
    assertThat(restored.users().roles()).as(when).isEqualTo(store.users().roles());
    store = restored;
  }
}
