# shellcheck shell=sh
# Sourced, not run: find_jdk sets JAVA_HOME to a JDK of at least $NEED, or explains and exits 69.
# It starts no process but, at most, one readlink: five nodes may be starting at this moment.
NEED=25
# What it must have: a compiler, where something may be built.
jdk_program=javac

# Sets jdk_version to the feature release of the JDK in folder $1, or to nothing if there is none.
jdk_version_of() {
  jdk_version=
  [ -x "$1/bin/$jdk_program" ] && [ -r "$1/release" ] || return 0
  while IFS= read -r jdk_line || [ -n "$jdk_line" ]; do
    case $jdk_line in
      JAVA_VERSION=*)
        jdk_version=${jdk_line#*=}
        jdk_version=${jdk_version#\"}
        jdk_version=${jdk_version%%[!0-9]*}
        return 0 ;;
    esac
  done <"$1/release"
}

# Sets jdk_on_path to the JDK whose `java` is first on the PATH, or to nothing.
jdk_from_path() {
  jdk_on_path=$(command -v java 2>/dev/null) || jdk_on_path=
  case $jdk_on_path in
    /*) ;;
    *) jdk_on_path=; return 0 ;;
  esac
  [ ! -L "$jdk_on_path" ] || jdk_on_path=$(readlink -f "$jdk_on_path" 2>/dev/null) || jdk_on_path=
  jdk_on_path=${jdk_on_path%/bin/java}
}

find_jdk() {
  jdk_from_path
  jdk_seen=
  for jdk in "${JANGADA_JAVA_HOME-}" "${JAVA_HOME-}" "$jdk_on_path" \
    /usr/lib/jvm/* /usr/lib64/jvm/* /opt/java/* /opt/jdk* /opt/hostedtoolcache/Java_*/*/* \
    "${SDKMAN_DIR:-${HOME-}/.sdkman}"/candidates/java/* "${HOME-}"/.jdks/* \
    "${HOME-}"/.asdf/installs/java/* "${HOME-}"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$jdk" ] || continue
    jdk_version_of "$jdk"
    [ -n "$jdk_version" ] || continue
    if [ "$jdk_version" -ge "$NEED" ]; then
      JAVA_HOME=$jdk
      export JAVA_HOME
      return 0
    fi
    case $jdk_seen, in
      *" in $jdk,"*) ;;
      *) jdk_seen="$jdk_seen, $jdk_version in $jdk" ;;
    esac
  done
  jdk_seen=${jdk_seen#, }
  echo "jangada: needs a JDK $NEED or newer and found ${jdk_seen:-none}; install one (for" \
    "instance: sdk install java 25-tem) or set JAVA_HOME to one." >&2
  exit 69
}
