package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Right;
import io.jangada.kv.auth.Users;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Users, roles and what is permitted, as stories.
class UsersTest {
  private static final Caller ROOT = new Caller(Users.ROOT, 2);
  private static final Bytes ANN = Bytes.utf8("ann");
  private static final Bytes TEAM = Bytes.utf8("team");
  private static final Bytes KEY = Bytes.utf8("0123456789abcdef");
  private static final Result.Refused DENIED = refused(Result.Reason.PERMISSION_DENIED);

  private KvStore store = new KvStore(KvLimits.DEFAULT);
  private long index;

  private static Result.Refused refused(Result.Reason reason) {
    return new Result.Refused(reason);
  }

  private Result run(Caller caller, Operation.Command command) {
    return run(caller, null, command);
  }

  private Result run(Caller caller, RequestId id, Operation.Command command) {
    return store.apply(++index, new Envelope(caller, id, 1, command));
  }

  private Result change(AuthChange change) {
    return run(ROOT, new Operation.ChangeUsers(change));
  }

  private Result set(Caller caller, String key) {
    return run(caller, write(key));
  }

  private static Operation.Write write(String key) {
    return new Operation.Write(Bytes.utf8(key), Bytes.utf8("v"), 0, new Condition.Always());
  }

  private static Operation.Put leased(String key, long lease) {
    var set = new Change.Set(Bytes.utf8("v"), 0);
    return new Operation.Put(
        Bytes.utf8(key), set, new Lifetime.Leased(lease), new Condition.Always(), false);
  }

  private static KeyRange range(String from, String to) {
    return new KeyRange(Bytes.utf8(from), Bytes.utf8(to));
  }

  private void grant(Permission.Kind kind, KeyRange keys) {
    assertThat(change(new AuthChange.GrantPermission(TEAM, new Permission(kind, keys))))
        .isInstanceOf(Result.UsersChanged.class);
  }

  /// Root, and a user ann with a role that permits nothing yet.
  private Caller enable() {
    change(new AuthChange.AddUser(Users.ROOT, null));
    change(new AuthChange.GrantRole(Users.ROOT, Users.ROOT));
    var made = (Result.UsersChanged) change(new AuthChange.AddUser(ANN, Bytes.utf8("hash")));
    change(new AuthChange.AddRole(TEAM));
    change(new AuthChange.GrantRole(ANN, TEAM));
    assertThat(change(new AuthChange.Enable(KEY))).isInstanceOf(Result.UsersChanged.class);
    return new Caller(ANN, made.authRevision());
  }

  @Test
  @DisplayName("users are checked only where there is a root")
  void root() {
    assertThat(change(new AuthChange.Enable(KEY)))
        .isEqualTo(refused(Result.Reason.ROOT_USER_NEEDED));
    change(new AuthChange.AddUser(Users.ROOT, null));
    assertThat(change(new AuthChange.Enable(KEY)))
        .isEqualTo(refused(Result.Reason.ROOT_ROLE_NEEDED));
    assertThat(change(new AuthChange.GrantRole(Users.ROOT, Users.ROOT)))
        .isEqualTo(new Result.UsersChanged(3));
    assertThat(change(new AuthChange.Enable(KEY))).isEqualTo(new Result.UsersChanged(4));
    assertThat(change(new AuthChange.Enable(Bytes.utf8("another key of that"))))
        .isEqualTo(new Result.UsersChanged(4));
    for (AuthChange change :
        List.of(
            new AuthChange.DeleteUser(Users.ROOT),
            new AuthChange.DeleteRole(Users.ROOT),
            new AuthChange.RevokeRole(Users.ROOT, Users.ROOT)))
      assertThat(change(change)).isEqualTo(refused(Result.Reason.INVALID_AUTH_MANAGEMENT));
    assertThat(set(null, "a")).isEqualTo(refused(Result.Reason.NO_USER));
    assertThat(set(ROOT, "a")).isEqualTo(new Result.Written(2));
    assertThat(store.read(null, new Operation.AuthStatus()))
        .isEqualTo(new Result.AuthState(true, 4, 1, 0));
    change(new AuthChange.Disable());
    assertThat(set(null, "a")).isEqualTo(new Result.Written(3, 2));
  }

