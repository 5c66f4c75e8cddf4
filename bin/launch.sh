# shellcheck shell=sh
# Sourced by the launchers, not run. launch_prepare finds the program that is installed beside bin/, or, in a
# checkout, builds it if its sources are newer than the last build; and sets
#   JAVA_HOME  the JDK to run on
#   app        the folder of the built program: jangada.jar, lib/, native/, start-up caches (*.aot)
#   server     the jar of the server alone, in lib/
#   quiet      JVM flags that keep the JVM's own messages off standard output
#
# Standard output is the program's (Maelstrom speaks JSON on it): all that is said here goes to
# standard error. What lies where, under target/run:
#   KEY/     one built program; KEY is a checksum of all it was made from, the JDK included. Nothing
#            in it changes once it has its name: a program may run while the next is built, and no
#            start-up cache can meet another jar than its own, which a JDK before 25.0.4 would not
#            notice (JDK-8377932).
#   current  two lines, KEY and the JDK it was made with; as old as the START of its build, so that a
#            source saved during the build counts as newer.
# A start that finds everything fresh runs one find and the JVM: five nodes may be starting at once.

quiet='-Xlog:disable -Xlog:all=error:stderr'
maelstrom_main=io.jangada.protocol.maelstrom.MaelstromNode
maelstrom_flags='-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx128m'
server_training=io.jangada.cli.AotTraining
command_training=io.jangada.lab.CommandTraining
udp3700_main=io.jangada.protocol.udp3700.ReplicaProgram
udp3700_training=io.jangada.protocol.udp3700.ReplicaTraining
# With -Xrs a signal ends the process at once, without the JVM's own leave-taking. A run is half a minute
# long: what is called a hundred times is compiled, not what is called two hundred times.
udp3700_flags='-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx128m -Xrs'
udp3700_flags="$udp3700_flags -XX:Tier3InvocationThreshold=100 -XX:Tier3MinInvocationThreshold=50"
udp3700_flags="$udp3700_flags -XX:Tier3CompileThreshold=500 -XX:Tier3BackEdgeThreshold=10000"
# Of servers: a heap that never has to grow; one that is exhausted ends the server at once, as a crash
# would. Data lies in pages that hardly ever become garbage, so that the serial collector, which costs
# least, has only what is young to look at. What survives is copied to memory that is touched for the first
# time, up to 5 ms for a MiB, so that little may be young. A full collection takes as long as there are keys,
# and an election's timeout is the most that it may take: large heaps have G1. Left to itself it takes most of
# the heap for what is young, which is memory touched for nothing.
server_heap=${JANGADA_HEAP:-1g}
case $server_heap in
  [5-9][gG] | [1-9][0-9]*[gG] | [5-9][0-9][0-9][0-9][mM] | [1-9][0-9][0-9][0-9][0-9]*[mM])
    server_gc='-XX:+UseG1GC -XX:MaxGCPauseMillis=100 -XX:MaxNewSize=256m'
    ;;
  *) server_gc='-XX:+UseSerialGC -XX:NewRatio=4 -XX:MaxNewSize=64m' ;;
esac
# Without Unsafe, Netty calls the C library's malloc() through method handles that are made anew at each
# start; and it looks for the flight recorder.
server_start='--sun-misc-unsafe-memory-access=allow -Dio.netty.jfr.enabled=false'
server_flags="$server_gc -Xms$server_heap -Xmx$server_heap -XX:+ExitOnOutOfMemoryError $server_start"
# Of the run that a server's cache is made from. What it would learn of hot code has all of that compiled as
# soon as a server starts.
server_training_flags="-XX:+UseSerialGC $server_start -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining"

launch_fail() {
  echo "jangada: $1" >&2
  exit 70
}

# Reads target/run/current into key, made_with and app; false if there is no built program.
launch_read() {
  app=
  [ -f "$run/current" ] || return 1
  { read -r key && read -r made_with; } <"$run/current" || return 1
  app=$run/$key
  for server in "$app"/lib/jangada-server-*.jar; do :; done
  [ -f "$app/jangada.jar" ]
}

# True if the built program is this JDK's and no source is newer. Folders count as well: a deleted
# file shows only there.
launch_fresh() {
  launch_read && [ "$made_with" = "$JAVA_HOME" ] && ! launch_newer "$JAVA_HOME/release"
}

# True if a source, or what else is named, is newer than the built program.
launch_newer() {
  [ -n "$(find "$home/pom.xml" "$home/bin" "$home"/*/pom.xml "$home"/*/src/main "$@" \
    -newer "$run/current" -print -quit)" ]
}

# Makes do with the built program where none can be built, in an installed tree that must not be written:
# it runs on any later JDK, but without the start-up caches of another one. False if there is none.
launch_settle() {
  launch_read || return 1
  if [ "$made_with" != "$JAVA_HOME" ] || [ "$JAVA_HOME/release" -nt "$run/current" ]; then
    JANGADA_AOT=off
  fi
  ! launch_newer ||
    echo "jangada: runs what was built before: its sources are newer, and $run cannot be written" >&2
}

# Runs the program in folder $new once, with what follows $1, and keeps what the JVM learned about
# starting it as the cache $1. Only a convenience: where it fails, the program starts without.
launch_train() {
  launch_cache=$new/$1
  shift
  "$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$launch_cache" "$@" >/dev/null 2>&1 ||
    rm -f "$launch_cache"
}

