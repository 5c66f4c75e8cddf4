package io.jangada.protocol.auth;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Compare;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;

/// Which keys an operation has to do with.
public final class OperationKeys {
  /// Takes keys.
  @FunctionalInterface
  public interface Visitor {
    /// @param access whether they may be changed, and whether what they hold may be told
    void visit(KeyRange keys, Access access);
  }

  public enum Access {
    READ,
    WRITE,
    /// They may be changed, and what they held may be told.
    BOTH;

    public boolean reads() {
      return this != WRITE;
    }

    public boolean writes() {
      return this != READ;
    }
  }

  private OperationKeys() {}

  /// Names all keys of an operation, those of both branches of a transaction included. The keys of
  /// a lease are not known before it is looked at, and are not named.
  public static void forEach(Operation operation, Visitor visitor) {
    switch (operation) {
      case Operation.Get get -> visitor.visit(KeyRange.of(get.key()), Access.READ);
      case Operation.Range range -> visitor.visit(range.keys(), Access.READ);
      case Operation.Write write -> visitor.visit(KeyRange.of(write.key()), Access.WRITE);
      case Operation.Put put -> visitor.visit(KeyRange.of(put.key()), writing(put.former()));
      case Operation.Look(Bytes key) -> visitor.visit(KeyRange.of(key), Access.READ);
      case Operation.Claim claim -> visitor.visit(KeyRange.of(claim.key()), Access.BOTH);
      case Operation.Scan _ -> visitor.visit(KeyRange.ALL, Access.READ);
      case Operation.Flush _ -> visitor.visit(KeyRange.ALL, Access.WRITE);
      case Operation.Copy(Bytes from, Bytes to, boolean _) -> {
        visitor.visit(KeyRange.of(from), Access.READ);
        visitor.visit(KeyRange.of(to), Access.WRITE);
      }
      case Operation.Delete delete -> visitor.visit(KeyRange.of(delete.key()), Access.WRITE);
      case Operation.DeleteRange delete -> visitor.visit(delete.keys(), writing(delete.former()));
      case Operation.Transaction transaction -> {
        for (Compare compare : transaction.compares()) visitor.visit(compare.keys(), Access.READ);
        for (Operation.Step step : transaction.then()) forEach(step, visitor);
        for (Operation.Step step : transaction.otherwise()) forEach(step, visitor);
      }
      case Operation.ReadTransaction(Operation.Transaction transaction) ->
          forEach(transaction, visitor);
      case Operation.GetLease _,
          Operation.ListLeases _,
          Operation.Expire _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.KeepAlive _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _,
          Operation.ChangeUsers _,
          Operation.UsersRead _ -> {}
    }
  }

  private static Access writing(boolean former) {
    return former ? Access.BOTH : Access.WRITE;
  }

  public static String nameOf(Operation operation) {
    return switch (operation) {
      case Operation.Get _ -> "get";
      case Operation.Range _ -> "range";
      case Operation.GetLease _ -> "lease get";
      case Operation.ListLeases _ -> "lease list";
      case Operation.Write _, Operation.Put _ -> "put";
      case Operation.Copy _ -> "copy";
      case Operation.Look _ -> "get";
      case Operation.Claim _ -> "claim";
      case Operation.Scan _ -> "scan";
      case Operation.Flush _ -> "flush";
      case Operation.Delete _ -> "delete";
      case Operation.DeleteRange _ -> "delete range";
      case Operation.Transaction _, Operation.ReadTransaction _ -> "transaction";
      case Operation.Expire _ -> "expire";
      case Operation.Grant _ -> "lease grant";
      case Operation.Revoke _ -> "lease revoke";
      case Operation.KeepAlive _ -> "lease keep alive";
      case Operation.Compact _ -> "compact";
      case Operation.KeepHistory _ -> "keep history";
      case Operation.CountRevisions _ -> "count revisions";
      case Operation.ChangeUsers _ -> "change users";
      case Operation.GetUser _, Operation.ListUsers _ -> "read users";
      case Operation.GetRole _, Operation.ListRoles _ -> "read roles";
      case Operation.AuthStatus _ -> "auth status";
      case Operation.GetCredentials _ -> "read credentials";
      case Operation.CheckRight _ -> "check right";
    };
  }
}
