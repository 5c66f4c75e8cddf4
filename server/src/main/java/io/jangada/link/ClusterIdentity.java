package io.jangada.link;

/// Which cluster a member belongs to, as sent in every handshake.
///
/// @param name the configured name
/// @param id the cluster's id; 0 while it has none, or the member does not know it
/// @param restoredFrom of a member that was restored from a backup and whose new cluster has not
///   begun: the id of the cluster that the backup was taken of. If that cluster still runs, the
///   member is one of it that lost its data. Otherwise 0
/// @param hasData whether the member holds any data
public record ClusterIdentity(String name, long id, long restoredFrom, boolean hasData) {
  static ClusterIdentity named(String name) {
    return new ClusterIdentity(name, 0, 0, false);
  }

  /// Whether members of these two may talk.
  boolean isCompatible(ClusterIdentity other) {
    if (!name.equals(other.name)) return false;
    boolean isUnknown = id == 0 || other.id == 0;
    return isUnknown || id == other.id || id == other.restoredFrom || restoredFrom == other.id;
  }

  @Override
  public String toString() {
    return "cluster '" + name + "'" + (id == 0 ? "" : String.format(" (id %016x)", id));
  }
}