  @Test
  @DisplayName("a range is permitted that several permissions cover together, and none with a gap")
  void union() {
    Caller ann = enable();
    grant(Permission.Kind.READ, range("b", "d"));
    grant(Permission.Kind.READ_WRITE, range("d", "f"));
    assertThat(store.read(ann, new Operation.Range(range("b", "f"))))
        .isInstanceOf(Result.Ranged.class);
    for (KeyRange beyond : List.of(range("a", "c"), range("e", "f\0"), KeyRange.ALL))
      assertThat(store.read(ann, new Operation.Range(beyond))).isEqualTo(DENIED);
    assertThat(run(ann, new Operation.DeleteRange(range("c", "e"), false))).isEqualTo(DENIED);
    grant(Permission.Kind.WRITE, range("b", "d"));
    assertThat(store.read(ann, new Operation.Range(range("b", "f")))).isEqualTo(DENIED);
    assertThat(run(ann, new Operation.DeleteRange(range("c", "e"), false)))
        .isInstanceOf(Result.Removed.class);
    assertThat(run(ann, new Operation.DeleteRange(range("c", "e"), true))).isEqualTo(DENIED);
  }

  @Test
  @DisplayName("a caller ends with its user and with its password")
  void since() {
    Caller ann = enable();
    grant(Permission.Kind.READ_WRITE, KeyRange.ALL);
    assertThat(set(ann, "a")).isInstanceOf(Result.Written.class);
    change(new AuthChange.ChangePassword(ANN, null));
    assertThat(set(ann, "a")).isEqualTo(refused(Result.Reason.STALE_USER));
    var credentials =
        (Result.Credentials) store.read(Caller.MEMBER, new Operation.GetCredentials(ANN));
    assertThat(set(new Caller(ANN, credentials.since()), "a")).isInstanceOf(Result.Written.class);
    change(new AuthChange.DeleteUser(ANN));
    change(new AuthChange.AddUser(ANN, null));
    change(new AuthChange.GrantRole(ANN, TEAM));
    assertThat(set(new Caller(ANN, credentials.since()), "a"))
        .isEqualTo(refused(Result.Reason.STALE_USER));
  }

  @Test
  @DisplayName("hashes and the signing key are for members alone")
  void credentials() {
    Operation.Read read = new Operation.GetCredentials(ANN);
    assertThat(store.read(null, read)).isEqualTo(DENIED);
    Caller ann = enable();
    assertThat(store.read(ann, read)).isEqualTo(DENIED);
    assertThat(store.read(ROOT, read)).isEqualTo(DENIED);
    assertThat(store.read(Caller.MEMBER, read))
        .isEqualTo(new Result.Credentials(Bytes.utf8("hash"), ann.since(), KEY, 7));
    assertThat(store.read(ann, new Operation.GetUser(ANN)))
        .isEqualTo(new Result.FoundUser(ANN, true, List.of(TEAM)));
    assertThat(store.read(ann, new Operation.GetUser(Users.ROOT))).isEqualTo(DENIED);
    assertThat(store.read(ann, new Operation.ListUsers())).isEqualTo(DENIED);
  }

  @Test
  @DisplayName("a transaction is permitted as a whole, with the branch that is not taken")
  void transactions() {
    Caller ann = enable();
    grant(Permission.Kind.READ_WRITE, range("a", "c"));
    var holds =
        new Compare.Number(
            KeyRange.of(Bytes.utf8("a")), Compare.Field.CHANGES, Compare.Relation.EQUAL, 0);
    Operation.Step own = write("b");
    Operation.Step others = write("z");
    assertThat(run(ann, new Operation.Transaction(List.of(holds), List.of(own), List.of(others))))
        .isEqualTo(DENIED);
    assertThat(store.holds(Bytes.utf8("b"))).isFalse();
    var nested = new Operation.Transaction(List.of(), List.of(), List.of(others));
    assertThat(run(ann, new Operation.Transaction(List.of(holds), List.of(own, nested), List.of())))
        .isEqualTo(DENIED);
    assertThat(run(ann, new Operation.Transaction(List.of(holds), List.of(own), List.of(own))))
        .isInstanceOf(Result.Transacted.class);
  }

  @Test
  @DisplayName("who may write and not read learns nothing of a value")
  void blind() {
    Caller ann = enable();
    grant(Permission.Kind.WRITE, KeyRange.ALL);
    Bytes key = Bytes.utf8("k");
    Lifetime forEver = new Lifetime.ForEver();
    Condition always = new Condition.Always();
    Change add = new Change.Add(Change.Arithmetic.SIGNED, 1, 0L);
    assertThat(set(ann, "k")).isInstanceOf(Result.Written.class);
    assertThat(run(ann, new Operation.Put(key, add, forEver, always, false))).isEqualTo(DENIED);
    assertThat(run(ann, new Operation.Delete(key, new Condition.Value(Bytes.utf8("v")))))
        .isEqualTo(DENIED);
    assertThat(run(ann, new Operation.Delete(key, new Condition.Present())))
        .isInstanceOf(Result.Deleted.class);
  }