# Makes the start-up caches of servers and of commands for the program in folder $new…
launch_train_programs() {
  mkdir "$new.training"
  launch_train jangada.aot -XX:+UseSerialGC --sun-misc-unsafe-memory-access=allow -cp "$new/jangada.jar" \
    "$command_training" "$new.training" </dev/null
  rm -rf "$new.training"
  mkdir "$new.training"
  # shellcheck disable=SC2086 # the flags are a list of words
  launch_train server.aot $server_training_flags -Djava.library.path="$new/native" \
    -cp "$new"/lib/jangada-server-*.jar "$server_training" "$new.training" </dev/null
  rm -rf "$new.training"
}

# … and of the programs that a harness starts.
launch_train_harnessed() {
  # shellcheck disable=SC2086 # the flags are a list of words
  launch_train maelstrom.aot $maelstrom_flags -cp "$new"/lib/jangada-server-*.jar "$maelstrom_main" \
    <"$home/bin/training.jsonl"
  # shellcheck disable=SC2086 # the flags are a list of words
  launch_train udp3700.aot $udp3700_flags -cp "$new"/lib/jangada-server-*.jar "$udp3700_training" \
    </dev/null
}

# Builds in a folder of its own and publishes it by renaming, so that a build that is cut short, or
# two at once where there is no flock, are a waste and no harm.
launch_build() {
  new=$run/new.$$
  trap 'rm -rf "$new" "$new.began" "$new.maven" "$new.training" "$new.current"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  : >"$new.began"
  # shellcheck disable=SC2086 # JANGADA_MVN_ARGS is a list of words
  "$home/bin/mvn25" -f "$home/pom.xml" -B -q -ntp -Dmaven.test.skip -Dspotless.check.skip \
    -Dmaven.source.skip -Dmaven.javadoc.skip -Djangada.target="$new.maven" ${JANGADA_MVN_ARGS-} package \
    >"$run/build.log" 2>&1 </dev/null || {
    tail -n 30 "$run/build.log" >&2
    launch_fail "the build failed; what Maven said is above and in $run/build.log"
  }
  mkdir "$new"
  built=$new.maven/jangada-lab
  mv "$built/jangada.jar" "$built/lib" "$built/native" "$new/"
  key=$(cat "$new/jangada.jar" "$new"/lib/* "$JAVA_HOME/release" "$home"/bin/* | cksum)
  key=${key%% *}
  if [ ! -f "$run/$key/jangada.jar" ]; then
    if [ "${JANGADA_AOT-on}" = on ]; then
      launch_train_programs
      launch_train_harnessed
    fi
    mv "$new" "$run/$key"
  fi
  # The program of before stays: somebody may be running it.
  for old in "$run"/[0-9]*; do
    [ "$old" = "$run/$key" ] || [ "$old" = "$app" ] || rm -rf "$old"
  done
  printf '%s\n' "$key" "$JAVA_HOME" >"$new.current"
  touch -r "$new.began" "$new.current"
  mv "$new.current" "$run/current"
}

# Has the build done in a session of its own where it can: a harness whose patience ends signals all that it
# started, and the build goes on, with the lock, for the next start to find it done. Only Ctrl-C ends it, too.
# It holds none of the harness's pipes, for a harness may wait until they are closed.
launch_build_apart() {
  echo "jangada: not built yet: builds, which takes a minute; what started it may not wait so long" >&2
  if command -v setsid >/dev/null 2>&1; then
    JAVA_HOME=$JAVA_HOME setsid sh -eu -c \
      'home=$1 run=$2; . "$home/bin/launch.sh"; launch_read || true; launch_build' \
      build "$home" "$run" >"$run/build.err" 2>&1 </dev/null &
    build=$!
    trap 'kill -s TERM -- "-$build" 2>/dev/null; exit 130' INT
    wait "$build" && built=0 || built=$?
    trap - INT
    cat "$run/build.err" >&2
    [ "$built" = 0 ] || exit "$built"
  else
    launch_build
  fi
}

# Runs what is installed: it has a program and no sources, and nothing is ever built. Its own runtime is what its
# start-up caches are made for; with another Java (JANGADA_JAVA_HOME) it runs without them.
launch_installed() {
  app=$home/app
  for server in "$app"/lib/jangada-server-*.jar; do :; done
  if [ -x "$home/runtime/bin/java" ] && [ -z "${JANGADA_JAVA_HOME-}" ]; then
    JAVA_HOME=$home/runtime
    return 0
  fi
  JANGADA_AOT=off
  . "$home/bin/jdk.sh"
  jdk_program=java
  find_jdk
}

# $1 is the root of the checkout, or of what is installed.
launch_prepare() {
  home=$1
  if [ -f "$home/app/jangada.jar" ]; then
    launch_installed
    return 0
  fi
  run=$home/target/run
  . "$home/bin/jdk.sh"
  find_jdk
  ! launch_fresh || return 0
  mkdir -p "$run" 2>/dev/null || launch_fail "cannot build: $run cannot be made"
  if ! (: >>"$run/.lock") 2>/dev/null; then
    launch_settle || launch_fail "cannot build: $run cannot be written"
    return 0
  fi
  (
    if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
      echo "jangada: not built yet: waits for another start, which builds" >&2
      flock 9 || true
    fi
    launch_fresh || launch_build_apart
  ) 9>"$run/.lock"
  launch_read || launch_fail "the build left no program in $run"
}

# Becomes the JVM, with the start-up cache $1 if there is one, and what follows.
launch_exec() {
  launch_cache=$app/$1
  shift
  if [ "${JANGADA_AOT-on}" = on ] && [ -f "$launch_cache" ]; then
    set -- -XX:AOTCache="$launch_cache" "$@"
  fi
  # shellcheck disable=SC2086 # both are lists of words
  exec "$JAVA_HOME/bin/java" $quiet ${JANGADA_OPTS-} "$@"
}
