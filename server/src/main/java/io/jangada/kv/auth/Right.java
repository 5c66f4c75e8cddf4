package io.jangada.kv.auth;

/// What a role may permit beside keys.
public enum Right {
  /// Changes of the membership, and of who leads.
  MEMBERS,
  /// Reading all data for a backup.
  BACKUP,
  /// Having a snapshot taken.
  SNAPSHOT,
  /// Users and roles, but for what concerns root.
  USERS
}
