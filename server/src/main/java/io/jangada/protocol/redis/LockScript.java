package io.jangada.protocol.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A script that is served: one of those with which lock libraries release, extend and take locks.
/// It is recognized by its tokens ([ScriptTokens]), and no Lua is run.
///
/// @param otherwise what it returns where the lock is another's, or no one's
record LockScript(Program program, Otherwise otherwise) {
  /// Where a script is longer, it is none of these.
  static final int LENGTH_MAX = 4 << 10;

  /// What a script does, with the key K and the arguments A1, A2 and A3.
  enum Program {
    /// Deletes K if its value is A1.
    DELETE(1, 1),
    /// Has K live for A2 milliseconds if its value is A1.
    EXPIRE_MILLIS(1, 2),
    /// The same with seconds.
    EXPIRE_SECONDS(1, 2),
    /// Has K live for A2 milliseconds if its value is A1 and it has an end; where A3 is "0" so much
    /// longer than it would.
    EXTEND(1, 3),
    /// Sets K to A1 for A2 milliseconds, if it is not there or its value is A1.
    TAKE(1, 2),
    /// Sets all keys to A1 for A2 milliseconds, if none is there.
    TAKE_ALL(0, 2),
    /// The same, if A1 is the value of all.
    EXTEND_ALL(0, 2),
    /// Deletes those keys of which A1 is the value.
    DELETE_ALL(0, 1);

    /// How many keys it needs, and how many arguments.
    final int keys;

    final int arguments;

    Program(int keys, int arguments) {
      this.keys = keys;
      this.arguments = arguments;
    }
  }

  /// What stands for no.
  enum Otherwise {
    ZERO,
    NIL,
    /// -1 if there is no such key, else 0.
    MINUS_ONE_FOR_ABSENT
  }

  private static final Map<List<String>, LockScript> KNOWN = known();

  /// The script of this text; null where it is none of these.
  ///
  /// @param text of at most [#LENGTH_MAX] characters
  static LockScript of(String text) {
    return KNOWN.get(ScriptTokens.of(text));
  }

  private static Map<List<String>, LockScript> known() {
    Map<List<String>, LockScript> known = new HashMap<>();
    addGuarded(known, Program.DELETE, "redis.call('del', KEYS[1])");
    addGuarded(known, Program.EXPIRE_MILLIS, "redis.call('pexpire', KEYS[1], ARGV[2])");
    addGuarded(known, Program.EXPIRE_SECONDS, "redis.call('expire', KEYS[1], ARGV[2])");
    add(known, Program.EXTEND, Otherwise.ZERO, EXTEND);
    add(known, Program.TAKE, Otherwise.NIL, TAKE);
    add(known, Program.TAKE_ALL, Otherwise.ZERO, all("'exists', key) == 1"));
    add(known, Program.EXTEND_ALL, Otherwise.ZERO, all("'get', key) ~= ARGV[1]"));
    add(known, Program.DELETE_ALL, Otherwise.ZERO, DELETE_ALL);
    return known;
  }

  private static void add(
      Map<List<String>, LockScript> known, Program program, Otherwise otherwise, String text) {
    known.put(ScriptTokens.of(text), new LockScript(program, otherwise));
  }

  private static final String GET = "redis.call('get', KEYS[1])";

  /// The spellings of `if the value is A1, then act, else return no`.
  private static void addGuarded(
      Map<List<String>, LockScript> known, Program program, String action) {
    List<String> guards = new ArrayList<>();
    guards.add("if " + GET + " == ARGV[1] then ");
    guards.add("if ARGV[1] == " + GET + " then ");
    guards.add("local v = " + GET + " if v == ARGV[1] then ");
    guards.add("local v = " + GET + " if v and v == ARGV[1] then ");
    for (String guard : guards) {
      for (String act : List.of("return " + action, action + " return 1")) {
        for (String no : List.of(" else return 0 end", " end return 0"))
          add(known, program, Otherwise.ZERO, guard + act + no);
        String absent = " elseif v == false then return -1 else return 0 end";
        if (guard.startsWith("local"))
          add(known, program, Otherwise.MINUS_ONE_FOR_ABSENT, guard + act + absent);
      }
      for (String no : List.of(" else return false end", " end return false"))
        add(known, program, Otherwise.NIL, guard + action + " return true" + no);
    }
    for (String guard : List.of("not v or v ~= ARGV[1]", "v ~= ARGV[1]"))
      for (String act : List.of(action + " return 1", "return " + action))
        add(
            known,
            program,
            Otherwise.ZERO,
            "local v = " + GET + " if " + guard + " then return 0 end " + act);
  }

  private static final String EXTEND =
      """
      local v = redis.call('get', KEYS[1]) if not v or v ~= ARGV[1] then return 0 end
      local left = redis.call('pttl', KEYS[1])
      if not left then left = 0 end if left < 0 then return 0 end
      local ttl = ARGV[2] if ARGV[3] == '0' then ttl = ARGV[2] + left end
      redis.call('pexpire', KEYS[1], ttl) return 1
      """;

  private static final String TAKE =
      """
      local v = redis.call('get', KEYS[1])
      if v == ARGV[1] then redis.call('pexpire', KEYS[1], ARGV[2]) return true
      elseif not v then redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) return true
      end return false
      """;

  private static final String DELETE_ALL =
      """
      local n = 0
      for i, key in ipairs(KEYS) do
        if redis.call('get', key) == ARGV[1] then redis.call('del', key) n = n + 1 end
      end return n
      """;

  /// Sets all keys unless something is true of one.
  private static String all(String unless) {
    return "for i, key in ipairs(KEYS) do if redis.call("
        + unless
        + " then return 0 end end "
        + "for i, key in ipairs(KEYS) do redis.call('set', key, ARGV[1], 'px', ARGV[2]) end "
        + "return #KEYS";
  }
}
