package io.jangada.cli.etcd;

import io.jangada.server.ConfigException;
import io.jangada.server.ServerConfig;
import io.jangada.store.Identity;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Who a member is and where its cluster is.
///
/// At its first start these follow from the flags, and are written to `config.json` in its data
/// directory, which is a configuration like any other:
///
///     {"Cluster": "etcd-cluster", "DataDir": ".", "Servers": [...], "Followers": "forward", ...}
///
/// From then on that file holds, as etcd's member takes no notice of `--initial-cluster` once it
/// has data. Flags that mean a setting go before the file at each start.
///
/// @param file the configuration
record MemberFile(int id, Path file) {
  private static final String FILE = "config.json";

  /// Reads who the member is, or makes it so at its first start.
  ///
  /// @param arguments gets the complaints
  /// @param question asks the cluster that it joins
  /// @return empty when there are any
  static Optional<MemberFile> of(EtcdArguments arguments, RunningCluster.Question question)
      throws IOException, ConfigException {
    Path directory = directory(arguments);
    Path file = directory.resolve(FILE);
    boolean hasData = Files.exists(directory.resolve("meta"));
    if (hasData && Files.exists(file)) {
      MemberFile known = new MemberFile(identity(directory).memberId(), file);
      known.needPeerPort(arguments);
      return Optional.ofNullable(arguments.problems().isEmpty() ? known : null);
    }
    MemberFile made = new FirstStart(arguments).make(file, question);
    return Optional.ofNullable(arguments.problems().isEmpty() ? made : null);
  }

  private static Path directory(EtcdArguments arguments) {
    String name = arguments.text(EtcdFlag.NAME) + ".etcd";
    boolean isNamed = arguments.has(EtcdFlag.DATA_DIR);
    return Path.of(isNamed ? arguments.text(EtcdFlag.DATA_DIR) : name).toAbsolutePath().normalize();
  }

  private static Identity identity(Path directory) throws IOException {
    return Identity.read(OsDisk.readOnly(directory));
  }

  /// The others know the port: it must stay.
  private void needPeerPort(EtcdArguments arguments) throws ConfigException {
    int known = ServerConfig.read(file).entry(id).logPort();
    EtcdListening.of(EtcdFlag.LISTEN_PEER_URLS, arguments)
        .filter(at -> at.port() != known)
        .ifPresent(_ -> arguments.refuse(EtcdFlag.LISTEN_PEER_URLS, portWanted(known)));
  }

  static String portWanted(int port) {
    return "at port " + port + ", where the other members find this one";
  }
}
