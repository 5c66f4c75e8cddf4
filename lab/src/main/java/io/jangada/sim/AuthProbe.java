package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Permission;
import io.jangada.kv.auth.Users;
import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Has users checked, and then makes users and roles come and go while these users ask for things
/// ([AuthUser]).
final class AuthProbe {
  /// The first user of all that are made.
  static final Caller ROOT = new Caller(Users.ROOT, 2);

  static final int KEYS = 4;

  private static final Bytes NAME = Bytes.utf8("auth-probe");
  private static final Bytes SIGNING_KEY = Bytes.utf8("0123456789abcdef");
  private static final int USERS = 3;

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private final List<AuthUser> users = new ArrayList<>();

  /// What is to be done first, in this order.
  private final List<AuthChange> first = new ArrayList<>();

  private int done;
  private int changes;
  private long requests;
  private boolean stopped;

  AuthProbe(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = cluster.split();
    for (int i = 0; i < USERS; i++) users.add(new AuthUser(cluster, name(i), i));
    var all = new Permission(Permission.Kind.READ_WRITE, KeyRange.prefix(Bytes.utf8("u")));
    first.add(new AuthChange.AddUser(Users.ROOT, null));
    first.add(new AuthChange.GrantRole(Users.ROOT, Users.ROOT));
    first.add(new AuthChange.AddUser(name(0), null));
    first.add(new AuthChange.AddRole(name(0)));
    first.add(new AuthChange.GrantRole(name(0), name(0)));
    first.add(new AuthChange.GrantPermission(name(0), all));
    first.add(new AuthChange.Enable(SIGNING_KEY));
  }

  /// Of a user, and of a role.
  private static Bytes name(int number) {
    return Bytes.utf8("user-" + number);
  }

  /// The end of a range may be a key, or the one behind it.
  static Bytes bound(RandomGenerator random) {
    return bound(random, random.nextInt(KEYS));
  }

  private static Bytes bound(RandomGenerator random, int number) {
    Bytes key = Bytes.utf8("u" + number);
    return random.nextBoolean() ? KeyRange.after(key) : key;
  }

  /// Few of these are empty.
  static KeyRange range(RandomGenerator random) {
    int from = random.nextInt(KEYS - 1);
    return new KeyRange(bound(random, from), bound(random, random.nextInt(from, KEYS)));
  }

  private Permission permission() {
    Permission.Kind[] kinds = Permission.Kind.values();
    return new Permission(kinds[random.nextInt(kinds.length)], keys());
  }

  /// Sometimes empty.
  private KeyRange keys() {
    return switch (random.nextInt(6)) {
      case 0 -> KeyRange.of(bound(random));
      case 1 -> KeyRange.prefix(Bytes.utf8("u"));
      default -> range(random);
    };
  }

  void start() {
    world.after(random.nextLong(500) * Scheduler.MILLI, this::next);
    users.forEach(AuthUser::start);
  }

  void stop() {
    stopped = true;
    users.forEach(AuthUser::stop);
  }

  private void next() {
    if (stopped) return;
    world.after(random.nextLong(10, 150) * Scheduler.MILLI, this::next);
    if (done < first.size()) begin();
    else ask(++requests, change());
  }

  /// Does what is first, each when that before it is done.
  private void begin() {
    int step = done;
    requests = first.size();
    if (step < first.size()) ask(step + 1, first.get(step));
  }

  private AuthChange change() {
    Bytes user = name(random.nextInt(USERS));
    Bytes role = name(random.nextInt(USERS));
    return switch (random.nextInt(40)) {
      case 0 -> new AuthChange.Disable();
      case 1, 2, 3 -> new AuthChange.Enable(SIGNING_KEY);
      case 4, 5 -> new AuthChange.DeleteUser(user);
      case 6, 7, 8, 9 -> new AuthChange.AddUser(user, null);
      case 10 -> new AuthChange.ChangePassword(user, NAME);
      case 11, 12, 13, 14 -> new AuthChange.GrantRole(user, role);
      case 15, 16 -> new AuthChange.RevokeRole(user, role);
      case 17, 18 -> new AuthChange.DeleteRole(role);
      case 19, 20, 21 -> new AuthChange.AddRole(role);
      case 22, 23 -> new AuthChange.RevokePermission(role, keys());
      default -> new AuthChange.GrantPermission(role, permission());
    };
  }

  private void ask(long request, AuthChange change) {
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    Member member = up.get(random.nextInt(up.size()));
    RequestId id = new RequestId.Numbered(NAME, request);
    submit(
        cluster,
        new Asked(member, ROOT, new Operation.ChangeUsers(change), id),
        result -> {
          if (result instanceof Result.UsersChanged) changes++;
          if (request != done + 1 || done == first.size()) return;
          done++;
          if (!stopped) world.after(Scheduler.MILLI, this::begin);
        });
  }

  /// What is asked of a member.
  ///
  /// @param id null where it may not be asked again
  record Asked(Member member, Caller caller, Operation.Command command, RequestId id) {}

  /// Asks for a command, and looks at the answer when it is known what the log came to.
  static void submit(Cluster cluster, Asked asked, Consumer<Result> whenDone) {
    Replica replica = asked.member.replica();
    Consumer<Outcome> reply =
        outcome -> {
          if (!(outcome instanceof Outcome.Done(Result result))) return;
          if (!(result instanceof Result.Forgotten))
            cluster.world().after(0, () -> check(cluster, asked, replica, result));
          whenDone.accept(result);
        };
    replica.submit(asked.caller, asked.command, asked.id, reply);
  }

  private static void check(Cluster cluster, Asked asked, Replica replica, Result result) {
    if (asked.member.replica() != replica) return;
    CommittedAnswers answers = cluster.laws().meaning().answers();
    answers.check(asked.id, result);
    answers.check(asked.id, asked.caller);
  }

  /// Why it is not at rest; null if it is.
  String unsettled() {
    for (AuthUser user : users) {
      String why = user.unsettled();
      if (why != null) return why;
    }
    return null;
  }

  @Override
  public String toString() {
    return changes + " changes of users; " + users;
  }
}
