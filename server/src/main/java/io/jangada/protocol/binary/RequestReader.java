package io.jangada.protocol.binary;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.node.ReadConsistency;
import io.jangada.node.watch.WatchRequest;
import io.jangada.protocol.auth.PasswordHash;
import io.jangada.protocol.auth.Token;

/// Reads a frame's request.
final class RequestReader {
  private static final int OPTIONS_MAX =
      BinaryFormat.WITH_FORMER
          | BinaryFormat.NO_PUTS
          | BinaryFormat.NO_REMOVALS
          | BinaryFormat.NEEDS_LEADER;

  private RequestReader() {}

  /// Whether there are requests of this kind.
  static boolean knows(int kind) {
    return kind >= BinaryFormat.COMMAND && kind <= BinaryFormat.TOKEN;
  }

  /// @throws MalformedException for one that makes no sense
  static Request read(Arrival.Frame frame) {
    ByteReader in = new ByteReader(frame.body());
    try {
      return switch (frame.kind()) {
        case BinaryFormat.COMMAND -> readCommand(in, frame.body());
        case BinaryFormat.READ -> readRead(in, frame.body());
        case BinaryFormat.WATCH -> ended(readWatch(in), in);
        case BinaryFormat.WINDOW -> ended(new Request.Window(natural(in.getInt())), in);
        case BinaryFormat.CANCEL -> ended(new Request.Cancel(), in);
        case BinaryFormat.PROGRESS -> ended(new Request.Progress(), in);
        case BinaryFormat.PASSWORD -> ended(readPassword(in), in);
        case BinaryFormat.TOKEN ->
            ended(new Request.ShowToken(in.getText(Token.TEXT_LENGTH_MAX)), in);
        default -> throw new MalformedException("a frame of kind " + frame.kind());
      };
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage());
    }
  }

  private static Request ended(Request request, ByteReader in) {
    in.end();
    return request;
  }

  private static Request readCommand(ByteReader in, Bytes body) {
    RequestId id = readSession(in);
    return switch (readOperation(in, body)) {
      case Operation.Expire _,
          Operation.CountRevisions _,
          Operation.KeepHistory _,
          Operation.ChangeUsers _ ->
          throw new MalformedException("a command that only servers give");
      case Operation.Command command -> new Request.Command(command, id);
      case Operation.Read _ -> throw new MalformedException("a read sent as a command");
    };
  }

  /// Names are printable, so that none is that of a member's own session.
  private static RequestId readSession(ByteReader in) {
    int kind = in.get();
    if (kind == 0) return null;
    if (kind > 1) throw new MalformedException("a session of kind " + kind);
    Bytes client = in.getBytes(KvLimits.CLIENT_BYTES_MAX);
    if (client.isEmpty()) throw new MalformedException("a session without a name");
    for (int i = 0; i < client.length(); i++)
      if (client.at(i) <= ' ' || client.at(i) > '~')
        throw new MalformedException("a session's name that is not printable");
    return new RequestId.Numbered(client, in.getLong());
  }

  private static Request readPassword(ByteReader in) {
    Bytes user = in.getBytes(KvLimits.USER_NAME_BYTES_MAX);
    return new Request.Password(user, in.getBytes(PasswordHash.PASSWORD_BYTES_MAX));
  }

  private static Request readRead(ByteReader in, Bytes body) {
    int kind = in.get();
    ReadConsistency reading =
        switch (kind) {
          case 0 -> new ReadConsistency.Linearizable();
          case 1 -> new ReadConsistency.Follower();
          case 2 -> new ReadConsistency.BoundedStale(in.getLong());
          default -> throw new MalformedException("a read of kind " + kind);
        };
    return switch (readOperation(in, body)) {
      case Operation.GetCredentials _ ->
          throw new MalformedException("a read that only servers do");
      case Operation.Read read -> new Request.Read(read, reading);
      case Operation.Command _ -> throw new MalformedException("a command sent as a read");
    };
  }

  /// What is left of the body.
  private static Operation readOperation(ByteReader in, Bytes body) {
    int length = in.remaining();
    return CommandCodec.decodeOperation(body.slice(body.length() - length, length));
  }

  private static Request readWatch(ByteReader in) {
    KeyRange keys = CommandCodec.getRange(in);
    long from = in.getLong();
    int options = in.get();
    if (options > OPTIONS_MAX) throw new MalformedException("options " + options);
    boolean puts = (options & BinaryFormat.NO_PUTS) == 0;
    boolean removals = (options & BinaryFormat.NO_REMOVALS) == 0;
    var wanted =
        new WatchRequest(
            keys,
            from,
            (options & BinaryFormat.WITH_FORMER) != 0,
            new WatchRequest.Kinds(puts, removals),
            (options & BinaryFormat.NEEDS_LEADER) != 0);
    return new Request.Watch(wanted, natural(in.getInt()));
  }

  private static int natural(int number) {
    if (number < 0) throw new MalformedException("a window of " + number);
    return number;
  }
}