  @Test
  @DisplayName("a lease belongs to who may write all its keys")
  void leases() {
    Caller ann = enable();
    grant(Permission.Kind.READ_WRITE, range("a", "c"));
    assertThat(run(ann, new Operation.Grant(1, 9_000))).isInstanceOf(Result.Granted.class);
    assertThat(run(ann, leased("a", 1))).isInstanceOf(Result.Changed.class);
    assertThat(run(ann, new Operation.KeepAlive(List.of(1L, 2L))))
        .isEqualTo(new Result.KeptAlive(List.of(9_000L, 0L)));
    run(ROOT, leased("z", 1));
    assertThat(run(ann, leased("b", 1))).isEqualTo(DENIED);
    assertThat(run(ann, new Operation.KeepAlive(List.of(1L, 2L))))
        .isEqualTo(new Result.KeptAlive(List.of(Result.KeptAlive.DENIED, 0L)));
    assertThat(store.read(ann, new Operation.GetLease(1))).isEqualTo(DENIED);
    var bare = (Result.Leased) store.read(ann, new Operation.GetLease(1, false));
    assertThat(bare.keys()).isEmpty();
    assertThat(run(ann, new Operation.Revoke(1))).isEqualTo(DENIED);
    assertThat(run(ROOT, new Operation.Revoke(1))).isInstanceOf(Result.Removed.class);
  }

  @Test
  @DisplayName("a lease with very many keys is for who may write them all without a look")
  void largeLeases() {
    Caller ann = enable();
    grant(Permission.Kind.READ_WRITE, KeyRange.prefix(Bytes.utf8("a")));
    run(ann, new Operation.Grant(1, 9_000));
    List<Operation.Step> puts = new ArrayList<>();
    for (int i = 0; i <= KvLimits.CHECKED_KEYS_OF_LEASE_MAX; i++) puts.add(leased("a" + i, 1));
    for (int from = 0; from < puts.size(); from += 5_000) {
      var part = puts.subList(from, Math.min(puts.size(), from + 5_000));
      assertThat(run(ann, new Operation.Transaction(List.of(), part, List.of())))
          .isInstanceOf(Result.Transacted.class);
    }
    assertThat(run(ann, leased("a0", 1))).isEqualTo(DENIED);
    grant(Permission.Kind.READ_WRITE, KeyRange.ALL);
    assertThat(run(ann, leased("a0", 1))).isInstanceOf(Result.Changed.class);
  }

