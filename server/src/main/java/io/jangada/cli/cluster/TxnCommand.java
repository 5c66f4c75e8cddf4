package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.JangadaClient;
import io.jangada.client.KeyValue;
import io.jangada.client.Reply;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.core.JsonGenerator;

/// `jangada txn`: a transaction, as [TransactionText] has it.
@Command(
    name = "txn",
    description = {
      "Do one list of requests if all comparisons hold, and another if one does not: all of it at"
          + " once, or nothing.",
      "Print SUCCESS or FAILURE, for whether all held, and what each request came to, with an empty"
          + " line before it.",
      "",
      "A line holds one comparison or request; empty lines separate the comparisons, the requests"
          + " if they hold, and the others. Each part may be empty.",
      "  value(\"k\") = \"v\"    also version, create, mod, lease; also !=, <, >",
      "  put KEY VALUE [--ttl TIME | --lease LEASE]",
      "  get KEY [--prefix] [--limit N] [--keys]",
      "  del KEY [--prefix]",
      "In double quotes there are \\\" \\\\ \\n \\r \\t, and \\xHH for any byte."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, by one list or the other",
      "1:failed, or outcome unknown: do not repeat it blindly",
      "2:wrong usage, or a line that makes no sense: nothing was done",
      "3:no such lease",
      "69:not done: no server was available in time"
    },
    footerHeading = "%nFor example:%n",
    footer = {
      "  jangada txn <<'END'",
      "  mod(\"boat\") = \"7\"",
      "",
      "  put boat \"tow and row\"",
      "",
      "  get boat",
      "  END"
    },
    mixinStandardHelpOptions = true)
public final class TxnCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Mixin private TransactionFile file;

  @Override
  public Integer call() {
    TransactionText text = file.read(cluster);
    try (JangadaClient client = cluster.open()) {
      Reply.ToTransaction reply = client.transaction(text.transaction()).join();
      if (!(reply instanceof Reply.Transacted done))
        return cluster.no(client, output, reply, "the transaction");
      var requests = done.succeeded() ? text.then() : text.otherwise();
      if (output.isJson()) json(done, requests);
      else print(done, requests);
      return ExitCode.OK;
    }
  }

  private void print(Reply.Transacted done, List<TransactionText.Request> requests) {
    output.line(done.succeeded() ? "SUCCESS" : "FAILURE");
    Iterator<TransactionText.Request> each = requests.iterator();
    for (Reply.ToStep reply : done.replies()) {
      output.line("");
      print(reply, each.next());
    }
  }

  private void print(Reply.ToStep reply, TransactionText.Request request) {
    switch (reply) {
      case Reply.Changed changed -> output.line("OK " + changed.revision());
      case Reply.Removed removed -> output.line("" + removed.count());
      case Reply.Ranged ranged -> {
        for (KeyValue entry : ranged.entries()) print(entry, request.isOfKeys());
        if (ranged.rest() != null) output.complain("more keys than are shown: " + request.line());
      }
      case Reply.Rejected _,
          Reply.NotFound _,
          Reply.Mismatch _,
          Reply.Compacted _,
          Reply.FoundVersion _,
          Reply.Deleted _,
          Reply.Transacted _ ->
          output.line(sentence(reply));
    }
  }

  private void print(KeyValue entry, boolean isKeyAlone) {
    if (isKeyAlone) Entries.line(output, entry.key());
    else Entries.line(output, entry.key(), entry.value());
  }

  private void json(Reply.Transacted done, List<TransactionText.Request> requests) {
    output.json(
        out -> {
          out.writeBooleanProperty("ok", true);
          out.writeBooleanProperty("succeeded", done.succeeded());
          out.writeNumberProperty("revision", done.revision());
          out.writeName("results");
          out.writeStartArray();
          Iterator<TransactionText.Request> each = requests.iterator();
          for (Reply.ToStep reply : done.replies()) {
            out.writeStartObject();
            json(out, reply, each.next());
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  private void json(JsonGenerator out, Reply.ToStep reply, TransactionText.Request request) {
    out.writeStringProperty("request", request.verb());
    Output.bytes(out, "key", request.key());
    switch (reply) {
      case Reply.Changed changed -> out.writeNumberProperty("revision", changed.revision());
      case Reply.Removed removed -> out.writeNumberProperty("removed", removed.count());
      case Reply.Ranged ranged -> {
        out.writeBooleanProperty("more", ranged.rest() != null);
        out.writeName("entries");
        out.writeStartArray();
        for (KeyValue entry : ranged.entries()) {
          out.writeStartObject();
          Entries.json(out, entry);
          if (!request.isOfKeys()) Output.bytes(out, "value", entry.value());
          out.writeEndObject();
        }
        out.writeEndArray();
      }
      case Reply.Rejected _,
          Reply.NotFound _,
          Reply.Mismatch _,
          Reply.Compacted _,
          Reply.FoundVersion _,
          Reply.Deleted _,
          Reply.Transacted _ ->
          out.writeStringProperty("error", sentence(reply));
    }
  }

  /// Why a request came to nothing.
  private static String sentence(Reply.ToStep reply) {
    return reply instanceof Reply.Rejected(Reply.Reason reason) ? reason.sentence() : "" + reply;
  }
}
