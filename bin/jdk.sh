# Sourced, not run: sets JAVA_HOME to a JDK of at least $NEED, or explains and fails.
NEED=25
jdk_major() { [ -x "$1/bin/java" ] && sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null; }
find_jdk() {
  p=$(command -v java 2>/dev/null || true)
  [ -z "$p" ] || p=$(dirname "$(dirname "$(readlink -f "$p" 2>/dev/null || echo "$p")")")
  seen=
  for c in "${JANGADA_JAVA_HOME-}" "${JAVA_HOME-}" "$p" /usr/lib/jvm/* /usr/lib64/jvm/* /opt/java/* /opt/jdk* \
      /opt/hostedtoolcache/Java_*/*/* "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "$HOME"/.jdks/* \
      "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    v=$(jdk_major "$c" || true)
    [ -n "$v" ] || continue
    if [ "$v" -ge "$NEED" ] && [ -x "$c/bin/javac" ]; then JAVA_HOME=$c; export JAVA_HOME; return 0; fi
    seen="$seen
  $v  $c"
  done
  { echo "jangada needs a JDK $NEED or newer and found ${seen:-none}"
    echo "Install one (SDKMAN: sdk install java 25-tem; or your system's openjdk-25-jdk) or set JAVA_HOME to one."; } >&2
  return 1
}
find_jdk || exit 69