  @Test
  @DisplayName("a request that may be done already is not denied, and one that is uses no session")
  void sessions() {
    Caller ann = enable();
    grant(Permission.Kind.WRITE, range("a", "b"));
    RequestId id = new RequestId.Numbered(Bytes.utf8("me"), 1);
    assertThat(run(ann, id, write("a"))).isInstanceOf(Result.Written.class);
    change(new AuthChange.RevokePermission(TEAM, range("a", "b")));
    assertThat(run(ann, id, write("a"))).isEqualTo(new Result.Forgotten());
    RequestId other = new RequestId.Numbered(Bytes.utf8("you"), 1);
    assertThat(run(ann, other, write("a"))).isEqualTo(DENIED);
    assertThat(run(null, other, write("a"))).isEqualTo(refused(Result.Reason.NO_USER));
    assertThat(store.sessionCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("who may manage users cannot become root")
  void rights() {
    Caller ann = enable();
    assertThat(store.read(ann, new Operation.CheckRight(Right.MEMBERS))).isEqualTo(DENIED);
    change(new AuthChange.GrantRight(TEAM, Right.USERS));
    Bytes bob = Bytes.utf8("bob");
    assertThat(run(ann, new Operation.ChangeUsers(new AuthChange.AddUser(bob, null))))
        .isInstanceOf(Result.UsersChanged.class);
    for (AuthChange change :
        List.of(
            new AuthChange.GrantRole(ANN, Users.ROOT),
            new AuthChange.ChangePassword(Users.ROOT, null),
            new AuthChange.AddRole(Users.ROOT),
            new AuthChange.Disable()))
      assertThat(run(ann, new Operation.ChangeUsers(change))).isEqualTo(DENIED);
    assertThat(run(ann, new Operation.Compact(2))).isEqualTo(DENIED);
    assertThat(run(Caller.MEMBER, new Operation.Compact(1))).isInstanceOf(Result.Compacted.class);
  }

  @Test
  @DisplayName("a snapshot has the older format until there is something of users")
  void format() {
    set(null, "a");
    run(null, new Operation.CountRevisions());
    assertThat(formatOf(store)).isEqualTo(3);
    Caller ann = enable();
    assertThat(formatOf(store)).isEqualTo(4);
    grant(Permission.Kind.READ, KeyRange.ALL);
    store = Scribe.restored(KvLimits.DEFAULT, Scribe.chunksOf(store.snapshot()));
    assertThat(store.read(ann, new Operation.Get(Bytes.utf8("a"))))
        .isInstanceOf(Result.Found.class);
    assertThat(set(ann, "a")).isEqualTo(DENIED);
    assertThat(store.emptied().users().isEnabled()).isTrue();
  }

  @Test
  @DisplayName("a snapshot with users that is damaged is refused, or is one of other users")
  void damage() {
    enable();
    grant(Permission.Kind.READ, range("a", "c"));
    change(new AuthChange.GrantRight(TEAM, Right.BACKUP));
    byte[] whole = Scribe.chunksOf(store.snapshot()).getFirst().toArray();
    int refused = 0;
    for (int at = 0; at < whole.length; at++)
      for (int wrong : new int[] {0, 1, 0xff, whole[at] + 1}) {
        byte[] bytes = whole.clone();
        bytes[at] = (byte) wrong;
        try {
          KvStore restored = Scribe.restored(KvLimits.DEFAULT, List.of(Bytes.wrap(bytes)));
          Bytes again = Scribe.chunksOf(restored.snapshot()).getFirst();
          assertThat(again).as("at %d", at).isEqualTo(Bytes.wrap(bytes));
        } catch (MalformedException e) {
          refused++;
        }
      }
    assertThat(refused).isGreaterThan(whole.length / 4);
  }

  private static int formatOf(KvStore store) {
    return Scribe.chunksOf(store.snapshot()).getFirst().at(1);
  }

  @Test
  @DisplayName("there are so many roles, permissions and bytes and no more")
  void limits() {
    enable();
    for (int i = 0; i < KvLimits.PERMISSIONS_OF_ROLE_MAX; i++)
      grant(Permission.Kind.READ, KeyRange.of(Bytes.utf8("k" + i)));
    var more = new Permission(Permission.Kind.READ, KeyRange.of(Bytes.utf8("more")));
    assertThat(change(new AuthChange.GrantPermission(TEAM, more)))
        .isEqualTo(refused(Result.Reason.TOO_MANY_USERS));
    var instead = new Permission(Permission.Kind.WRITE, KeyRange.of(Bytes.utf8("k0")));
    assertThat(change(new AuthChange.GrantPermission(TEAM, instead)))
        .isInstanceOf(Result.UsersChanged.class);
    for (int i = 1; i < KvLimits.ROLES_OF_USER_MAX; i++) {
      change(new AuthChange.AddRole(Bytes.utf8("role" + i)));
      change(new AuthChange.GrantRole(ANN, Bytes.utf8("role" + i)));
    }
    change(new AuthChange.AddRole(Bytes.utf8("last")));
    assertThat(change(new AuthChange.GrantRole(ANN, Bytes.utf8("last"))))
        .isEqualTo(refused(Result.Reason.TOO_MANY_USERS));
    assertThat(store.users().memoryBytes()).isGreaterThan(100_000);
  }

  @Test
  @DisplayName("names are UTF-8 of a bounded length")
  void names() {
    for (Bytes wrong :
        List.of(
            Bytes.EMPTY,
            Bytes.wrap(new byte[] {(byte) 0xff}),
            Bytes.utf8("n".repeat(KvLimits.USER_NAME_BYTES_MAX + 1))))
      assertThat(
              KvLimits.DEFAULT.refusalOf(
                  new Operation.ChangeUsers(new AuthChange.AddUser(wrong, null))))
          .contains(refused(Result.Reason.INVALID_NAME));
    assertThat(
            KvLimits.DEFAULT.refusalOf(
                new Operation.ChangeUsers(new AuthChange.AddUser(Bytes.utf8("Zoë"), null))))
        .isEmpty();
  }
}
