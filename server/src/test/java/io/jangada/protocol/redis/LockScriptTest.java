package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.protocol.redis.LockScript.Otherwise;
import io.jangada.protocol.redis.LockScript.Program;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Spellings of the programs that are served, and of some that only look like them.
class LockScriptTest {
  private static void isServed(Program program, Otherwise otherwise, String text) {
    assertThat(LockScript.of(text)).as(text).isEqualTo(new LockScript(program, otherwise));
  }

  @Test
  void deletesIfEqual() {
    for (String text :
        List.of(
            "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else"
                + " return 0 end",
            "if (redis.call(\"GET\", KEYS[1]) == ARGV[1])\nthen\n  return redis.call(\"DEL\","
                + " KEYS[1]);\nelse\n  return 0;\nend;\n",
            "-- compare\nlocal val = server.call('Get', KEYS[1])\n--[[ and\ndelete ]] if val =="
                + " ARGV[1] then redis.pcall('unlink', KEYS[1]) return 1 end return 0",
            "local held = redis.call('get', KEYS[1]) if not held or held ~= ARGV[1] then return 0"
                + " end redis.call('del', KEYS[1]) return 1"))
      isServed(Program.DELETE, Otherwise.ZERO, text);
    isServed(
        Program.DELETE,
        Otherwise.NIL,
        "if (redis.call('GET', KEYS[1]) == ARGV[1]) then redis.call('UNLINK', KEYS[1]) return true"
            + " end return false");
    isServed(
        Program.DELETE,
        Otherwise.MINUS_ONE_FOR_ABSENT,
        "local val = redis.call('GET', KEYS[1]) if val == ARGV[1] then return redis.call('DEL',"
            + " KEYS[1]) elseif val == false then return -1 else return 0 end");
  }

  @Test
  void extends_() {
    isServed(
        Program.EXPIRE_MILLIS,
        Otherwise.ZERO,
        "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('pexpire',KEYS[1],ARGV[2])"
            + " else return 0 end");
    isServed(
        Program.EXPIRE_SECONDS,
        Otherwise.ZERO,
        "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('expire',KEYS[1],ARGV[2])"
            + " else return 0 end");
    isServed(
        Program.EXTEND,
        Otherwise.ZERO,
        """
        local mine = redis.call("get", KEYS[1])
        if not mine or mine ~= ARGV[1] then return 0 end
        local rest = redis.call("pttl", KEYS[1])
        if not rest then rest = 0 end
        if rest < 0 then return 0 end
        local total = ARGV[2]
        if ARGV[3] == "0" then total = ARGV[2] + rest end
        redis.call("pexpire", KEYS[1], total)
        return 1
        """);
  }

  @Test
  void takes() {
    isServed(
        Program.TAKE,
        Otherwise.NIL,
        """
        local holder = redis.call('GET', KEYS[1])
        if holder == ARGV[1] then
          redis.call('PEXPIRE', KEYS[1], ARGV[2]) return true
        elseif not holder then
          redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return true
        end
        return false
        """);
    String set = "for n, one in ipairs(KEYS) do redis.call('set', one, ARGV[1], 'PX', ARGV[2]) end";
    isServed(
        Program.TAKE_ALL,
        Otherwise.ZERO,
        "for n, one in ipairs(KEYS) do if redis.call('exists', one) == 1 then return 0 end end "
            + set
            + " return #KEYS");
    isServed(
        Program.EXTEND_ALL,
        Otherwise.ZERO,
        "for n, one in ipairs(KEYS) do if redis.call('get', one) ~= ARGV[1] then return 0 end end "
            + set
            + " return #KEYS");
    isServed(
        Program.DELETE_ALL,
        Otherwise.ZERO,
        "local sum = 0 for n, one in ipairs(KEYS) do if redis.call('get', one) == ARGV[1] then"
            + " redis.pcall('del', one) sum = sum + 1 end end return sum");
  }

  @Test
  void othersAreNot() {
    for (String text :
        List.of(
            "",
            "return 1",
            "if redis.call('get',KEYS[1]) ~= ARGV[1] then return redis.call('del',KEYS[1]) else"
                + " return 0 end",
            "if redis.call('get',KEYS[2]) == ARGV[1] then return redis.call('del',KEYS[1]) else"
                + " return 0 end",
            "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else"
                + " return 1 end",
            // One token that reads like several.
            "if redis.call(\"get',KEYS[1]) == ARGV[1] then return redis.call('del\",KEYS[1]) else"
                + " return 0 end",
            "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else"
                + " return 0 end -- and so on\nreturn 2",
            "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del"))
      assertThat(LockScript.of(text)).as(text).isNull();
  }
}
